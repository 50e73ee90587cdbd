"""LockstepViewModel: the parts of the view model put together (plan, section 3)."""

import contextlib
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from client.session_state import Ended, Following, Idle, Leading, RunBuddySessionState
from client.spotify.models import Endpoints
from protocol.events import Role
from ui.data_dir import set_log_level
from ui.desktop.errors import NotNowError
from ui.desktop.parts import Part, touched
from ui.desktop.recovery import SessionNote
from ui.desktop.settings import Settings
from ui.viewmodel.billboard import BillboardModel
from ui.viewmodel.context import Context
from ui.viewmodel.first_run import FirstRunModel
from ui.viewmodel.following import FollowingModel
from ui.viewmodel.leading import LeadingModel
from ui.viewmodel.library import LibraryModel
from ui.viewmodel.music import Music
from ui.viewmodel.names import RECOVERY_TOAST
from ui.viewmodel.now_playing import PlayingModel
from ui.viewmodel.playlist_detail import PlaylistDetailModel
from ui.viewmodel.session import SessionModel
from ui.viewmodel.session_states import close_question, return_offer, sidebar
from ui.viewmodel.settings import SettingsModel
from ui.viewmodel.spotify import SpotifyModel, open_in_browser
from ui.viewmodel.sync_history import SyncHistory
from ui.viewmodel.transport import Transport
from ui.widgets.sync_pill import SyncPillState

#: A volume that has not moved for so long is worth a write to the disk.
VOLUME_RESTS_MS: Final = 500


class LockstepViewModel(QObject):
    """Orchestrate sessions; playback and protocol are PlaybackService's and the coordinator's.

    `runbuddy_state_changed(RunBuddySessionState)`, `sidebar_changed(SidebarState)`, `sync_panel_changed(...)`.
    """

    runbuddy_state_changed = Signal(object)
    sidebar_changed = Signal(object)
    sync_panel_changed = Signal(object)
    close_question_changed = Signal(object)

    def __init__(
        self, context: Context, spotify: Endpoints | None = None, browse: Callable[[str], bool] = open_in_browser
    ) -> None:
        super().__init__()
        self.context = context
        self.session = SessionModel(context)
        self.transport = Transport(context, lambda: self.session.state)
        self.playing = PlayingModel(context)
        self.music = Music(context, self.playing)
        self.library = LibraryModel(context)
        self.spotify = SpotifyModel(context, self.library, spotify, browse)
        self.playlist_detail = PlaylistDetailModel(context, self.library, self.music, self.transport)
        self.billboard = BillboardModel(context)
        self.leading = LeadingModel(context, self.session, self.music)
        self.following = FollowingModel(context, self.session, self.music)
        self.settings = SettingsModel(context, self.library, self.spotify)
        self.first_run = FirstRunModel(context, self.library, self.spotify, self.settings)
        self._history = SyncHistory()
        self._panel_visible = False
        self._note: SessionNote | None = None
        self._last_state: RunBuddySessionState = Idle()
        self._last_settings = context.settings
        self._noted_place = -1
        self._volume_rests = QTimer(self, interval=VOLUME_RESTS_MS, singleShot=True)
        self._volume_rests.timeout.connect(self._keep_volume)
        context.services.use_bearer(self.spotify.bearer)
        self._connect()

    # The plan's names

    @property
    def runbuddy_state(self) -> RunBuddySessionState:
        """Return idle, leading or following."""
        return self.session.state

    @property
    def is_quiet(self) -> bool:
        """Return whether no music plays and no session runs."""
        return isinstance(self.session.state, Idle) and not self.playing.facts.playing

    def create_runbuddy_session(self, playlist_id: str) -> None:
        """Lead a playlist."""
        self.leading.create(playlist_id)

    def list_public_sessions(self) -> None:
        """Look at the billboard now."""
        self.billboard.refresh()

    def join_runbuddy_session(self, session_id_or_code: str) -> None:
        """Follow a session, after its check."""
        self.following.join(session_id_or_code)

    def end_runbuddy_session(self) -> None:
        """End the session that this machine leads, or leave the one that it follows."""
        self.session.say_goodbye()

    # The app's life

    def start(self) -> None:
        """Open sound and library, and offer the way back into a session that a crash has left."""
        self.context.start(self._open_sound(), "sound")
        self.library.open()
        self.spotify.open()
        note = self.context.recovery.found()
        if note is not None:
            self._offer(note)

    def return_to_session(self) -> None:
        """Come back to the session that a crash has left."""
        note = self._note
        if note is None:
            return
        if not self.session.free:
            self.context.report(NotNowError("a session is running already; end or leave it first"))
            return
        if note.server != self.context.settings.server:
            other = "that session is on another server; choose it in the settings first"
            self.context.report(NotNowError(f"{other}: {note.server}"))
            self._offer(note)
            return
        self._note = None
        if note.role == Role.LEADER.value:
            self.leading.take_up(note)
        else:
            self.following.come_back(note)

    def set_panel_visible(self, visible: bool) -> None:
        """Draw the sync panel while it is seen."""
        self._panel_visible = visible
        self._show_panel()

    async def aclose(self) -> None:
        """End or leave the session, and close everything in order, whatever can't be closed."""
        async with contextlib.AsyncExitStack() as parts:
            for part in (self.context.services, self.spotify, self.context):
                parts.push_async_callback(part.aclose)
            await self.session.close()
            await self._keep_volume_now()

    async def _open_sound(self) -> None:
        await self.context.services.open_sound()
        self.playlist_detail.show_sound()

    def _open_playlist(self, playlist_id: str) -> None:
        """Go back to a playlist: as it was left, if it is the one that was looked at last."""
        if playlist_id == self.playlist_detail.playlist_id:
            self.context.show_screen("playlist_detail")
        else:
            self.playlist_detail.open(playlist_id)

    def _offer(self, note: SessionNote) -> None:
        self._note = note
        self.context.toast_requested.emit(return_offer(note))

    def _connect(self) -> None:
        session = self.session
        session.state_changed.connect(self._on_state)
        session.sync_changed.connect(self._on_sync)
        session.reported.connect(self._history.add)
        session.reported.connect(lambda _report: self._show_panel())
        session.reported.connect(lambda _report: self.playing.look_again())
        session.over.connect(self._on_over)
        self.transport.moved.connect(self.playing.refresh)
        self.transport.volume_set.connect(self._set_volume)
        self.leading.return_failed.connect(self._offer)
        self.leading.playlist_requested.connect(self._open_playlist)
        self.following.playlist_requested.connect(self.playlist_detail.open)
        self.playing.media_changed.connect(lambda _facts: self._note_place())
        self.context.settings_changed.connect(self._on_settings)

    def _on_settings(self, settings: Settings) -> None:
        before, self._last_settings = self._last_settings, settings
        if Part.SERVER in touched(before, settings):
            self.billboard.forget()
        if before.enable_runbuddy != settings.enable_runbuddy:
            self.playlist_detail.show_sound()
            self.billboard.forget()
        if Part.LOG in touched(before, settings):
            set_log_level(debug=settings.debug)

    def _on_state(self, state: RunBuddySessionState) -> None:
        if isinstance(state, Leading | Following) and isinstance(self._last_state, Idle):
            self._history.clear()
            # Of two sessions it is the new one that a crash would have to come back to.
            self._note = None
            self.context.toast_over.emit(RECOVERY_TOAST)
        self._last_state = state
        for part in (self.playing, self.playlist_detail, self.billboard, self.settings):
            part.show_session(state)
        self.sidebar_changed.emit(sidebar(state, self.session.sync))
        self.close_question_changed.emit(close_question(state))
        self.runbuddy_state_changed.emit(state)

    def _on_sync(self, pill: SyncPillState | None) -> None:
        self.playing.show_sync(pill)
        self.sidebar_changed.emit(sidebar(self.session.state, pill))

    def _on_over(self, _ended: Ended) -> None:
        if self._panel_visible:
            self._show_panel()

    def _show_panel(self) -> None:
        if self._panel_visible:
            pill = self.session.sync
            self.sync_panel_changed.emit(self._history.state("" if pill is None else pill.text))

    def _set_volume(self, percent: float) -> None:
        """Be heard so loud at once; it is kept when the slider rests."""
        self.playing.show_volume(percent)
        if self.context.services.has_sound:
            self.context.services.playback.output.set_volume(percent)
        self._volume_rests.start()

    def _keep_volume(self) -> None:
        self.context.tasks.start(self._keep_volume_now(), "volume")

    async def _keep_volume_now(self) -> None:
        self._volume_rests.stop()
        percent = self.playing.facts.volume_percent
        if percent != self.context.settings.volume_percent:
            await self.context.change(volume_percent=percent)

    def _note_place(self) -> None:
        """Keep where the music is, at each change of the track: to the second is what the server knows."""
        facts = self.playing.facts
        if facts.current is not None and facts.current.playlist_position != self._noted_place:
            self._noted_place = facts.current.playlist_position
            self.session.note(playlist_position=self._noted_place, position_ms=round(facts.position_ms))

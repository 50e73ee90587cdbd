"""LeadingModel: from a playlist to a session with a buddy in it, and to the music (plan, section 4)."""

import asyncio
from typing import Final

from PySide6.QtCore import QObject, Signal

from client.library.library import Library
from client.pairing import Pairing
from client.prejoin import leader_queue
from client.session_state import Idle, Leading, RunBuddySessionState
from protocol.events import Role
from ui.desktop.errors import NotNowError
from ui.desktop.recovery import SessionNote
from ui.session.music import FINGERPRINTS_S, prepare_first
from ui.session.place import go_to, place_in
from ui.viewmodel.context import Context
from ui.viewmodel.library_states import lead_lock
from ui.viewmodel.music import Music
from ui.viewmodel.session import SessionModel
from ui.viewmodel.session_states import Trouble, buddy_is_ready, lead_waiting_state
from ui.viewmodel.troubles import is_over, trouble_of
from ui.widgets.sync_pill import SyncKind, SyncPillState

_TASK: Final = "lead"


class LeadingModel(QObject):
    """Create a session and wait for the buddy.

    `waiting_changed(LeadWaitingState)`; `return_failed(SessionNote)` when there is no way back into a session now;
    `playlist_requested(playlist_id)` when the waiting is over.
    """

    waiting_changed = Signal(object)
    return_failed = Signal(object)
    playlist_requested = Signal(str)

    def __init__(self, context: Context, session: SessionModel, music: Music) -> None:
        super().__init__()
        self._context = context
        self._session = session
        self._music = music
        self._playlist_id = ""
        self._playlist = ""
        self._step = ""
        self._trouble: Trouble | None = None
        self._waits_for_buddy = self._server_gone = False
        session.state_changed.connect(self._on_state)
        session.sync_changed.connect(self._on_sync)

    def create(self, playlist_id: str) -> None:
        """Create a session of this playlist, and lead it."""
        self._playlist_id, self._playlist = playlist_id, ""
        self._begin()

    def retry(self) -> None:
        """Try once more what came to nothing."""
        if self._playlist_id:
            self._begin()

    def take_name(self, name: str) -> None:
        """Be called this by others, and try once more."""
        self._context.start(self._take_name(name), "name")

    def cancel(self) -> None:
        """Give up waiting: the session, if there is one, ends."""
        self._waits_for_buddy = False
        self._context.tasks.cancel(_TASK)
        self._session.say_goodbye()
        self.playlist_requested.emit(self._playlist_id)
        self._context.screen_over.emit("lead_waiting")

    def take_up(self, note: SessionNote) -> None:
        """Come back to a session that this machine led when it crashed."""
        self._context.tasks.start_anew(self._take_up(note), _TASK)

    def _begin(self) -> None:
        if not self._session.free:
            self._context.report(NotNowError("a session is running already; end or leave it first"))
            return
        self._trouble = None
        self._say("Reading the playlist")
        self._context.show_screen("lead_waiting")
        self._context.screen_held.emit("lead_waiting")
        self._context.tasks.start_anew(self._create(), _TASK)

    async def _take_name(self, name: str) -> None:
        await self._context.change(display_name=name)
        self.retry()

    async def _create(self) -> None:
        try:
            library = await self._context.library()
            pairing = await self._whole_pairing(library)
            self._say("Preparing the music")
            await self._music.load(pairing)
            _, known = await asyncio.gather(
                prepare_first(self._context.services.playback),
                self._music.fingerprints(library, pairing, FINGERPRINTS_S),
            )
            self._say("Opening the session")
            coordinator = await self._session.open(Role.LEADER)
            self._waits_for_buddy = True
            await coordinator.lead(
                pairing.playlist_id, pairing.playlist_name, pairing.count_paired, leader_queue(pairing, known)
            )
            self._note(pairing)
        except asyncio.CancelledError:
            await self._session.close()
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the screen says it
            self._waits_for_buddy = False
            await self._session.close()
            self._trouble = trouble_of(error)
            self._context.log_unexpected(error)
            self._show()
            # Whoever goes and comes back may have mended it.
            self._context.screen_over.emit("lead_waiting")

    async def _whole_pairing(self, library: Library) -> Pairing:
        """Return the playlist with its files: one may have been deleted since the button could be pressed."""
        pairing = await library.pairing(self._playlist_id)
        self._playlist = pairing.playlist_name
        missing = lead_lock(await library.summary(self._playlist_id), enabled=True, in_session=False)
        if missing is not None:
            raise NotNowError(f"{missing.replace(';', ',')}; look for music, or choose the files by hand")
        return pairing

    async def _take_up(self, note: SessionNote) -> None:
        # The session first: where there is another one, its music plays on.
        coordinator = await self._session.open(Role.LEADER)
        try:
            library = await self._context.library()
            pairing = await library.pairing(note.playlist_id)
            self._playlist_id, self._playlist, self._trouble = note.playlist_id, pairing.playlist_name, None
            await self._music.load(pairing)
            snapshot = await coordinator.lead_again(note.session_id, note.join_code)
        except BaseException as error:
            await self._session.close()
            if is_over(error):
                self._context.recovery.forget()
            else:
                self.return_failed.emit(note)
            raise
        self._note(pairing)
        services = self._context.services
        place = place_in(services.playback, snapshot, services.clock.corrected_now_ms())
        if place is None:
            # Nobody had begun to listen: the session waits as before.
            self._waits_for_buddy = True
            await prepare_first(services.playback)
            self._context.show_screen("lead_waiting")
            self._context.screen_held.emit("lead_waiting")
            self._on_state(self._session.state)
            return
        await go_to(services.playback, place)
        self._context.show_screen("now_playing")

    def _note(self, pairing: Pairing) -> None:
        state = self._session.state
        if isinstance(state, Leading):
            self._session.note(
                server=self._context.settings.server,
                session_id=state.session_id,
                role="leader",
                playlist_id=pairing.playlist_id,
                playlist_name=pairing.playlist_name,
                join_code=state.join_code,
                other="",
            )

    def _on_state(self, state: RunBuddySessionState) -> None:
        if not self._waits_for_buddy:
            return
        if isinstance(state, Idle):
            self._waits_for_buddy = False
            if state.ended is not None and not self._context.tasks.running(_TASK):
                self.playlist_requested.emit(self._playlist_id)
                self._context.screen_over.emit("lead_waiting")
            return
        self._show()
        if buddy_is_ready(state):
            self._waits_for_buddy = False
            self._context.show_screen("now_playing")
            self._context.screen_over.emit("lead_waiting")
            self._context.services.playback.play()

    def _on_sync(self, pill: SyncPillState | None) -> None:
        gone = pill is not None and pill.kind is SyncKind.RECONNECTING
        if gone != self._server_gone:
            self._server_gone = gone
            if self._waits_for_buddy:
                self._show()

    def _say(self, step: str) -> None:
        self._step = step
        self._show()

    def _show(self) -> None:
        self.waiting_changed.emit(
            lead_waiting_state(
                self._playlist,
                self._session.state,
                step=self._step,
                trouble=self._trouble,
                server_gone=self._server_gone,
            )
        )

"""PlaylistDetailModel: one playlist with its matches, and what can be done with it."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QObject, Signal

from client.errors import ClientError
from client.library.library import Library
from client.library.model import PlaylistSummary
from client.matching.model import TrackMatch
from client.pairing import save_pairing
from client.session_state import Following, Idle, RunBuddySessionState
from ui.desktop.errors import as_sentence
from ui.screens.playlist_detail_state import PlaylistDetailState
from ui.screens.playlist_rows import PairMark, TrackLine
from ui.viewmodel.context import Context
from ui.viewmodel.library import LibraryModel
from ui.viewmodel.library_states import lead_lock, play_lock, source_words, track_lines
from ui.viewmodel.music import Music
from ui.viewmodel.session_states import Trouble, lock_reason
from ui.viewmodel.transport import Transport
from ui.viewmodel.troubles import trouble_of
from ui.widgets.plain import isolated

_LOAD: Final = "playlist"


class PlaylistDetailModel(QObject):
    """`changed(PlaylistDetailState)` for the page; tracks are named by their playlist position."""

    changed = Signal(object)

    def __init__(self, context: Context, library: LibraryModel, music: Music, transport: Transport) -> None:
        super().__init__()
        self._context = context
        self._library = library
        self._music = music
        self._transport = transport
        self._summary: PlaylistSummary | None = None
        self._matches: list[TrackMatch] = []
        self._lines: tuple[TrackLine, ...] | None = None
        self._trouble: Trouble | None = None
        self._session: RunBuddySessionState = Idle()
        self._visible = False
        self.playlist_id = ""
        library.changed.connect(self._show)
        library.music_changed.connect(self.reload)
        library.removed.connect(self._on_removed)

    def set_visible(self, visible: bool) -> None:
        """Show the page while it is seen, as its files are now."""
        comes, self._visible = visible and not self._visible, visible
        self._show()
        if comes:
            self.reload()

    def open(self, playlist_id: str) -> None:
        """Show a playlist."""
        if playlist_id != self.playlist_id:
            self.playlist_id, self._matches, self._lines, self._trouble = playlist_id, [], None, None
            self._summary = next((it for it in self._library.summaries if it.playlist_id == playlist_id), None)
            self._show()
        if self._visible:
            self.reload()
        self._context.show_screen("playlist_detail")

    def reload(self) -> None:
        """Read its matches again."""
        if self.playlist_id:
            self._context.tasks.cancel(_LOAD)
            self._context.tasks.start(self._load(), _LOAD)

    def show_session(self, state: RunBuddySessionState) -> None:
        """Take in how the session stands."""
        self._session = state
        self._show()

    def show_sound(self) -> None:
        """Take in that there is a player now."""
        self._show()

    def play(self, playlist_position: int | None = None) -> None:
        """Play this playlist here, from a track on; why that can't be is said."""
        reason = self._play_locked() or self._no_file(playlist_position)
        if reason is None:
            self._context.start(self._play(playlist_position), "play playlist")
        else:
            self._context.toast("play", as_sentence(reason))

    def pair(self, playlist_position: int, path: str) -> None:
        """Pair a track with a file by hand."""
        self._choose(lambda library, *track: library.pair(*track, Path(path)), playlist_position)

    def unpair(self, playlist_position: int) -> None:
        """Say that none of the files is this track."""
        self._choose(lambda library, *track: library.unpair(*track), playlist_position)

    def confirm(self, playlist_position: int) -> None:
        """Say yes to what is proposed for a track."""
        self._choose(lambda library, *track: library.confirm(*track), playlist_position)

    def confirm_all(self) -> None:
        """Say yes to everything that is proposed."""
        playlist_id = self.playlist_id
        if not self._context.tasks.running("confirm all"):
            work = self._keep(lambda library: library.confirm(playlist_id))
            self._context.tasks.start(work, "confirm all", finishes=True)

    def remove(self) -> None:
        """Forget the playlist, and go back to the others."""
        self._library.remove(self.playlist_id)
        self._context.show_screen("library")

    def export(self, path: str) -> None:
        """Write the pairing to a file."""
        self._context.start(self._export(self.playlist_id, Path(path)), "export")

    async def _load(self) -> None:
        library, playlist_id = await self._context.library(), self.playlist_id
        try:
            matches = await library.matches(playlist_id)
            summary = await library.summary(playlist_id)
        except ClientError as error:
            self._trouble = trouble_of(error)
            self._show()
            return
        lines = await asyncio.to_thread(self._lines_of, matches)
        self._matches, self._summary, self._lines, self._trouble = matches, summary, lines, None
        self._show()

    def _lines_of(self, matches: list[TrackMatch]) -> tuple[TrackLine, ...]:
        # What is as it was is the same, so that the page has nothing to draw anew.
        lines = track_lines(matches)
        return self._lines if lines == self._lines and self._lines is not None else lines

    async def _play(self, playlist_position: int | None) -> None:
        library, playlist_id = await self._context.library(), self.playlist_id
        if self._has_to_load(playlist_id, from_start=playlist_position is None):
            pairing = await library.pairing(playlist_id)
            if not isinstance(self._session, Idle):
                # One has begun meanwhile, and its queue stays as it was announced.
                return
            await self._music.load(pairing)
        if playlist_position is None:
            self._transport.play()
        else:
            self._transport.play_track(playlist_position)
        self._context.show_screen("now_playing")

    def _has_to_load(self, playlist_id: str, *, from_start: bool) -> bool:
        """Return whether the queue is another one: play means from the start, but within a session it stays."""
        is_loaded = self._music.playlist_id == playlist_id and len(self._context.services.playback.queue) > 0
        if not isinstance(self._session, Idle):
            return not is_loaded
        return from_start or not is_loaded or self._music.is_outdated

    def _choose(self, act: Callable[[Library, str, str], Coroutine[Any, Any, object]], playlist_position: int) -> None:
        playlist_id = self.playlist_id
        track_id = next(
            (it.track.track_id for it in self._matches if it.track.playlist_position == playlist_position), None
        )
        if track_id is not None:
            work = self._keep(lambda library: act(library, playlist_id, track_id))
            self._context.tasks.start(work, "pairing", finishes=True)

    async def _keep(self, act: Callable[[Library], Coroutine[Any, Any, object]]) -> None:
        library = await self._context.library()
        try:
            await act(library)
        finally:
            # What was loaded before this choice is played no more.
            self._music.is_outdated = True
            await self._library.reload()
            self.reload()

    async def _export(self, playlist_id: str, path: Path) -> None:
        pairing = await (await self._context.library()).pairing(playlist_id)
        await asyncio.to_thread(save_pairing, pairing, path)
        self._context.toast("export", f"{path.name} was saved")

    def _show(self) -> None:
        if not self.playlist_id or not self._visible:
            return
        summary = self._summary
        enabled, has_sound = self._context.settings.enable_runbuddy, self._context.services.has_sound
        in_session = not isinstance(self._session, Idle)
        self.changed.emit(
            PlaylistDetailState(
                name="" if summary is None else summary.name,
                source="" if summary is None else source_words(summary),
                cover=self._library.covers.get(self.playlist_id),
                tracks=self._lines,
                trouble="" if self._trouble is None else self._trouble.text,
                what_to_do="" if self._trouble is None else self._trouble.what_to_do,
                paired=0 if summary is None else summary.paired,
                pairable=0 if summary is None else summary.pairable,
                lead_locked=self._unread()
                or lead_lock(summary, enabled=enabled, in_session=in_session, sound_is_open=has_sound),
                play_locked=self._unread() or self._play_locked(),
                locked="Pair tracks when the session is over" if isinstance(self._session, Following) else None,
                progress=self._library.progress,
                folder=str(self._library.folders[0]) if self._library.folders else "",
            )
        )

    def _play_locked(self) -> str | None:
        """Return why this playlist can't be played here now; None when it can."""
        locked = lock_reason(self._session) or _while_leading(self._session, self._music, self.playlist_id)
        return play_lock(self._summary, locked, sound_is_open=self._context.services.has_sound)

    def _unread(self) -> str | None:
        """Return why nothing can be done with the tracks yet; None when they are read."""
        if self._lines is not None:
            return None
        return "One moment" if self._trouble is None else self._trouble.text

    def _no_file(self, playlist_position: int | None) -> str | None:
        """Return why this track can't be played: one that waits for a yes is not played either."""
        line = next((it for it in self._lines or () if it.playlist_position == playlist_position), None)
        if line is None or line.mark in (PairMark.PAIRED, PairMark.CHOSEN):
            return None
        return f"{isolated(line.title)} has no file yet; choose one for it first"

    def _on_removed(self, playlist_id: str) -> None:
        if playlist_id == self.playlist_id:
            self._context.tasks.cancel(_LOAD)
            self.playlist_id, self._summary, self._matches, self._lines = "", None, [], None
            if self._visible:
                self._context.show_screen("library")


def _while_leading(state: RunBuddySessionState, music: Music, playlist_id: str) -> str | None:
    """Return why a leader can't play another playlist: the session is about one."""
    if isinstance(state, Idle) or music.playlist_id == playlist_id:
        return None
    return "End the session to play another playlist"

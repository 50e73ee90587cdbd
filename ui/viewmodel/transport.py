"""Transport: whatever plays, pauses or seeks, from whichever button, key or headset, comes through here.

This is the one place where a follower's controls are refused; the screens only show that they are.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from audio.service import PlaybackService
from client.session_state import RunBuddySessionState
from ui.viewmodel.context import Context
from ui.viewmodel.session_states import lock_reason


class Transport(QObject):
    """What people ask of the player; implements `ui.desktop.media_keys.PlayerControls`.

    `moved` comes when a position was set, `refused(reason)` when it isn't this person's to decide.
    """

    moved = Signal()
    refused = Signal(str)
    volume_set = Signal(float)
    window_requested = Signal()
    quit_requested = Signal()

    def __init__(self, context: Context, session: Callable[[], RunBuddySessionState]) -> None:
        super().__init__()
        self._context = context
        self._session = session

    def play(self) -> None:
        """Play, or go on."""
        self._ask(PlaybackService.play)

    def pause(self) -> None:
        """Pause."""
        self._ask(PlaybackService.pause)

    def toggle_pause(self) -> None:
        """Play or pause."""
        self._ask(PlaybackService.toggle_pause)

    def skip_next(self) -> None:
        """Go to the next track."""
        self._ask(PlaybackService.skip_next)

    def skip_prev(self) -> None:
        """Go to the previous track."""
        self._ask(PlaybackService.skip_prev)

    def seek(self, position_ms: float) -> None:
        """Go to a place in the track."""
        self._ask(lambda playback: playback.seek(round(position_ms)))

    def play_track(self, playlist_position: int) -> None:
        """Go to a track of the queue, and play."""
        self._ask(lambda playback: playback.track_change(playlist_position) and (playback.playing or playback.play()))

    def set_volume(self, fraction: float) -> None:
        """Set this machine's own volume, 0 to 1: a follower's, too, is its own."""
        self.volume_set.emit(100.0 * max(0.0, min(1.0, fraction)))

    def position_ms(self) -> float | None:
        """Return where the music is now."""
        if not self._context.services.has_sound:
            return None
        place = self._context.services.playback.place
        return None if place is None else place[1]

    def show_window(self) -> None:
        """Bring the window to the front."""
        self.window_requested.emit()

    def quit(self) -> None:
        """Ask to quit, as if the window were closed."""
        self.quit_requested.emit()

    def _ask(self, act: Callable[[PlaybackService], object]) -> None:
        reason = lock_reason(self._session())
        if reason is not None:
            self.refused.emit(reason)
        elif self._context.services.has_sound:
            act(self._context.services.playback)
            self.moved.emit()

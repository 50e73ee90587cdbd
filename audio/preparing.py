"""When to tell that a track is still being prepared: late enough not to bother, seldom enough not to flood (pure)."""

from collections.abc import Callable
from typing import Final

from protocol.timeline import NS_PER_MS

_QUIET_NS: Final = 500 * NS_PER_MS
_INTERVAL_NS: Final = 200 * NS_PER_MS


class ProgressTeller:
    """Pass on how far a track is, from half a second after its beginning on and five times a second at most."""

    def __init__(self, began_ns: int, tell: Callable[[float | None], None]) -> None:
        self._next_ns = began_ns + _QUIET_NS
        self._tell = tell
        self._told = False

    def on_progress(self, now_ns: int, fraction: float | None) -> None:
        """Take in what fraction is there, None where that is not known."""
        if now_ns >= self._next_ns:
            self._next_ns = now_ns + _INTERVAL_NS
            self._told = True
            self._tell(fraction)

    def on_ready(self) -> None:
        """Say that the waiting is over, to those who have heard of it."""
        if self._told:
            self._tell(1.0)

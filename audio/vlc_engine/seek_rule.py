"""When a plain player is put elsewhere: the plan's 30 ms, but never for one bad reading, nor twice in a row (pure)."""

from typing import Final

from protocol.limits import JUMP_THRESHOLD_MS
from protocol.timeline import NS_PER_MS

#: The error has to last: a single reading, or two, never move the music.
SUSTAIN_NS: Final = 400 * NS_PER_MS
#: After a seek its result has to be seen before the next one.
COOL_DOWN_NS: Final = 1500 * NS_PER_MS
#: So close to the end the next track is the correction.
LAST_MS: Final = 2000.0


class SeekRule:
    """Decide on each reading of the error (target minus heard, in ms)."""

    def __init__(self) -> None:
        self._sign = 0
        self._since_ns = 0
        self._quiet_until_ns: int | None = None

    def seeked(self, mono_ns: int) -> None:
        """Hear that the player was put elsewhere."""
        self._sign = 0
        self._quiet_until_ns = mono_ns + COOL_DOWN_NS

    def must_seek(self, error_ms: float, mono_ns: int, remaining_ms: float) -> bool:
        """Return whether the player has to be put elsewhere; `remaining_ms` is what the track still has."""
        sign = 0 if abs(error_ms) <= JUMP_THRESHOLD_MS else 1 if error_ms > 0 else -1
        if sign != self._sign:
            self._sign, self._since_ns = sign, mono_ns
        if sign == 0 or remaining_ms <= LAST_MS:
            return False
        if self._quiet_until_ns is not None and mono_ns < self._quiet_until_ns:
            return False
        return mono_ns - self._since_ns >= SUSTAIN_NS

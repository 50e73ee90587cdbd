"""Where a libVLC player is between its events (pure).

libVLC 3 tells a position about four times a second, exact to its millisecond when the event fires; what it tells in
the first moments after a start or a seek is what was asked for, not what is played.
"""

import statistics
from collections import deque
from typing import Final

from protocol.timeline import NS_PER_MS

#: The first true event comes some 250 ms after a start (measured); an earlier one repeats what was asked for.
UNTRUE_FOR_NS: Final = 150 * NS_PER_MS
#: So many events are averaged. The player runs by this machine's own clock, so that its line never bends.
_EVENTS: Final = 40
_SETTLED_EVENTS: Final = 3


class PositionLine:
    """The straight line through one player's events; until there are any, the one that was aimed at.

    `expected_ms` is the position that the player should have at `released_ns`, when it begins to run.
    """

    def __init__(self, released_ns: int, expected_ms: float) -> None:
        self._released_ns = released_ns
        self._expected_ms = expected_ms
        self._starts_ms: deque[float] = deque(maxlen=_EVENTS)

    @property
    def settled(self) -> bool:
        """Return whether there are events enough to judge by."""
        return len(self._starts_ms) >= _SETTLED_EVENTS

    @property
    def late_ms(self) -> float:
        """Return by how much the player began later than was expected."""
        return self._expected_ms - self._start_ms

    def add(self, mono_ns: int, position_ms: float) -> None:
        """Take the position that an event told at the instant at which it fired."""
        if mono_ns - self._released_ns >= UNTRUE_FOR_NS:
            self._starts_ms.append(position_ms - (mono_ns - self._released_ns) / NS_PER_MS)

    def position_at(self, mono_ns: int) -> float:
        """Return the player's own position in ms at an instant."""
        return self._start_ms + (mono_ns - self._released_ns) / NS_PER_MS

    @property
    def _start_ms(self) -> float:
        return statistics.median(self._starts_ms) if self._starts_ms else self._expected_ms

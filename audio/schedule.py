"""Where the music is, was and will be, and when the next change can take place (pure).

Rendered segments say what is at the DAC; a change that was ordered but not rendered yet says what will be. All
instants are monotonic ns at the DAC.
"""

import math
from collections.abc import Callable
from typing import Final

from audio.engine.messages import Segment
from audio.position_history import Line, PositionHistory
from protocol.timeline import NS_PER_MS, ClockMapping

#: (playlist position, position in ms)
Place = tuple[int, float]

_AFTER_LAST_NS: Final = NS_PER_MS
#: While there is a place to speak of, segments come many times a second; they lie ahead of the DAC, but for a device
#: that is heard up to 2 s earlier than its driver says.
_STALE_NS: Final = 3000 * NS_PER_MS


class Schedule:
    """The lines of rendered segments, and the one that was ordered last.

    `duration_ms` gives the exact length of a decoded track, `successor` the track that follows without a gap; both
    None when there is none.
    """

    def __init__(self, duration_ms: Callable[[int], float | None], successor: Callable[[int], int | None]) -> None:
        self._duration_ms = duration_ms
        self._successor = successor
        self._history = PositionHistory()
        self._planned: Line | None = None
        self._last_change_ns = 0

    def add(self, segment: Segment) -> None:
        """Take in what was rendered."""
        self._history.add(segment)

    def plan(self, slot: int, position_ms: float, at_ns: int, *, playing: bool) -> None:
        """Take in what was ordered for `at_ns`."""
        self._planned = Line(slot, position_ms, at_ns, 1.0 if playing else 0.0)
        self._last_change_ns = at_ns

    def forget_plan(self) -> None:
        """Go by what is rendered alone: somebody else decides."""
        self._planned = None

    def clear(self) -> None:
        """Forget everything."""
        self._history.clear()
        self._planned = None

    def next_instant(self, now_ns: int, lead_ms: float, clock: ClockMapping | None) -> int:
        """Return the first instant at least `lead_ms` ahead, after every earlier change.

        With a clock it is a whole millisecond of corrected time, so that the wire can name it exactly.
        """
        at_ns = max(now_ns + round(lead_ms * NS_PER_MS), self._last_change_ns + _AFTER_LAST_NS)
        return at_ns if clock is None else clock.mono_ns_at(math.ceil(clock.corrected_ms_at(at_ns)))

    def place_at(self, at_ns: int) -> Place | None:
        """Return the place that by all that is known will be at the DAC at an instant ahead."""
        line, planned = self._history.latest, self._planned
        if planned is not None and (line is None or planned.dac_ns > line.dac_ns):
            line = planned
        return None if line is None else self._place_on(line, at_ns)

    def heard_at(self, mono_ns: int) -> tuple[Place, bool] | None:
        """Return the place that is at the DAC at an instant about now, and whether it moves on.

        None when nothing was rendered lately: what is heard then, if anything, is not known.
        """
        line, latest = self._history.line_at(mono_ns), self._history.latest
        if line is None or latest is None or mono_ns - latest.dac_ns > _STALE_NS:
            return None
        return self._place_on(line, mono_ns), line.step != 0.0

    def _place_on(self, line: Line, at_ns: int) -> Place:
        """Follow a line to an instant, over the end of its track into the next."""
        slot, position_ms = line.slot, max(0.0, line.position_at(at_ns))
        duration_ms = self._duration_ms(slot)
        if duration_ms is None or position_ms < duration_ms or line.step == 0.0:
            return slot, position_ms
        successor = self._successor(slot)
        return (slot, duration_ms) if successor is None else (successor, position_ms - duration_ms)

"""The mapping in force: it follows the estimate without ever jumping, unless it is far off.

Pure: music that plays by this mapping must not hear a correction, so corrections are spread at 500 ppm or less.
"""

from protocol.timeline import NS_PER_MS, ClockMapping

MAX_SLEW = 500e-6
STEP_MS = 100.0


class Slew:
    """Turn successive targets into one continuous mapping: a segment that closes the gap, then the target itself."""

    def __init__(self) -> None:
        self._target: ClockMapping | None = None
        self._segment: ClockMapping | None = None
        self._ends_at_ns = 0

    def retarget(self, target: ClockMapping, mono_ns: int) -> ClockMapping:
        """Head for a new target from `mono_ns` on, and return the segment that is in force there.

        The first target, and one more than 100 ms away, is taken at once.
        """
        in_force = self.mapping_at(mono_ns)
        self._target = target
        self._segment = None
        if in_force is None:
            return target
        now_ms = in_force.corrected_ms_at(mono_ns)
        gap_ms = target.corrected_ms_at(mono_ns) - now_ms
        if gap_ms == 0 or abs(gap_ms) > STEP_MS:
            return target
        rate = target.rate + (MAX_SLEW if gap_ms > 0 else -MAX_SLEW)
        self._segment = ClockMapping(mono_ns, now_ms, rate)
        self._ends_at_ns = mono_ns + round(abs(gap_ms) / MAX_SLEW * NS_PER_MS)
        return self._segment

    def mapping_at(self, mono_ns: int) -> ClockMapping | None:
        """Return the segment in force at an instant, or None before the first target."""
        if self._segment is not None and mono_ns < self._ends_at_ns:
            return self._segment
        return self._target

    def ends_at_ns(self, mono_ns: int) -> int | None:
        """Return when the running slew ends, or None when none runs."""
        return self._ends_at_ns if self._segment is not None and mono_ns < self._ends_at_ns else None

    def gap_ms_at(self, mono_ns: int) -> float:
        """Return how far the mapping in force still is from its target, in ms, without sign."""
        in_force = self.mapping_at(mono_ns)
        if in_force is None or self._target is None:
            return 0.0
        return abs(self._target.corrected_ms_at(mono_ns) - in_force.corrected_ms_at(mono_ns))

"""The mapping in force: it follows the estimate without ever jumping, unless it is far off.

Pure: music that plays by this mapping must not hear a correction, so corrections are spread at 500 ppm or less.
"""

from protocol.timeline import NS_PER_MS, ClockMapping

MAX_SLEW = 500e-6
STEP_MS = 100.0


class Slew:
    """Turn successive targets into one continuous mapping: it closes the gap, and bends into the target itself."""

    def __init__(self) -> None:
        self._target: ClockMapping | None = None
        self.mapping: ClockMapping | None = None

    def retarget(self, target: ClockMapping, mono_ns: int) -> ClockMapping:
        """Head for a new target from `mono_ns` on, and return the mapping that is in force from there.

        The first target, and one more than 100 ms away, is taken at once.
        """
        before, self._target = self.mapping, target
        self.mapping = target if before is None else self._slewed(before, target, mono_ns)
        return self.mapping

    def gap_ms_at(self, mono_ns: int) -> float:
        """Return how far the mapping in force still is from its target, in ms, without sign."""
        if self.mapping is None or self._target is None:
            return 0.0
        if self.mapping.bend_ns is None or mono_ns >= self.mapping.bend_ns:
            return 0.0
        return abs(self._target.corrected_ms_at(mono_ns) - self.mapping.corrected_ms_at(mono_ns))

    @staticmethod
    def _slewed(before: ClockMapping, target: ClockMapping, mono_ns: int) -> ClockMapping:
        now_ms = before.corrected_ms_at(mono_ns)
        gap_ms = target.corrected_ms_at(mono_ns) - now_ms
        if gap_ms == 0 or abs(gap_ms) > STEP_MS:
            return target
        rate = target.rate + (MAX_SLEW if gap_ms > 0 else -MAX_SLEW)
        ends_at_ns = mono_ns + round(abs(gap_ms) / MAX_SLEW * NS_PER_MS)
        return ClockMapping(mono_ns, now_ms, rate, ends_at_ns, target.rate)

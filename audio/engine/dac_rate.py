"""How fast a DAC runs, from the DAC times of its blocks (pure)."""

from collections import deque
from typing import Final

from protocol.timeline import NS_PER_MS

_WINDOW_NS: Final = 8_000 * NS_PER_MS
_EVERY_NS: Final = 250 * NS_PER_MS
#: A block that is farther than this from where the last one ended is a correction, not a rate.
_STEP_NS: Final = NS_PER_MS
#: Over a shorter time than this the estimates' own scatter would be taken for a rate.
_LEAST_NS: Final = 1_000 * NS_PER_MS
_MAX: Final = 500e-6


class DacRate:
    """The time that a DAC takes for a frame, as a ratio to what it should take, over the last seconds."""

    def __init__(self, rate: int) -> None:
        self.ratio = 1.0
        self._ns_per_frame = 1e9 / rate
        self._frames = 0
        self._expected_ns: float | None = None
        self._points: deque[tuple[int, int]] = deque()

    def add_block(self, frames: int, dac_ns: int) -> None:
        """Take in that a block of so many frames begins at `dac_ns`."""
        if self._expected_ns is None or abs(dac_ns - self._expected_ns) > _STEP_NS:
            self._points.clear()
        if not self._points or dac_ns - self._points[-1][1] >= _EVERY_NS:
            self._points.append((self._frames, dac_ns))
            first_frame, first_ns = self._points[0]
            elapsed_ns = dac_ns - first_ns
            if elapsed_ns >= _LEAST_NS:
                excess = elapsed_ns / ((self._frames - first_frame) * self._ns_per_frame) - 1
                self.ratio = 1 + max(-_MAX, min(_MAX, excess))
            if elapsed_ns > _WINDOW_NS:
                self._points.popleft()
        self._frames += frames
        self._expected_ns = dac_ns + frames * self._ns_per_frame * self.ratio

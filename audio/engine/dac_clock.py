"""When a frame reaches the DAC: the sound card's own steady clock, recovered from what a driver reports (pure).

A DAC's clock is a crystal: constant to a few ppm. What is reported of it is not: measured on PulseAudio, single
readings scatter by 10 to 40 us, and its interpolation wanders by up to 1 ms for several seconds, most of all in the first ten
seconds of a stream (docs/architecture.md). So a line is fitted robustly through the last 20 s (least absolute
deviations by iterative reweighting, with a prior on the crystal's error), and the estimate follows that line no faster
than a real clock could be wrong, unless the line insists.
"""

from collections import deque
from typing import Final

import numpy as np

_NS_PER_MS: Final = 1_000_000
#: A time this far from the expected one is either a single bad reading or a stream that stood still ...
_STRAY_MS: Final = 3.0
#: ... and this many in a row are no accident.
_STRAYS_TO_RESTART: Final = 3
_WINDOW_MS: Final = 20_000.0
_SAMPLE_INTERVAL_MS: Final = 100.0
#: Younger than this every correction is taken at once: nothing better is known yet.
_SETTLING_MS: Final = 1_500.0
#: Crystals of sound cards: one standard deviation.
_PRIOR_PPM: Final = 40.0
#: Scatter below this is noise, and counts quadratically.
_NOISE_MS: Final = 0.05
_ITERATIONS: Final = 4
#: Readings wander together for seconds: so many of them tell as much as one independent reading.
_DEPENDENT_READINGS: Final = 30
#: How fast the estimate moves towards the line (ms per s), and how long a line has to insist before that doubles each
#: second: a real shift is then caught up with, a passing one is hardly followed.
_SLEW: Final = 0.05
_PATIENCE_MS: Final = 5_000.0


class DacClock:
    """Estimate DAC times from (frame index, reported DAC time) of every block."""

    def __init__(self, rate: int) -> None:
        self._frames_per_ms = rate / 1000
        self._restart(0, 0)
        self._fresh = True

    @property
    def ppm(self) -> float:
        """Return the DAC's rate error against this machine's clock (positive: the DAC is slow), in ppm."""
        return self._slope * 1e6

    def update(self, frame: int, reported_ns: int) -> int:
        """Return the estimate in ns of when `frame` (counted from the stream's start) is at the DAC."""
        if self._fresh:
            self._restart(frame, reported_ns)
            return reported_ns
        media_ms = (frame - self._origin_frame) / self._frames_per_ms
        reading = (reported_ns - self._origin_ns) / _NS_PER_MS - media_ms
        if abs(reading - self._line_at(media_ms)) > _STRAY_MS:
            self._strays += 1
            if self._strays >= _STRAYS_TO_RESTART:
                self._restart(frame, reported_ns)
                return reported_ns
        else:
            self._strays = 0
            if not self._readings or media_ms - self._readings[-1][0] >= _SAMPLE_INTERVAL_MS:
                self._readings.append((media_ms, reading))
                self._fit(media_ms)
        self._move_towards_line(media_ms)
        return self._origin_ns + round((media_ms + self._estimate) * _NS_PER_MS)

    def _restart(self, frame: int, reported_ns: int) -> None:
        self._fresh = False
        self._origin_frame, self._origin_ns = frame, reported_ns
        self._readings: deque[tuple[float, float]] = deque()
        self._strays = 0
        self._level, self._slope, self._fitted_at_ms = 0.0, 0.0, 0.0
        self._estimate, self._estimated_at_ms, self._insisting_ms = 0.0, 0.0, 0.0

    def _line_at(self, media_ms: float) -> float:
        return self._level + self._slope * (media_ms - self._fitted_at_ms)

    def _fit(self, now_ms: float) -> None:
        while now_ms - self._readings[0][0] > _WINDOW_MS:
            self._readings.popleft()
        data = np.array(self._readings)
        age, value = data[:, 0] - now_ms, data[:, 1]
        level, slope = (self._line_at(now_ms), self._slope) if len(data) > 1 else (float(value[0]), 0.0)
        prior = 1 / (_PRIOR_PPM * 1e-6) ** 2
        for _ in range(_ITERATIONS):
            weight = 1 / np.maximum(np.abs(value - level - slope * age), _NOISE_MS) / (_NOISE_MS * _DEPENDENT_READINGS)
            s0, s1, s2 = weight.sum(), (weight * age).sum(), (weight * age * age).sum() + prior
            z0, z1 = (weight * value).sum(), (weight * age * value).sum()
            determinant = s0 * s2 - s1 * s1
            level, slope = (z0 * s2 - z1 * s1) / determinant, (s0 * z1 - s1 * z0) / determinant
        self._level, self._slope, self._fitted_at_ms = float(level), float(slope), now_ms

    def _move_towards_line(self, media_ms: float) -> None:
        elapsed_ms = media_ms - self._estimated_at_ms
        self._estimated_at_ms = media_ms
        wanted = self._line_at(media_ms) - self._estimate
        if media_ms < _SETTLING_MS:
            self._estimate += wanted
            return
        patience_s = max(0.0, self._insisting_ms - _PATIENCE_MS) / 1000
        limit = (_SLEW * 2 ** min(patience_s, 10.0) / 1000 + abs(self._slope)) * elapsed_ms
        self._insisting_ms = self._insisting_ms + elapsed_ms if abs(wanted) > limit else 0.0
        self._estimate += max(-limit, min(limit, wanted))

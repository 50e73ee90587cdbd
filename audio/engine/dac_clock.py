"""When a frame reaches the DAC: the sound card's own steady clock, recovered from readings of it (pure).

A line is fitted robustly through the last seconds of readings: least absolute deviations by iterative reweighting, with
a prior on the crystal's error. How far readings may be trusted depends on where they come from, so that is a profile.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from protocol.timeline import NS_PER_MS

#: A reading this far from the line is either a single bad one or a stream that stood still ...
_STRAY_MS: Final = 3.0
#: ... and this many in a row are no accident.
_STRAYS_TO_RESTART: Final = 3
#: Crystals of sound cards, and the timers of virtual ones: one standard deviation.
_PRIOR_PPM: Final = 40.0
_ITERATIONS: Final = 4
#: Within this time from the first reading every correction is taken at once: nothing better is known yet.
_SETTLING_MS: Final = 1_500.0
#: How long a line has to insist before the slew limit doubles each second: a real shift is then caught up with, a
#: passing one is hardly followed.
_PATIENCE_MS: Final = 5_000.0


@dataclass(frozen=True, slots=True)
class ReadingProfile:
    """What readings from one kind of source are worth.

    `noise_ms`: scatter below this counts quadratically. `dependence`: so many readings tell as much as one independent
    one. `slew`: how fast the estimate moves towards a changed line, in ms per s.
    """

    window_ms: float
    interval_ms: float
    noise_ms: float
    dependence: float
    slew: float


#: The sound server's own readings: within 0.05 ms of each other, now and then one that is late (measured).
RAW_READINGS: Final = ReadingProfile(window_ms=8_000, interval_ms=0, noise_ms=0.03, dependence=2, slew=1.0)
#: Readings that a driver has interpolated: they scatter by 0.04 ms but wander together by up to 1 ms for seconds, most
#: of all in the first ten seconds of a stream (measured on ALSA's PulseAudio plugin).
SMOOTHED_READINGS: Final = ReadingProfile(window_ms=20_000, interval_ms=100, noise_ms=0.05, dependence=30, slew=0.05)


class DacClock:
    """Estimate DAC times of frames, counted from the stream's start, from pairs (frame, ns at the DAC)."""

    def __init__(self, rate: int, profile: ReadingProfile) -> None:
        self._frames_per_ms = rate / 1000
        self._profile = profile
        self._origin: tuple[float, int] | None = None
        self._readings: deque[tuple[float, float]] = deque()
        self._strays = 0
        self._level, self._slope, self._fitted_at_ms = 0.0, 0.0, 0.0
        self._estimate, self._estimated_at_ms, self._insisting_ms = 0.0, 0.0, 0.0

    @property
    def ppm(self) -> float:
        """Return the DAC's rate error against this machine's clock (positive: the DAC is slow), in ppm."""
        return self._slope * 1e6

    def add_reading(self, frame: float, at_ns: int) -> None:
        """Take one reading: `frame` was, or will be, at the DAC at `at_ns`."""
        if self._origin is None:
            self._restart(frame, at_ns)
        media_ms, value = self._relative(frame, at_ns)
        if abs(value - self._line_at(media_ms)) > _STRAY_MS:
            self._strays += 1
            if self._strays >= _STRAYS_TO_RESTART:
                self._restart(frame, at_ns)
            return
        self._strays = 0
        if not self._readings or media_ms - self._readings[-1][0] >= self._profile.interval_ms:
            self._readings.append((media_ms, value))
            self._fit(media_ms)

    def dac_ns(self, frame: int) -> int:
        """Return the estimate in ns of when `frame` is at the DAC. Frames may only go forward.

        Errors: ValueError before the first reading.
        """
        if self._origin is None:
            raise ValueError("there is no reading of the DAC's clock yet")
        origin_frame, origin_ns = self._origin
        media_ms = (frame - origin_frame) / self._frames_per_ms
        self._move_towards_line(media_ms)
        return origin_ns + round((media_ms + self._estimate) * NS_PER_MS)

    def _relative(self, frame: float, at_ns: int) -> tuple[float, float]:
        """Return (media time since the origin, delay of this reading against an ideal clock), both in ms."""
        assert self._origin is not None
        origin_frame, origin_ns = self._origin
        media_ms = (frame - origin_frame) / self._frames_per_ms
        return media_ms, (at_ns - origin_ns) / NS_PER_MS - media_ms

    def _restart(self, frame: float, at_ns: int) -> None:
        self._origin = (frame, at_ns)
        self._readings = deque([(0.0, 0.0)])
        self._strays = 0
        self._level, self._slope, self._fitted_at_ms = 0.0, 0.0, 0.0
        self._estimate, self._estimated_at_ms, self._insisting_ms = 0.0, 0.0, 0.0

    def _line_at(self, media_ms: float) -> float:
        return self._level + self._slope * (media_ms - self._fitted_at_ms)

    def _fit(self, now_ms: float) -> None:
        profile = self._profile
        while now_ms - self._readings[0][0] > profile.window_ms:
            self._readings.popleft()
        data = np.array(self._readings)
        age, value = data[:, 0] - now_ms, data[:, 1]
        level, slope = self._line_at(now_ms), self._slope
        prior = 1 / (_PRIOR_PPM * 1e-6) ** 2
        for _ in range(_ITERATIONS):
            deviation = np.maximum(np.abs(value - level - slope * age), profile.noise_ms)
            weight = 1 / (deviation * profile.noise_ms * profile.dependence)
            s0, s1, s2 = weight.sum(), (weight * age).sum(), (weight * age * age).sum() + prior
            z0, z1 = (weight * value).sum(), (weight * age * value).sum()
            determinant = s0 * s2 - s1 * s1
            level, slope = (z0 * s2 - z1 * s1) / determinant, (s0 * z1 - s1 * z0) / determinant
        self._level, self._slope, self._fitted_at_ms = float(level), float(slope), now_ms

    def _move_towards_line(self, media_ms: float) -> None:
        elapsed_ms = max(0.0, media_ms - self._estimated_at_ms)
        self._estimated_at_ms = max(media_ms, self._estimated_at_ms)
        wanted = self._line_at(media_ms) - self._estimate
        if self._readings[-1][0] < _SETTLING_MS:
            self._estimate += wanted
            return
        insisting_s = max(0.0, self._insisting_ms - _PATIENCE_MS) / 1000
        limit = (self._profile.slew * 2 ** min(insisting_s, 10.0) / 1000 + abs(self._slope)) * elapsed_ms
        self._insisting_ms = self._insisting_ms + elapsed_ms if abs(wanted) > limit else 0.0
        self._estimate += max(-limit, min(limit, wanted))

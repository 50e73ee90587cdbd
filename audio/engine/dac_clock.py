"""When a frame reaches the DAC: the sound card's own steady clock, recovered from readings of it (pure).

A line is fitted robustly through the last seconds of readings: least absolute deviations by iterative reweighting, with
a prior on the crystal's error. How far readings may be trusted depends on where they come from, so that is a profile.

What can be told from the truth: readings that are off for about a second and then come back, whatever they said; ones
that contradict each other, however long; ones that repeat themselves. What can't: readings that agree with each other
on a wrong line for longer than `INSISTENCE_MS`: from inside, that is a stream that really stood still.
"""

from collections import deque
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np

from protocol.timeline import NS_PER_MS

#: A reading this far from the line is either a bad one or a stream that stood still ...
_STRAY_MS: Final = 3.0
#: ... and while the line itself is new, this much is enough: the first seconds of a stream may be fiction.
_EARLY_STRAY_MS: Final = 1.0
#: Strays within this of each other tell one story ...
_AGREE_MS: Final = 1.0
#: ... which is believed when it has been told without a word of the old line for this long. A burst of bad readings is
#: shorter (a busy machine, a server that re-reads its card); a stream that stood still is late by no more than this.
INSISTENCE_MS: Final = 1_200.0
#: Where the old line is in doubt anyway, so many that agree are enough.
_STRAYS_TO_RESTART: Final = 3
#: A card is not seconds wrong and agrees with itself: the machine slept.
_SLEPT_MS: Final = 1_000.0
#: So long from the first reading on, or from a reason for doubt, nothing better is known than the newest readings.
GRACE_MS: Final = 3_000.0
#: Crystals of sound cards, and the timers of virtual ones: one standard deviation ...
_PRIOR_PPM: Final = 50.0
#: ... and of one that was measured earlier: temperature, and the machine's own clock being disciplined.
_KNOWN_PPM: Final = 10.0
_MAX_PPM: Final = 500.0
#: A rate is worth keeping from this standard deviation on, after two windows without a restart.
_SETTLED_PPM: Final = 8.0
_ITERATIONS: Final = 4
#: How long a line has to insist before the slew limit doubles each second: a real shift is then caught up with, a
#: passing one is hardly followed.
_PATIENCE_MS: Final = 5_000.0


#: While the rate is not known yet, a line that moves may be right: so many standard deviations more are followed.
_SLEW_SIGMAS: Final = 3.0


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
    """Estimate DAC times of frames, counted from the stream's start, from pairs (frame, ns at the DAC).

    `prior_ppm` is what is known of the card from earlier (0: nothing).
    """

    def __init__(self, rate: int, profile: ReadingProfile, prior_ppm: float = 0.0) -> None:
        self._frames_per_ms = rate / 1000
        self._profile = profile
        self._prior_slope = max(-_MAX_PPM, min(_MAX_PPM, prior_ppm)) * 1e-6
        self._prior_sigma = (_KNOWN_PPM if prior_ppm else _PRIOR_PPM) * 1e-6
        self._origin: tuple[float, int] | None = None
        self._last: tuple[float, int] = (0.0, 0)
        self._readings: deque[tuple[float, float]] = deque()
        self._strays: list[tuple[float, int, float]] = []
        self._doubted_until_ms = 0.0
        self._level, self._slope, self._fitted_at_ms = 0.0, self._prior_slope, 0.0
        self._slope_sigma = self._prior_sigma
        self._estimate, self._estimated_at_ms, self._insisting_ms = 0.0, 0.0, 0.0

    @property
    def ppm(self) -> float:
        """Return the DAC's rate error against this machine's clock (positive: the DAC is slow), in ppm."""
        return self._slope * 1e6

    @property
    def ppm_is_settled(self) -> bool:
        """Return whether `ppm` is worth keeping for the next time: seconds of readings agree on it."""
        if not self._readings or self._strays or self._insisting_ms > _PATIENCE_MS:
            return False
        return self._readings[-1][0] >= 2 * self._profile.window_ms and self._slope_sigma <= _SETTLED_PPM * 1e-6

    @property
    def is_ready(self) -> bool:
        """Return whether a few readings agree on when frames are heard: a single first one may be late."""
        return len(self._readings) >= _STRAYS_TO_RESTART

    @property
    def is_new(self) -> bool:
        """Return whether readings tell most: at the start, and while the line is in doubt."""
        return not self._readings or self._in_doubt(self._readings[-1][0])

    def doubt(self) -> None:
        """Expect the stream to have moved (underrun, another sink, sleep): the next few that agree are believed."""
        if self._readings:
            self._doubted_until_ms = self._readings[-1][0] + GRACE_MS

    def add_reading(self, frame: float, at_ns: int) -> None:
        """Take one reading: `frame` was, or will be, at the DAC at `at_ns`."""
        if self._origin is None:
            self._last = (frame, at_ns)
            self._restart([(frame, at_ns)])
            return
        if frame == self._last[0] or at_ns == self._last[1]:
            # A clock that stands still, or a reading told twice, tells nothing.
            return
        self._last = (frame, at_ns)
        media_ms, value = self._relative(frame, at_ns)
        off_ms = value - self._line_at(media_ms)
        if abs(off_ms) > (_EARLY_STRAY_MS if self._in_doubt(media_ms) else _STRAY_MS):
            self._consider(frame, at_ns, off_ms)
            return
        self._strays.clear()
        since_ms = media_ms - self._readings[-1][0]
        if since_ms > 0 and since_ms >= self._profile.interval_ms:
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

    def _in_doubt(self, media_ms: float) -> bool:
        return media_ms < self._doubted_until_ms

    def _consider(self, frame: float, at_ns: int, off_ms: float) -> None:
        """Hear out readings that are off the line, and start anew on theirs when they insist."""
        if self._strays and abs(off_ms - median(stray[2] for stray in self._strays)) > _AGREE_MS:
            self._strays.clear()
        self._strays.append((frame, at_ns, off_ms))
        told_ms = (frame - self._strays[0][0]) / self._frames_per_ms
        easily = self._in_doubt(self._relative(frame, at_ns)[0]) or abs(off_ms) > _SLEPT_MS
        if len(self._strays) >= _STRAYS_TO_RESTART and (easily or told_ms >= INSISTENCE_MS):
            self._restart([stray[:2] for stray in self._strays])

    def _relative(self, frame: float, at_ns: int) -> tuple[float, float]:
        """Return (media time since the origin, delay of this reading against an ideal clock), both in ms."""
        assert self._origin is not None
        origin_frame, origin_ns = self._origin
        media_ms = (frame - origin_frame) / self._frames_per_ms
        return media_ms, (at_ns - origin_ns) / NS_PER_MS - media_ms

    def _restart(self, readings: list[tuple[float, int]]) -> None:
        if self._slope_sigma <= _SETTLED_PPM * 1e-6:
            # It is still the same crystal.
            self._prior_slope, self._prior_sigma = self._slope, _KNOWN_PPM * 1e-6
        self._origin = readings[0]
        self._strays = []
        self._readings = deque(self._relative(*reading) for reading in readings)
        newest_ms = self._readings[-1][0]
        self._doubted_until_ms = newest_ms + GRACE_MS
        self._level, self._slope, self._fitted_at_ms = 0.0, self._prior_slope, 0.0
        self._fit(newest_ms)
        self._estimate, self._estimated_at_ms, self._insisting_ms = self._line_at(newest_ms), newest_ms, 0.0

    def _line_at(self, media_ms: float) -> float:
        return self._level + self._slope * (media_ms - self._fitted_at_ms)

    def _fit(self, now_ms: float) -> None:
        profile = self._profile
        while now_ms - self._readings[0][0] > profile.window_ms:
            self._readings.popleft()
        data = np.array(self._readings)
        age, value = data[:, 0] - now_ms, data[:, 1]
        level, slope = self._line_at(now_ms), self._slope
        prior = 1 / self._prior_sigma**2
        for _ in range(_ITERATIONS):
            deviation = np.maximum(np.abs(value - level - slope * age), profile.noise_ms)
            weight = 1 / (deviation * profile.noise_ms * profile.dependence)
            s0, s1, s2 = weight.sum(), (weight * age).sum(), (weight * age * age).sum() + prior
            z0, z1 = (weight * value).sum(), (weight * age * value).sum() + prior * self._prior_slope
            determinant = s0 * s2 - s1 * s1
            slope = max(-_MAX_PPM * 1e-6, min(_MAX_PPM * 1e-6, (s0 * z1 - s1 * z0) / determinant))
            level = (z0 - s1 * slope) / s0
        self._level, self._slope, self._fitted_at_ms = float(level), float(slope), now_ms
        self._slope_sigma = float(s0 / determinant) ** 0.5

    def _move_towards_line(self, media_ms: float) -> None:
        elapsed_ms = max(0.0, media_ms - self._estimated_at_ms)
        self._estimated_at_ms = max(media_ms, self._estimated_at_ms)
        if self._in_doubt(self._readings[-1][0]):
            self._estimate = self._line_at(media_ms)
            return
        self._estimate += self._slope * elapsed_ms
        wanted = self._line_at(media_ms) - self._estimate
        insisting_s = max(0.0, self._insisting_ms - _PATIENCE_MS) / 1000
        slew = self._profile.slew / 1000 + _SLEW_SIGMAS * self._slope_sigma
        limit = slew * 2 ** min(insisting_s, 10.0) * elapsed_ms
        self._insisting_ms = self._insisting_ms + elapsed_ms if abs(wanted) > limit else 0.0
        self._estimate += max(-limit, min(limit, wanted))

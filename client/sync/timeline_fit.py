"""TimelineFit: the leader's timeline, out of pairs of whole milliseconds.

A heartbeat says (positionMs, correctedMs), each rounded, so that one pair is off by up to 1 ms but not biased; a sound
card is off by up to 200 ppm. The line through the last seconds is found by weighted least squares: its rate is drawn
towards what earlier seconds taught (ridge regression with a Gaussian prior), its outliers count less (Huber), and when
three readings in a row lie on the same side of it, it was the leader that moved.
"""

from collections import deque
from dataclasses import dataclass, replace
from statistics import median
from typing import Final

from protocol.timeline import Timeline

WINDOW_MS: Final = 10_000.0

#: Two rounded values, each uniform within half a millisecond: sqrt(2/12).
QUANTISATION_SIGMA_MS: Final = 0.4

#: A transport of a leader that schedules it on a whole pair is exact but for its clock's resolution.
EXACT_SIGMA_MS: Final = 0.02

#: Sound cards, before anything is known of this one: most within 50 ppm, all within 200.
UNKNOWN_RATE_SIGMA: Final = 100e-6

#: What a sound card or a clock that is being slewed may change between two windows.
RATE_FORGETTING_SIGMA: Final = 5e-6

STEP_MS: Final = 2.5
STEP_SIGMAS: Final = 3.5
STEP_READINGS: Final = 3

_HUBER_SIGMAS: Final = 2.5
_REFITS: Final = 3
_NOISE_READINGS: Final = 40
_NOISE_QUANTILE: Final = 0.8
_NOISE_QUANTILE_SIGMAS: Final = 1.2816
_ANCHOR_READINGS: Final = 4


@dataclass(frozen=True, slots=True)
class _Reading:
    corrected_ms: float
    position_ms: float
    exact: bool

    @property
    def line_ms(self) -> float:
        """Return where a line of rate 1 through this reading stands: two readings of one line have the same."""
        return self.position_ms - self.corrected_ms


@dataclass(frozen=True, slots=True)
class _Line:
    """`offset_ms` is position minus corrected time at `at_ms`; `slope` is the rate minus 1."""

    at_ms: float
    offset_ms: float
    slope: float
    slope_sigma: float

    def line_ms_at(self, corrected_ms: float) -> float:
        return self.offset_ms + (corrected_ms - self.at_ms) * self.slope


class TimelineFit:
    """Recover one leader's timeline; what is learned of its rate outlives every seek."""

    def __init__(self) -> None:
        self._is_playing = False
        self._held: _Reading | None = None
        self._readings: deque[_Reading] = deque()
        self._apart: list[_Reading] = []
        self._differences_ms: deque[float] = deque(maxlen=_NOISE_READINGS)
        self._line: _Line | None = None
        self._newest_ms = float("-inf")
        self._rate_prior = (0.0, UNKNOWN_RATE_SIGMA)
        self._learned_ms = float("-inf")
        self._anchors_are_exact = True

    @property
    def is_playing(self) -> bool:
        """Return whether the leader plays, as far as is known."""
        return self._is_playing

    @property
    def newest_ms(self) -> float:
        """Return the corrected time of the newest reading, -inf before the first."""
        return self._newest_ms

    @property
    def rate_ppm(self) -> float:
        """Return how much faster than corrected time the leader plays, in ppm."""
        return (self._line.slope if self._line else self._rate_prior[0]) * 1e6

    @property
    def noise_ms(self) -> float:
        """Return the standard deviation of one reading: quantisation, or more for a leader that jitters."""
        if len(self._differences_ms) < 3:
            return QUANTISATION_SIGMA_MS
        large_ms = sorted(self._differences_ms)[int(len(self._differences_ms) * _NOISE_QUANTILE)]
        # Rounding alone makes neighbours differ by 0 or 1; that tells nothing about noise.
        return QUANTISATION_SIGMA_MS if large_ms <= 1.0 else large_ms / (_NOISE_QUANTILE_SIGMAS * 2**0.5)

    @property
    def step_threshold_ms(self) -> float:
        """Return how far from the line a reading must be to hint at a step."""
        return max(STEP_MS, STEP_SIGMAS * self.noise_ms)

    def restart(self, position_ms: float, corrected_ms: float, is_playing: bool, *, exact: bool) -> None:
        """Begin a new line: the leader moved, paused or resumed.

        `exact` is true for transports, which a leader schedules so that both numbers are whole.
        """
        self._learn_rate()
        self._is_playing = is_playing
        self._begin([_Reading(corrected_ms, position_ms, exact and self._anchors_are_exact)])

    def observe(self, position_ms: float, corrected_ms: float) -> bool:
        """Take in a heartbeat of the same movement; return False when it is no newer than what is known."""
        if self._held is None or corrected_ms <= self._newest_ms:
            return False
        reading = _Reading(corrected_ms, position_ms, exact=False)
        if not self._is_playing:
            self._begin([reading])
            return True
        self._differences_ms.append(abs(reading.line_ms - self._held.line_ms))
        self._held = reading
        self._newest_ms = corrected_ms
        if self._is_apart(reading):
            self._apart.append(reading)
            if len(self._apart) >= STEP_READINGS:
                self._learn_rate()
                self._begin(self._apart)
            return True
        self._apart = []
        self._readings.append(reading)
        while self._readings[0].corrected_ms < corrected_ms - WINDOW_MS:
            self._readings.popleft()
        self._demote_false_anchor()
        self._fit()
        if corrected_ms - self._learned_ms >= WINDOW_MS:
            self._learn_rate()
            self._learned_ms = corrected_ms
        return True

    def carry_over(self, finished_duration_ms: float, position_ms: float, corrected_ms: float) -> bool:
        """Go on in the next track when its start lies on the line of the finished one; return whether it does.

        `finished_duration_ms` is the decoded length of the finished track; the pair is in the new track.
        """
        if self._line is None or not self._is_playing:
            return False
        expected_ms = self._line.line_ms_at(corrected_ms) - finished_duration_ms
        if abs(position_ms - corrected_ms - expected_ms) > self.step_threshold_ms:
            return False
        self._readings = deque(
            replace(reading, position_ms=reading.position_ms - finished_duration_ms) for reading in self._readings
        )
        self._apart = []
        self._line = replace(self._line, offset_ms=self._line.offset_ms - finished_duration_ms)
        reading = _Reading(corrected_ms, position_ms, exact=False)
        self._held = reading
        if corrected_ms > self._newest_ms:
            self._newest_ms = corrected_ms
            self._readings.append(reading)
            self._fit()
        return True

    def timeline(self) -> Timeline | None:
        """Return the leader's timeline, anchored at the newest reading; None before the first."""
        if self._held is None:
            return None
        if not self._is_playing or self._line is None:
            return Timeline(self._held.position_ms, self._held.corrected_ms, self._is_playing)
        at_ms = self._held.corrected_ms
        return Timeline(self._line.line_ms_at(at_ms) + at_ms, at_ms, is_playing=True, rate=1.0 + self._line.slope)

    def _begin(self, readings: list[_Reading]) -> None:
        self._readings = deque(readings)
        self._apart = []
        self._held = readings[-1]
        self._newest_ms = self._learned_ms = readings[-1].corrected_ms
        self._line = None
        if self._is_playing:
            self._fit()

    def _is_apart(self, reading: _Reading) -> bool:
        """Return whether a reading is far from the line, and on the side of those that were so just before it."""
        if self._line is None:
            return False
        residual_ms = reading.line_ms - self._line.line_ms_at(reading.corrected_ms)
        if abs(residual_ms) <= self.step_threshold_ms:
            return False
        if self._apart:
            first = self._apart[0]
            if (first.line_ms > self._line.line_ms_at(first.corrected_ms)) != (residual_ms > 0):
                self._apart = []
        return True

    def _demote_false_anchor(self) -> None:
        """Stop trusting transports of a leader whose first heartbeats say something else."""
        anchor, *others = self._readings
        if not anchor.exact or len(others) != _ANCHOR_READINGS:
            return
        # Within one second a card of 200 ppm strays 0.2 ms, so most rounded readings still agree to the millisecond.
        if abs(median(reading.line_ms - anchor.line_ms for reading in others)) >= 1.0:
            self._anchors_are_exact = False
            self._readings.popleft()

    def _learn_rate(self) -> None:
        """Make what the present line says about the rate the prior of the lines to come."""
        if self._line is None:
            return
        sigma = (self._line.slope_sigma**2 + RATE_FORGETTING_SIGMA**2) ** 0.5
        self._rate_prior = (self._line.slope, min(sigma, UNKNOWN_RATE_SIGMA))

    def _fit(self) -> None:
        """Solve min sum w (offset + slope x - y)^2 + ((slope - prior) / sigma)^2, reweighted by Huber's rule."""
        at_ms = self._readings[-1].corrected_ms
        origin_ms = self._readings[-1].line_ms
        noise_ms = self.noise_ms
        prior, prior_sigma = self._rate_prior
        points = [
            (r.corrected_ms - at_ms, r.line_ms - origin_ms, EXACT_SIGMA_MS if r.exact else noise_ms)
            for r in self._readings
        ]
        weights = [1.0 / sigma**2 for _, _, sigma in points]
        for _ in range(_REFITS):
            total = sum(weights)
            mean_x = sum(w * x for w, (x, _, _) in zip(weights, points, strict=True)) / total
            mean_y = sum(w * y for w, (_, y, _) in zip(weights, points, strict=True)) / total
            precision = sum(w * (x - mean_x) ** 2 for w, (x, _, _) in zip(weights, points, strict=True))
            precision += prior_sigma**-2
            covariance = sum(w * (x - mean_x) * (y - mean_y) for w, (x, y, _) in zip(weights, points, strict=True))
            slope = (covariance + prior * prior_sigma**-2) / precision
            offset = mean_y - slope * mean_x
            weights = []
            for x, y, sigma in points:
                deviation = abs(y - offset - slope * x) / sigma
                weights.append(min(1.0, _HUBER_SIGMAS / deviation if deviation else 1.0) / sigma**2)
        self._line = _Line(at_ms, origin_ms + offset, slope, precision**-0.5)

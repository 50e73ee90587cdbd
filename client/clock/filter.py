"""The clock filter: from bursts of samples to one straight line from the monotonic clock to NTP time.

Pure: it is given samples and instants and holds no clock. Within a burst the sample with the least delay is the best
(RFC 5905, section 10: queueing only ever adds delay). Over bursts a weighted straight line gives offset and frequency.
"""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from client.clock.ntp_packet import NS_PER_MS, NtpSample
from protocol.timeline import ClockMapping

#: RFC 5905's PHI: what a clock may run off between two measurements.
AGEING = 15e-6

#: What an undisciplined crystal may be off: a burst within it doesn't contradict one whose frequency is unknown.
CRYSTAL = 100e-6

#: How fast a measured frequency itself may wander (a laptop warming up), for the weights of older bursts.
WANDER = 1e-6

MAX_FREQUENCY = 500e-6
WINDOW_BURSTS = 12

#: Fewer points than this, or a span shorter than this, say nothing about frequency.
MIN_FREQUENCY_BURSTS = 5
MIN_FREQUENCY_SPAN_NS = 30_000_000_000

#: A slope counts when it is this many standard errors away from zero: Student's t at 0.1 %, by degrees of freedom
#: from 3 on. Few points often scatter less than they should, and a false frequency is worse than none.
SIGNIFICANCE = (12.92, 8.61, 6.87, 5.96, 5.41, 5.04, 4.78, 4.59)

#: No residual scatter is believed to be smaller than a timestamp's own jitter.
SCATTER_FLOOR_NS = 2_000.0

OUTLIER_SCATTERS = 4.0


@dataclass(frozen=True, slots=True)
class ClockEstimate:
    """NTP time is `mono_ns + offset_ns` at `mono_ns`; `frequency` is how much faster it runs, or None if unknown."""

    mono_ns: int
    offset_ns: int
    frequency: float | None
    uncertainty_ns: float

    @property
    def mapping(self) -> ClockMapping:
        """Return the estimate as the contract's mapping."""
        return ClockMapping(
            mono_ns=self.mono_ns,
            corrected_ms=(self.mono_ns + self.offset_ns) / NS_PER_MS,
            rate=1.0 + (self.frequency or 0.0),
        )

    def offset_at(self, mono_ns: int) -> int:
        """Return the predicted offset in ns at an instant."""
        return self.offset_ns + round((self.frequency or 0.0) * (mono_ns - self.mono_ns))


def best_sample(samples: Sequence[NtpSample]) -> NtpSample:
    """Return the sample of a burst with the least delay; `samples` may not be empty."""
    return min(samples, key=lambda sample: sample.delay_ns)


class ClockFilter:
    """Refine an estimate with every burst; one contradicting burst is doubted, two that agree are believed."""

    def __init__(self) -> None:
        self._bursts: deque[NtpSample] = deque(maxlen=WINDOW_BURSTS)
        self._doubted: NtpSample | None = None
        self._estimate: ClockEstimate | None = None

    @property
    def estimate(self) -> ClockEstimate | None:
        """Return the estimate after the last accepted burst."""
        return self._estimate

    @property
    def in_doubt(self) -> bool:
        """Return whether the last burst contradicted the earlier ones: measure again soon."""
        return self._doubted is not None

    def forget(self) -> None:
        """Drop all history: the monotonic clock stood still (sleep), so nothing earlier holds."""
        self._bursts.clear()
        self._doubted = None
        self._estimate = None

    def add(self, sample: NtpSample) -> ClockEstimate:
        """Take in the best sample of a burst and return the estimate now in force."""
        if not self.agrees(sample):
            assert self._estimate is not None
            if self._doubted is None or not _agree(self._doubted, sample):
                self._doubted = sample
                return self._estimate
            self._bursts.clear()
            self._bursts.append(self._doubted)
        self._doubted = None
        self._bursts.append(sample)
        self._estimate = _fit(list(self._bursts), sample.mono_ns)
        return self._estimate

    def uncertainty_ns_at(self, mono_ns: int) -> float:
        """Return how far off the estimate can be at an instant: it grows 15 ppm since a burst; the best one counts."""
        if not self._bursts:
            return math.inf
        return min(_aged_ns(sample, mono_ns) for sample in self._bursts)

    def agrees(self, sample: NtpSample) -> bool:
        """Return whether a sample is possible after what was measured before; anything is, at first."""
        if self._estimate is None:
            return True
        rate = CRYSTAL if self._estimate.frequency is None else AGEING
        expected_ns = self._estimate.offset_at(sample.mono_ns)
        known_to_ns = min(_aged_ns(burst, sample.mono_ns, rate) for burst in self._bursts)
        return abs(sample.offset_ns - expected_ns) <= sample.uncertainty_ns + known_to_ns


def _aged_ns(sample: NtpSample, mono_ns: int, rate: float = AGEING) -> float:
    return sample.uncertainty_ns + rate * abs(mono_ns - sample.mono_ns)


def _agree(first: NtpSample, second: NtpSample) -> bool:
    known_to_ns = _aged_ns(first, second.mono_ns, CRYSTAL)
    return abs(first.offset_ns - second.offset_ns) <= second.uncertainty_ns + known_to_ns


def _fit(bursts: list[NtpSample], mono_ns: int) -> ClockEstimate:
    """Fit a line through the bursts, seen from `mono_ns`: the offset there, and the frequency if it is significant."""
    base_ns = bursts[-1].offset_ns
    ages = [float(sample.mono_ns - mono_ns) for sample in bursts]
    offsets = [float(sample.offset_ns - base_ns) for sample in bursts]
    uncertainty_ns = min(_aged_ns(sample, mono_ns) for sample in bursts)
    drifting = [1.0 / max(1.0, _aged_ns(sample, mono_ns, WANDER)) ** 2 for sample in bursts]
    line = _robust_line(ages, offsets, drifting)
    if line is not None:
        offset_ns, slope = line
        frequency = max(-MAX_FREQUENCY, min(MAX_FREQUENCY, slope))
        return ClockEstimate(mono_ns, base_ns + round(offset_ns), frequency, uncertainty_ns)
    # Without a known frequency an older burst says less by all that the clock may have run off since.
    weights = [1.0 / max(1.0, _aged_ns(sample, mono_ns)) ** 2 for sample in bursts]
    mean_ns = sum(w * y for w, y in zip(weights, offsets, strict=True)) / sum(weights)
    return ClockEstimate(mono_ns, base_ns + round(mean_ns), None, uncertainty_ns)


def _robust_line(ages: list[float], offsets: list[float], weights: list[float]) -> tuple[float, float] | None:
    """Return (offset at age 0, slope) of a line without its outliers, or None when the slope is not significant."""
    offset, slope = _line(ages, offsets, weights) or (0.0, 0.0)
    residuals = [abs(y - offset - slope * x) for x, y in zip(ages, offsets, strict=True)]
    bound = OUTLIER_SCATTERS * max(SCATTER_FLOOR_NS, sorted(residuals)[len(residuals) // 2])
    points = zip(ages, offsets, weights, residuals, strict=True)
    kept = [(x, y, w) for x, y, w, residual in points if residual <= bound]
    if len(kept) < MIN_FREQUENCY_BURSTS or kept[-1][0] - kept[0][0] < MIN_FREQUENCY_SPAN_NS:
        return None
    xs, ys, ws = ([point[axis] for point in kept] for axis in range(3))
    line = _line(xs, ys, ws)
    if line is None:
        return None
    offset, slope = line
    total = sum(ws)
    mean_x = sum(w * x for w, x in zip(ws, xs, strict=True)) / total
    spread = sum(w * (x - mean_x) ** 2 for w, x in zip(ws, xs, strict=True)) / total
    squares = sum(w * (y - offset - slope * x) ** 2 for w, x, y in zip(ws, xs, ys, strict=True)) / total
    scatter = max(SCATTER_FLOOR_NS, math.sqrt(squares * len(kept) / (len(kept) - 2)))
    effective = total**2 / sum(w * w for w in ws)
    standard_error = scatter / math.sqrt(spread * effective)
    significance = SIGNIFICANCE[min(len(kept) - MIN_FREQUENCY_BURSTS, len(SIGNIFICANCE) - 1)]
    return line if abs(slope) > significance * standard_error else None


def _line(xs: list[float], ys: list[float], ws: list[float]) -> tuple[float, float] | None:
    total = sum(ws)
    mean_x = sum(w * x for w, x in zip(ws, xs, strict=True)) / total
    mean_y = sum(w * y for w, y in zip(ws, ys, strict=True)) / total
    spread = sum(w * (x - mean_x) ** 2 for w, x in zip(ws, xs, strict=True))
    if spread <= 0:
        return None
    slope = sum(w * (x - mean_x) * (y - mean_y) for w, x, y in zip(ws, xs, ys, strict=True)) / spread
    return mean_y - slope * mean_x, slope

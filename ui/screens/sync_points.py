"""What the sync panel plots, and the table that it saves (pure)."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from protocol.correction import Correction

#: How far back the plots reach.
SPAN_S: Final = 120.0

_COLUMNS: Final = (
    "seconds",
    "corrected_ms",
    "drift_ms",
    "correction",
    "clock_offset_ms",
    "clock_uncertainty_ms",
    "underruns",
    "jumps",
)


@dataclass(frozen=True, slots=True)
class SyncPoint:
    """One report of how the lockstep stood.

    `time_s` is monotonic, `corrected_ms` the NTP-corrected time. `drift_ms` is the plan's formula (positive: this
    player is behind), None for a leader and while nothing plays. `clock_offset_ms` is local ahead of NTP.
    """

    time_s: float
    corrected_ms: float
    drift_ms: float | None
    correction: Correction
    clock_offset_ms: float
    clock_uncertainty_ms: float | None
    underruns: int = 0
    jumps: int = 0


def table(points: Sequence[SyncPoint]) -> str:
    """Return the points as CSV (RFC 4180); `seconds` counts from the first, what is not known is empty."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for point in points:
        writer.writerow(
            (
                f"{point.time_s - points[0].time_s:.3f}",
                f"{point.corrected_ms:.3f}",
                _number(point.drift_ms),
                point.correction.value,
                _number(point.clock_offset_ms),
                _number(point.clock_uncertainty_ms),
                point.underruns,
                point.jumps,
            )
        )
    return text.getvalue()


def half_span_ms(values: Sequence[float], least_ms: float) -> float:
    """Return how far an axis around 0 reaches so that nearly all values are inside: one jump flattens nothing."""
    if not values:
        return least_ms
    ordered = sorted(abs(value) for value in values)
    return max(least_ms, 1.3 * ordered[round(0.97 * (len(ordered) - 1))])


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"

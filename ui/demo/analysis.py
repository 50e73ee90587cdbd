"""What a follower's reports say about the lockstep (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

#: In lockstep, for the demo's table: nobody hears a millisecond between two laptops (it is 34 cm of air).
LOCKSTEP_MS: Final = 1.0
#: It counts once it has lasted this long.
HOLD_MS: Final = 300.0


@dataclass(frozen=True, slots=True)
class SyncPoint:
    """One report of the follower; `drift_ms` is None when nothing can be compared."""

    corrected_ms: float
    drift_ms: float | None
    is_playing: bool
    clock_uncertainty_ms: float | None
    underruns: int


@dataclass(frozen=True, slots=True)
class Happening:
    """What the leader did, at the corrected time from which it counts."""

    corrected_ms: float
    action: str
    position_ms: int
    playlist_position: int


@dataclass(frozen=True, slots=True)
class Settling:
    """How long after a happening the follower was in lockstep for good; None: not before the next one."""

    happening: Happening
    after_ms: float | None


@dataclass(frozen=True, slots=True)
class DriftStatistics:
    """Of |drift| in ms, over all reports made while music played."""

    median_ms: float
    p99_ms: float
    max_ms: float
    count: int


def sync_point(line: dict[str, Any]) -> SyncPoint:
    """Return the point that a `sync` line of `--json` holds."""
    return SyncPoint(
        corrected_ms=line["correctedMs"],
        drift_ms=line["driftMs"],
        is_playing=line["isPlaying"],
        clock_uncertainty_ms=line["clockUncertaintyMs"],
        underruns=line["underruns"],
    )


def happening(trace_line: dict[str, Any]) -> Happening | None:
    """Return what a line of a leader's trace announces, if it is a transport that was sent."""
    event = trace_line.get("event", {})
    if trace_line.get("kind") != "out" or event.get("type") != "transport":
        return None
    return Happening(event["correctedMs"], event["action"], event["positionMs"], event["playlistPosition"])


def settle_ms(points: Sequence[SyncPoint], start_ms: float, end_ms: float) -> float | None:
    """Return how long after `start_ms` the drift stayed within LOCKSTEP_MS for HOLD_MS; None when it did not."""
    since_ms: float | None = None
    for point in points:
        if not start_ms <= point.corrected_ms <= end_ms:
            continue
        if point.drift_ms is None or abs(point.drift_ms) > LOCKSTEP_MS:
            since_ms = None
        elif since_ms is None:
            since_ms = point.corrected_ms
        elif point.corrected_ms - since_ms >= HOLD_MS:
            return since_ms - start_ms
    return None


def settlings(points: Sequence[SyncPoint], happenings: Sequence[Happening]) -> list[Settling]:
    """Return how each happening was followed."""
    ends = [later.corrected_ms for later in happenings[1:]] + [float("inf")] * bool(happenings)
    return [
        Settling(what, settle_ms(points, what.corrected_ms, end_ms))
        for what, end_ms in zip(happenings, ends, strict=True)
    ]


def drift_statistics(points: Sequence[SyncPoint]) -> DriftStatistics | None:
    """Return the statistics of |drift|; None when no report compared anything."""
    values = np.abs([point.drift_ms for point in points if point.drift_ms is not None and point.is_playing])
    if not len(values):
        return None
    return DriftStatistics(
        median_ms=float(np.median(values)),
        p99_ms=float(np.percentile(values, 99)),
        max_ms=float(values.max()),
        count=len(values),
    )

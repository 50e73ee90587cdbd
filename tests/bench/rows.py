"""The rows of the table: every figure of every kind, held against its goal and against the others."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from audio.measure.offset import OffsetStatistics
from tests.bench.costs import Cost
from tests.bench.figures import EventFigures, Figures, JoinFigures
from tests.bench.scenario import RESUME_VBR, SEEK_CBR, SEEK_END, SEEK_VBR

Value = float | None
NOT_MEASURED = math.nan
#: The kind that the goals are of, and that should be first in every row.
OURS = "lockstep"
#: Two figures that differ by less can't be told apart: half a sample of the capture, a step of the search for the
#: moment from which the offset stays within its bound, the search for where a soft piece begins, the instants of what
#: is told on the capture's clock.
SAMPLE_MS, SETTLE_MS, PLACE_MS, TOLD_MS = 0.011, 20.0, 100.0, 0.25
CPU_PERCENT, MEMORY_MB = 0.2, 1.0


class Lack:
    """What a kind of player may not have."""

    SEEK = "seek"
    SKIP = "skip"
    TOLD = "told place"
    DRIFT = "drift shown"
    SERVER = "server"
    LOAD = "load"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of each kind of player; `goal` is the most that it may be.

    A value is None when it was looked for and could not be told (never in place), NaN when it was not measured.
    `resolution` is what two values must differ by to be different; None: nobody is first in this row.
    `needs`: without what of `Lack` a kind has no such figure.
    """

    section: str
    what: str
    unit: str
    goal: float | None
    values: tuple[Value, ...]
    resolution: float | None = None
    needs: tuple[str, ...] = ()

    def verdict(self, index: int) -> str:
        """Return how a kind stands to the goal: "reached", "missed", or nothing."""
        value = self.values[index]
        if self.goal is None or (value is not None and math.isnan(value)):
            return ""
        return "missed" if value is None or abs(value) > self.goal else "reached"

    def is_first(self, index: int) -> bool | None:
        """Return whether no other kind is better than this one; None when there is nothing to compare."""
        mine = _size(self.values[index])
        others = [_size(value) for other, value in enumerate(self.values) if other != index]
        known = [size for size in others if size is not None]
        if self.resolution is None or mine is None or not known:
            return None
        return not min(known) < mine - self.resolution

    def text(self, index: int) -> str:
        """Return a kind's figure as people read it."""
        value = self.values[index]
        if value is None:
            return "never"
        if math.isnan(value):
            return ""
        if self.unit in ("%", "MB"):
            return f"{value:.1f} {self.unit}"
        if self.unit != "ms":
            return f"{value:.0f}"
        return f"{value:.3f} ms" if abs(value) < 10 else f"{value:.0f} ms"


def _size(value: Value) -> float | None:
    """Return what counts in a comparison: the amount; endless for "never", None for what was not measured."""
    if value is None:
        return math.inf
    return None if math.isnan(value) else abs(value)


def rows(kinds: Sequence[Figures]) -> list[Row]:
    """Return every figure that was measured of at least one kind."""
    found = [*_steady_rows(kinds), *_event_rows(kinds), *_join_rows(kinds), *_cost_rows(kinds), *_load_rows(kinds)]
    known = [_without_lacking(row, kinds) for row in found]
    return [row for row in known if any(value is None or not math.isnan(value) for value in row.values)]


def _without_lacking(row: Row, kinds: Sequence[Figures]) -> Row:
    """Return the row without the figures of kinds that can have none: theirs did not fail to come."""
    values = (
        NOT_MEASURED if any(need in kind.lacks for need in row.needs) else value
        for kind, value in zip(kinds, row.values, strict=True)
    )
    return replace(row, values=tuple(values))


def _steady_rows(kinds: Sequence[Figures]) -> Iterator[Row]:
    def of(part: Callable[[OffsetStatistics], float]) -> tuple[Value, ...]:
        return tuple(NOT_MEASURED if kind.steady is None else part(kind.steady) for kind in kinds)

    yield Row("steady", "|offset|, median", "ms", 0.04, of(lambda steady: steady.median_ms), SAMPLE_MS)
    yield Row("steady", "|offset|, p95", "ms", 0.1, of(lambda steady: steady.p95_ms), SAMPLE_MS)
    yield Row("steady", "|offset|, p99", "ms", 0.3, of(lambda steady: steady.p99_ms), SAMPLE_MS)
    yield Row("steady", "|offset|, maximum", "ms", 0.3, of(lambda steady: steady.max_ms), SAMPLE_MS)
    yield Row("steady", "windows in which it could not be told", "", None, of(lambda steady: steady.missing))
    yield Row("steady", "gaps heard", "", 0, tuple(_or_not(kind.steady_gaps) for kind in kinds), 0)
    drifts = [kind.drift for kind in kinds]
    shown = tuple(drift.shown_median_ms if drift else NOT_MEASURED for drift in drifts)
    apart = tuple(drift.difference_p95_ms if drift else NOT_MEASURED for drift in drifts)
    yield Row("steady", "|drift| that the follower shows, median", "ms", None, shown, needs=(Lack.DRIFT,))
    yield Row("steady", "|drift shown - offset heard|, p95", "ms", None, apart, SAMPLE_MS, needs=(Lack.DRIFT,))


def _event_rows(kinds: Sequence[Figures]) -> Iterator[Row]:
    names: list[str] = []
    for kind in sorted(kinds, key=lambda kind: -len(kind.events)):
        names += [event.name for event in kind.events if event.name not in names]
    for name in names:
        events = [next((event for event in kind.events if event.name == name), None) for kind in kinds]
        yield from _rows_of_event(name, events)


def _rows_of_event(name: str, events: Sequence[EventFigures | None]) -> Iterator[Row]:
    def of(part: Callable[[EventFigures], Value]) -> tuple[Value, ...]:
        return tuple(NOT_MEASURED if event is None else part(event) for event in events)

    seeks = name in (SEEK_CBR, SEEK_VBR, SEEK_END, RESUME_VBR)
    needs = (Lack.SEEK,) if seeks else () if name.startswith("play") else (Lack.SKIP,)

    def row(what: str, goal: float | None, values: tuple[Value, ...], resolution: float | None, *more: str) -> Row:
        return Row(name, what, "ms", goal, values, resolution, (*needs, *more))

    yield row("offset 500 ms after the leader is heard there", 5.0, of(lambda event: event.offset_ms), SAMPLE_MS)
    yield row("within 5 ms for good after", 500.0, of(lambda event: event.within_5_ms_after_ms), SETTLE_MS)
    yield row("within 1 ms for good after", None, of(lambda event: event.within_1_ms_after_ms), SETTLE_MS)
    if any(event is not None and event.heard_after_ms is not None for event in events):
        told = of(lambda event: NOT_MEASURED if event.heard_after_ms is None else event.from_command_ms)
        yield row("within 5 ms for good, from the leader's command", None, told, SETTLE_MS)
    yield row("follower heard in a wrong place for", 0.0, of(lambda event: event.wrong_place_ms), 0)
    told = of(lambda event: event.told_error_ms)
    yield row("leader: heard place - told place", 1.0, told, TOLD_MS, Lack.TOLD)
    if any(event is not None and event.leader_error_ms is not None for event in events):
        wanted = of(lambda event: _or_not(event.leader_error_ms))
        yield row("leader: first heard - wanted place", 1.0, wanted, SAMPLE_MS)
    if seeks and any(event is not None and event.asked_error_ms is not None for event in events):
        asked = of(lambda event: event.asked_error_ms)
        yield row(f"leader: heard place - asked place (to {PLACE_MS:g} ms)", PLACE_MS, asked, PLACE_MS)


def _join_rows(kinds: Sequence[Figures]) -> Iterator[Row]:
    def of(part: Callable[[JoinFigures], Value]) -> tuple[Value, ...]:
        return tuple(_worst([part(join) for join in kind.joins]) if kind.joins else NOT_MEASURED for kind in kinds)

    def row(
        what: str, goal: float | None, part: Callable[[JoinFigures], Value], resolution: float | None = SETTLE_MS
    ) -> Row:
        return Row("join, the slowest", what, "ms", goal, of(part), resolution)

    yield row("heard within 1 ms for good, from the first line said", 500.0, lambda join: join.from_first_word_ms)
    yield row("heard within 1 ms for good, from the process's start", None, lambda join: join.from_spawn_ms)
    yield row("heard within 5 ms for good, from the first line said", None, _within_5_from_word)
    yield row("heard within 5 ms for good, from the process's start", None, lambda join: join.within_5_from_spawn_ms)
    # Wherever it may be heard: no contest.
    yield row("first heard, from the first line said", None, lambda join: join.heard_from_first_word_ms, None)


def _within_5_from_word(join: JoinFigures) -> Value:
    return join.within_5_from_first_word_ms


def _cost_rows(kinds: Sequence[Figures]) -> Iterator[Row]:
    def of(side: str, part: Callable[[Cost], float]) -> tuple[Value, ...]:
        return tuple(part(kind.costs[side]) if side in kind.costs else NOT_MEASURED for kind in kinds)

    for side, goal in (("leader", 8.0), ("follower", 8.0), ("server", None)):
        needs = (Lack.SERVER,) if side == "server" else ()
        cpu, memory = of(side, lambda cost: cost.cpu_percent), of(side, lambda cost: cost.memory_mb)
        yield Row("cost in steady play", f"CPU of the {side}, of one core", "%", goal, cpu, CPU_PERCENT, needs)
        yield Row("cost in steady play", f"memory of the {side} (PSS)", "MB", None, memory, MEMORY_MB, needs)


def _load_rows(kinds: Sequence[Figures]) -> Iterator[Row]:
    loads = [kind.load for kind in kinds]
    if not any(loads):
        return
    load_s = max(load.seconds for load in loads if load)
    section = f"{load_s:.0f} s with a busy thread in the follower"
    needs = (Lack.LOAD,)
    counted = tuple(load.underruns if load else NOT_MEASURED for load in loads)
    yield Row(section, "underruns counted", "", 0, counted, needs=needs)
    heard = tuple(load.gaps_heard if load else NOT_MEASURED for load in loads)
    yield Row(section, "gaps heard", "", 0, heard, needs=needs)
    medians = tuple(load.offset.median_ms if load and load.offset else NOT_MEASURED for load in loads)
    yield Row(section, "|offset|, median", "ms", None, medians, needs=needs)
    maxima = tuple(load.offset.max_ms if load and load.offset else NOT_MEASURED for load in loads)
    yield Row(section, "|offset|, maximum", "ms", None, maxima, needs=needs)


def _or_not(value: Value) -> Value:
    return NOT_MEASURED if value is None else value


def _worst(values: Sequence[Value]) -> Value:
    return None if any(value is None for value in values) else max(value for value in values if value is not None)

"""The figures as a table for people, as JSON for machines and as a page for the documentation."""

import json
import math
import os
import platform
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import vlc
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from audio.measure.offset import OffsetStatistics
from tests.bench.analysis import EventFigures, JoinFigures
from tests.bench.runs import Figures

Value = float | None
NOT_MEASURED = math.nan


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of each kind of player; `goal` is the most that it may be.

    A value is None when it was looked for and could not be told (never in place), NaN when it was not measured.
    """

    section: str
    what: str
    unit: str
    goal: float | None
    values: tuple[Value, ...]

    def verdict(self, index: int) -> str:
        value = self.values[index]
        if self.goal is None or (value is not None and math.isnan(value)):
            return ""
        return "missed" if value is None or abs(value) > self.goal else "reached"

    def text(self, index: int) -> str:
        value = self.values[index]
        if value is None:
            return "never"
        if math.isnan(value):
            return ""
        if self.unit != "ms":
            return f"{value:.0f}"
        return f"{value:.3f} ms" if abs(value) < 10 else f"{value:.0f} ms"


def rows(kinds: Sequence[Figures]) -> list[Row]:
    """Return every figure that was measured of at least one kind."""
    return [*_steady_rows(kinds), *_event_rows(kinds), *_join_rows(kinds), *_load_rows(kinds)]


def _steady_rows(kinds: Sequence[Figures]) -> Iterator[Row]:
    if not any(kind.steady or kind.steady_gaps is not None for kind in kinds):
        return

    def of(part: Callable[[OffsetStatistics], float]) -> tuple[Value, ...]:
        return tuple(NOT_MEASURED if kind.steady is None else part(kind.steady) for kind in kinds)

    yield Row("steady", "|offset|, median", "ms", 0.1, of(lambda steady: steady.median_ms))
    yield Row("steady", "|offset|, p95", "ms", None, of(lambda steady: steady.p95_ms))
    yield Row("steady", "|offset|, p99", "ms", 0.5, of(lambda steady: steady.p99_ms))
    yield Row("steady", "|offset|, maximum", "ms", None, of(lambda steady: steady.max_ms))
    yield Row("steady", "windows in which it could not be told", "", None, of(lambda steady: steady.missing))
    yield Row("steady", "gaps heard", "", 0, tuple(_or_not(kind.steady_gaps) for kind in kinds))
    drifts = [kind.drift for kind in kinds]
    shown = tuple(drift.shown_median_ms if drift else NOT_MEASURED for drift in drifts)
    apart = tuple(drift.difference_p95_ms if drift else NOT_MEASURED for drift in drifts)
    yield Row("steady", "|drift| that the follower shows, median", "ms", None, shown)
    yield Row("steady", "|drift shown - offset heard|, p95", "ms", None, apart)


def _event_rows(kinds: Sequence[Figures]) -> Iterator[Row]:
    names = next(([event.name for event in kind.events] for kind in kinds if kind.events), [])
    for index, name in enumerate(names):
        events = [kind.events[index] if kind.events else None for kind in kinds]

        def of(
            part: Callable[[EventFigures], Value], events: Sequence[EventFigures | None] = events
        ) -> tuple[Value, ...]:
            return tuple(NOT_MEASURED if event is None else part(event) for event in events)

        yield Row(name, "offset 500 ms after the leader is heard there", "ms", 5.0, of(lambda event: event.offset_ms))
        yield Row(name, "within 5 ms for good after", "ms", 500.0, of(lambda event: event.within_5_ms_after_ms))
        yield Row(name, "within 1 ms for good after", "ms", None, of(lambda event: event.within_1_ms_after_ms))
        yield Row(name, "follower heard in a wrong place for", "ms", 0.0, of(lambda event: event.wrong_place_ms))
        yield Row(name, "leader: heard place - told place", "ms", 1.0, of(lambda event: event.told_error_ms))
        if any(event is not None and event.leader_error_ms is not None for event in events):
            wanted = of(lambda event: _or_not(event.leader_error_ms))
            yield Row(name, "leader: first heard - wanted place", "ms", 1.0, wanted)


def _join_rows(kinds: Sequence[Figures]) -> Iterator[Row]:
    if not any(kind.joins for kind in kinds):
        return

    def of(part: Callable[[JoinFigures], Value]) -> tuple[Value, ...]:
        return tuple(_worst([part(join) for join in kind.joins]) if kind.joins else NOT_MEASURED for kind in kinds)

    from_word = of(lambda join: join.from_first_word_ms)
    yield Row("join", "heard within 1 ms for good, from the first line said", "ms", 1000.0, from_word)
    yield Row("join", "the same, interpreter start included", "ms", None, of(lambda join: join.from_spawn_ms))
    yield Row(
        "join", "first heard, from the first line said", "ms", None, of(lambda join: join.heard_from_first_word_ms)
    )


def _load_rows(kinds: Sequence[Figures]) -> Iterator[Row]:
    loads = [kind.load for kind in kinds]
    if not any(loads):
        return
    load_s = max(load.seconds for load in loads if load)
    section = f"{load_s:.0f} s with a busy thread in the follower"
    yield Row(section, "underruns counted", "", 0, tuple(load.underruns if load else NOT_MEASURED for load in loads))
    yield Row(section, "gaps heard", "", 0, tuple(load.gaps_heard if load else NOT_MEASURED for load in loads))
    medians = tuple(load.offset.median_ms if load and load.offset else NOT_MEASURED for load in loads)
    yield Row(section, "|offset|, median", "ms", None, medians)
    maxima = tuple(load.offset.max_ms if load and load.offset else NOT_MEASURED for load in loads)
    yield Row(section, "|offset|, maximum", "ms", None, maxima)


def _or_not(value: Value) -> Value:
    return NOT_MEASURED if value is None else value


def _worst(values: Sequence[Value]) -> Value:
    return None if any(value is None for value in values) else max(value for value in values if value is not None)


def show(console: Console, kinds: Sequence[Figures]) -> None:
    """Print the table; a missed goal is printed as missed."""
    table = Table(title="Two players on one machine, as captured", title_justify="left")
    table.add_column("")
    table.add_column("goal", justify="right")
    for kind in kinds:
        table.add_column(escape(kind.kind), justify="right")
    section = ""
    for row in rows(kinds):
        if row.section != section:
            section = row.section
            table.add_section()
            table.add_row(f"[bold]{escape(section)}[/bold]")
        cells = []
        for index in range(len(kinds)):
            verdict = row.verdict(index)
            colour = {"missed": "red", "reached": "green"}.get(verdict, "default")
            suffix = " missed" if verdict == "missed" else ""
            cells.append(f"[{colour}]{row.text(index)}{suffix}[/{colour}]")
        table.add_row("  " + escape(row.what), _goal(row), *cells)
    console.print(table)


def as_json(kinds: Sequence[Figures], floor: OffsetStatistics | None) -> str:
    """Return machine, versions, the rig's own error and all figures as one JSON document."""
    document = {
        "measuredAt": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "rigError": None if floor is None else asdict(floor),
        "figures": [asdict(kind) for kind in kinds],
    }
    return json.dumps(document, indent=2)


def as_page(kinds: Sequence[Figures], floor: OffsetStatistics | None) -> str:
    """Return the figures as Markdown."""
    lines = [
        "# Benchmarks",
        "",
        "Two players on one machine, each into its own PulseAudio null sink, both in one capture; what counts is the",
        "sound, compared by cross-correlation. Written by `scripts/bench --write`.",
        "",
    ]
    lines += [f"- {name}: {value}" for name, value in machine().items()]
    if floor is not None:
        lines.append(f"- the rig's own error (one stream on both sides): at most {floor.max_ms:.6f} ms")
    lines += [
        "",
        "| | goal | " + " | ".join(kind.kind for kind in kinds) + " |",
        "|---|---" + "|---" * len(kinds) + "|",
    ]
    section = ""
    for row in rows(kinds):
        if row.section != section:
            section = row.section
            lines.append(f"| **{section}** |" + " |" * (len(kinds) + 1))
        cells = []
        for index in range(len(kinds)):
            missed = row.verdict(index) == "missed"
            cells.append(f"**{row.text(index)}, missed**" if missed else row.text(index))
        lines.append(f"| {row.what.replace('|', chr(92) + '|')} | {_goal(row)} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def machine() -> dict[str, str]:
    """Return what the figures were measured on."""
    cpu = next(
        (line.split(":", 1)[1].strip() for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")),
        platform.processor() or "unknown",
    )
    pulse = subprocess.run(["pulseaudio", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "system": _system(),
        "CPU": f"{cpu}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end",
        "Python": platform.python_version(),
        "lockstep-desktop": version("lockstep-desktop"),
        "libVLC": vlc.libvlc_get_version().decode(),
        "PulseAudio": pulse,
    }


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def _goal(row: Row) -> str:
    if row.goal is None:
        return ""
    return f"<= {row.goal:g} ms" if row.unit == "ms" else f"{row.goal:g}"


def write_page(page: Path, text: str) -> None:
    """Write the page anew, but keep the sections that other benches have written below."""
    old = page.read_text() if page.exists() else ""
    _, heading, others = old.partition("\n## ")
    page.write_text(text.rstrip() + "\n" + heading + others)


def write_section(page: Path, title: str, text: str) -> None:
    """Write one section of the page anew."""
    start, *sections = page.read_text().split("\n## ")
    kept = [section for section in sections if not section.startswith(f"{title}\n")]
    page.write_text("\n## ".join([start, *kept, f"{title}\n\n{text.rstrip()}\n"]))


def _system() -> str:
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        name = platform.system()
    return f"{name}, {platform.machine()}"

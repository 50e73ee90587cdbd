"""The figures as a table for people, as JSON for machines and as a page for the documentation."""

import json
import math
import os
import platform
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import vlc
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from audio.measure.offset import OffsetStatistics
from tests.bench.figures import Figures
from tests.bench.rows import OURS, Row, rows

PEERS = {
    "Snapcast": ("snapclient", "--version"),
    "Syncplay": ("syncplay", "--no-gui", "--version"),
    "mpv": ("mpv", "--version"),
}


@dataclass(frozen=True, slots=True)
class Bench:
    """All that one run has measured: kinds in the table's order, what could not be measured, the rig's own error."""

    kinds: Sequence[Figures]
    skipped: Sequence[str] = ()
    floor: OffsetStatistics | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How the kind that the goals are of stands: the rows in which it is not first, and the goals that it misses."""

    ranked: int
    not_first: tuple[str, ...]
    goals: int
    missed: tuple[str, ...]


class Notes:
    """Footnotes: each sentence once, numbered in the order in which it is first needed."""

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def sign(self, sentence: str) -> str:
        """Return the number that stands for a sentence."""
        if sentence not in self.sentences:
            self.sentences.append(sentence)
        return str(self.sentences.index(sentence) + 1)


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure with what has to be said about it."""

    text: str
    remarks: tuple[str, ...] = ()
    note: str | None = None


def cell(row: Row, kinds: Sequence[Figures], index: int) -> Cell:
    """Return one cell of the table; only the kind that the goals are of is told that it is not first."""
    value = row.values[index]
    if value is not None and math.isnan(value):
        lack = next((kinds[index].lacks[need] for need in row.needs if need in kinds[index].lacks), None)
        return Cell("" if lack is None else "-", note=lack)
    remarks = ["missed"] if row.verdict(index) == "missed" else []
    if kinds[index].kind == OURS and row.is_first(index) is False:
        remarks.append("not first")
    return Cell(row.text(index), tuple(remarks))


def standing(kinds: Sequence[Figures]) -> Standing | None:
    """Return how our kind stands, or None when it was not measured."""
    index = next((index for index, kind in enumerate(kinds) if kind.kind == OURS), None)
    if index is None:
        return None
    table = rows(kinds)
    ranked = [row for row in table if row.is_first(index) is not None]
    goals = [row for row in table if row.verdict(index)]
    return Standing(
        len(ranked),
        tuple(f"{row.section}: {row.what}" for row in ranked if not row.is_first(index)),
        len(goals),
        tuple(f"{row.section}: {row.what}" for row in goals if row.verdict(index) == "missed"),
    )


def standing_lines(kinds: Sequence[Figures]) -> list[str]:
    """Return the standing in sentences: what was counted, never what was hoped for."""
    found = standing(kinds)
    if found is None:
        return []
    first = f"{OURS} is first, or can't be told from the first, in {found.ranked - len(found.not_first)} of"
    lines = [f"{first} {found.ranked} rows" + _but(found.not_first, "Not first")]
    reached = found.goals - len(found.missed)
    return [*lines, f"{OURS} reaches {reached} of {found.goals} goals" + _but(found.missed, "Missed")]


def _but(rows_named: Sequence[str], word: str) -> str:
    return "." if not rows_named else f". {word}: " + "; ".join(rows_named) + "."


def show(console: Console, bench: Bench) -> None:
    """Print the table; a missed goal is printed as missed, with the kind's notes below."""
    kinds, notes = bench.kinds, Notes()
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
            found = cell(row, kinds, index)
            colour = "red" if found.remarks else "green" if row.verdict(index) == "reached" else "default"
            text = " ".join((found.text, *found.remarks)) + (f" ({notes.sign(found.note)})" if found.note else "")
            cells.append(f"[{colour}]{escape(text)}[/{colour}]")
        table.add_row("  " + escape(row.what), _goal(row), *cells)
    console.print(table)
    for line in (*_numbered(notes), *standing_lines(kinds), *_troubles(bench)):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def as_json(bench: Bench, robustness: Mapping[str, object] | None = None) -> str:
    """Return machine, versions, the rig's own error and all figures as one JSON document."""
    found = standing(bench.kinds)
    document = {
        "measuredAt": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "rigError": None if bench.floor is None else asdict(bench.floor),
        "figures": [asdict(kind) for kind in bench.kinds],
        "skipped": list(bench.skipped),
        "standing": None if found is None else asdict(found),
        "robustness": robustness,
    }
    return json.dumps(document, indent=2)


def as_page(bench: Bench) -> str:
    """Return the figures as Markdown."""
    kinds, notes = bench.kinds, Notes()
    lines = [
        "# Benchmarks",
        "",
        "Two players on one machine, each into its own PulseAudio null sink, both in one capture; what counts is the",
        "sound, compared by cross-correlation. Same music, same actions. Written by `scripts/bench --write`.",
        "",
    ]
    lines += [f"- {name}: {value}" for name, value in machine().items()]
    if bench.floor is not None:
        lines.append(f"- the rig's own error (one stream on both sides): at most {bench.floor.max_ms:.6f} ms")
    lines += [f"- {line}" for line in (*standing_lines(kinds), *_troubles(bench))]
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
        cells = [_markdown(cell(row, kinds, index), notes, ours=kind.kind == OURS) for index, kind in enumerate(kinds)]
        lines.append(f"| {_plain(row.what)} | {_goal(row)} | " + " | ".join(cells) + " |")
    if notes.sentences:
        lines += ["", *(f"{line}  " for line in _numbered(notes))]
    return "\n".join(lines) + "\n"


def _markdown(found: Cell, notes: Notes, *, ours: bool) -> str:
    text = ", ".join((found.text, *found.remarks)) + (f" ({notes.sign(found.note)})" if found.note else "")
    return f"**{text}**" if ours and found.remarks else text


def _numbered(notes: Notes) -> list[str]:
    return [f"({number}) {sentence}" for number, sentence in enumerate(notes.sentences, 1)]


def _troubles(bench: Bench) -> list[str]:
    broken = [f"{kind.kind}, {failure}" for kind in bench.kinds for failure in kind.failures]
    return [*(f"not measured: {sentence}" for sentence in bench.skipped), *(f"broke off: {text}" for text in broken)]


def _plain(text: str) -> str:
    return text.replace("|", "\\|")


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
    } | peers()


def peers() -> dict[str, str]:
    """Return the versions of the other people's programs that are installed."""
    found = {}
    for name, command in PEERS.items():
        if shutil.which(command[0]):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            words = (done.stdout + done.stderr).split()
            found[name] = next((word.lstrip("v") for word in words if word.lstrip("v")[:1].isdigit()), "unknown")
    return found


def public(text: str, room: Path) -> str:
    """Return a sentence for the page: without the folder that was there for the run alone."""
    return text.replace(f"{room}/", "").replace(str(room), "")


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def _goal(row: Row) -> str:
    if row.goal is None:
        return ""
    return f"<= {row.goal:g} {row.unit}" if row.unit else f"{row.goal:g}"


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

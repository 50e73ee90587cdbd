"""`scripts/bench-app`: how soon the window is there, what the app costs, and for how long its event loop is gone."""

import argparse
import asyncio
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import PySide6

from client.pairing import load_pairing
from tests.bench.page import with_section
from tests.client.bench.music import make_collection
from tests.ui.observed_process import ObservedProcess
from tests.ui.virtual_screen import screen_environment, virtual_screen
from ui.demo.window_players import prepare_app
from ui.desktop.settings import Settings

_ROOT = Path(__file__).parents[3]
_PAGE = _ROOT / "docs" / "benchmarks.md"
_PAIRING = _ROOT / "assets" / "demo" / "pairing.json"
_MARK = "<!-- app: written by scripts/bench-app --write -->"
_DROP_CACHES = Path("/proc/sys/vm/drop_caches")
_SETTLE_S = 5.0


@dataclass(frozen=True, slots=True)
class Figure:
    """One row: a goal is an upper bound in the unit of the value; a value of None says in `why` why there is none."""

    what: str
    goal: float | None
    value: float | None
    unit: str
    digits: int = 0
    why: str = ""

    @property
    def is_met(self) -> bool:
        return self.goal is None or self.value is None or self.value <= self.goal

    def row(self) -> str:
        goal = "" if self.goal is None else f"<= {self.goal:g} {self.unit}"
        if self.value is None:
            return f"| {self.what} | {goal} | not measured: {self.why} |"
        return (
            f"| {self.what} | {goal} | {self.value:,.{self.digits}f} {self.unit}{'' if self.is_met else ', missed'} |"
        )


@contextmanager
def running(folder: Path, environment: dict[str, str]) -> Iterator[ObservedProcess]:
    app = ObservedProcess(folder, environment, "--audio", "none")
    try:
        yield app
    finally:
        app.end()


def start_s(folder: Path, environment: dict[str, str]) -> float:
    """Return how long after its start an app's window was painted."""
    with running(folder, environment) as app:
        seconds = app.painted_after_s()
        app.until(lambda state: state["loaded"])
        return seconds


def drop_caches() -> str:
    """Let the disk forget what it has read; return why it can't, or ""."""
    os.sync()
    try:
        _DROP_CACHES.write_text("3")
    except OSError as error:
        return f"the disk's cache can't be emptied here ({error.strerror})"
    return ""


def cpu_s(pid: int) -> float:
    """Return the processor time of one process so far, all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    """Return the process's proportional share of memory."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def share(pid: int, seconds: float) -> float:
    """Return the per cent of a core that a process takes."""
    before_s, began_s = cpu_s(pid), time.perf_counter()
    time.sleep(seconds)
    return 100 * (cpu_s(pid) - before_s) / (time.perf_counter() - began_s)


def starts(folder: Path, environment: dict[str, str], rounds: int) -> list[Figure]:
    start_s(folder, environment)
    warm = [start_s(folder, environment) for _ in range(rounds)]
    cold, why = [], ""
    for _ in range(max(1, rounds // 2)):
        why = drop_caches()
        if why:
            break
        cold.append(start_s(folder, environment))
    return [
        Figure("window painted, warm, median", 1.0, statistics.median(warm), "s", 2),
        Figure("window painted, warm, slowest", None, max(warm), "s", 2),
        Figure("window painted, cold, median", 2.5, statistics.median(cold) if cold else None, "s", 2, why),
    ]


def costs(folder: Path, environment: dict[str, str], seconds: float) -> list[Figure]:
    pairing = load_pairing(_PAIRING)
    with running(folder, environment) as app:
        pid = app.process.pid
        app.until(lambda state: state["loaded"])
        time.sleep(_SETTLE_S)
        idle = Figure("CPU at rest, the library in sight", 1.0, share(pid, seconds), "% of a core", 2)
        app.ask(play=pairing.playlist_id)
        app.until(lambda state: state["screen"] == "now_playing" and state["playing"])
        time.sleep(_SETTLE_S)
        playing = Figure("CPU while it plays, Now Playing in sight", 5.0, share(pid, seconds), "% of a core", 2)
        return [idle, playing, Figure("memory while it plays (PSS)", None, memory_mb(pid), "MB")]


def blocks(folder: Path, environment: dict[str, str], files: int) -> list[Figure]:
    """Return the longest blocks, measured in a process of their own."""
    make_collection(folder / "music", files)
    command = [sys.executable, "-m", "tests.ui.bench.blocks", str(folder), str(files)]
    done = subprocess.run(
        command, cwd=_ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True, timeout=600
    )
    figures = []
    for line in done.stdout.splitlines():
        what, cpu_ms, wall_ms = line.split("\t")
        figures.append(Figure(f"longest block: {what}", 16.0, float(cpu_ms), "ms", 1))
        figures.append(Figure(f"... waiting for a core and a lock included: {what}", None, float(wall_ms), "ms", 1))
    return figures


def measure(folder: Path, environment: dict[str, str], *, quick: bool) -> list[Figure]:
    settings = Settings(first_run_done=True, display_name="Ana", server="http://127.0.0.1:9", ntp_server="127.0.0.1:9")
    asyncio.run(prepare_app(folder / "data", load_pairing(_PAIRING), settings))
    figures = starts(folder / "data", environment, 3 if quick else 9)
    figures += costs(folder / "data", environment, 5.0 if quick else 30.0)
    return figures + blocks(folder / "blocks", environment, 2_000 if quick else 20_000)


def surroundings(display: str) -> list[str]:
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        "?",
    )
    return [
        f"The app's own process on {display}, playing to a silent clock; the processes of sound, decoding and",
        "library are others. The window counts from the start of the command to its first picture. A block is how",
        "long the event loop's thread calculated without coming round; below it the same with all waiting.",
        "",
        f"- date: {datetime.now(UTC).date()}",
        f"- CPU: {cpu}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end",
        f"- Python: {platform.python_version()}, Qt: {PySide6.__version__}",
        "",
        "| | goal | |",
        "|---|---|---|",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the figures into docs/benchmarks.md")
    parser.add_argument("--quick", action="store_true", help="few rounds, 2,000 files: whether it works at all")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lockstep-bench-app-")))
        try:
            environment = screen_environment(stack.enter_context(virtual_screen()))
            where = "a virtual screen (Xvfb)"
        except FileNotFoundError:
            environment, where = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}, "Qt's offscreen platform (no Xvfb)"
        figures = measure(folder, environment, quick=arguments.quick)
    rows = [figure.row() for figure in figures]
    section = "\n".join([_MARK, "", "## The app", "", *surroundings(where), *rows, ""])
    print(section)
    missed = [figure.what for figure in figures if not figure.is_met]
    goals = sum(figure.goal is not None and figure.value is not None for figure in figures)
    print(f"{goals - len(missed)} of {goals} goals met{': missed ' + '; '.join(missed) if missed else ''}")
    if arguments.write and not arguments.quick:
        _PAGE.write_text(with_section(_PAGE.read_text("utf-8"), section), "utf-8")


if __name__ == "__main__":
    main()

"""Measure how far apart two players really are: lockstep's, and those that people use instead."""

import contextlib
import json
import os
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from audio.errors import AudioError
from audio.measure.rig import PulseRig
from tests.bench import report, robustness, runs
from tests.bench.figures import Figures
from tests.bench.kinds import KINDS, Kind, KindName
from tests.bench.players import BenchError

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
QUICK_SECONDS, FULL_SECONDS = 6.0, 60.0
QUICK_LOAD_S, FULL_LOAD_S = 0.0, 600.0
QUICK_JOINS, FULL_JOINS = 1, 3
BUSY_LOAD = 0.7


class Only(StrEnum):
    """One part of the bench."""

    STEADY = "steady"
    ACTIONS = "actions"
    JOIN = "join"
    UNDERRUNS = "underruns"
    ROBUSTNESS = "robustness"


class Progress:
    """Says on standard error what is being measured, and for how long the bench has run."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._began_s = time.monotonic()

    def __call__(self, text: str, style: str | None = None) -> None:
        minutes, seconds = divmod(round(time.monotonic() - self._began_s), 60)
        self._console.print(
            f"{minutes}:{seconds:02d} {text}", style=style, markup=False, highlight=False, soft_wrap=True
        )


class Run:
    """One run of the bench: a rig, the decoded music and a folder, until it is closed."""

    def __init__(self, rig: PulseRig, room: Path, progress: Progress, *, quick: bool) -> None:
        self.rig, self.room, self.quick = rig, room, quick
        self._progress = progress
        self.tracks = runs.decode_tracks()

    def bench(self, kind: Kind, only: Only | None, steady_s: float, load_s: float) -> Figures:
        """Measure one kind; a part that fails is said and left out."""
        figures = Figures(kind.title, lacks=dict(kind.lacks))
        room = self.room / kind.name
        room.mkdir(exist_ok=True)
        long = runs.long_pairing(self.tracks, max(load_s, steady_s) + 30, room)
        rig, tracks = self.rig, self.tracks
        try:
            pair = kind.open(rig, tracks, long, room)
        except (BenchError, OSError) as error:
            self._fail(figures, "start", error)
            return figures
        joins = QUICK_JOINS if self.quick else FULL_JOINS
        scenarios = pair.scenarios(tracks.durations_ms[runs.VBR_TRACK], quick=self.quick)
        parts: dict[Only, Callable[[], None]] = {
            Only.STEADY: lambda: runs.run_steady(rig, pair, tracks, room, figures, steady_s),
            Only.ACTIONS: lambda: runs.run_actions(rig, pair, tracks, room, figures, scenarios),
            Only.JOIN: lambda: runs.run_join(rig, pair, tracks, room, figures, joins),
        }
        if kind.under_load and load_s > 0:
            parts[Only.UNDERRUNS] = lambda: runs.run_load(rig, pair, tracks, room, figures, load_s)
        with contextlib.closing(pair):
            for part, run in parts.items():
                if only not in (None, part):
                    continue
                self._progress(f"{kind.title}: {part}")
                try:
                    self._run(kind, run)
                except (BenchError, AudioError) as error:
                    self._fail(figures, part, error)
        return figures

    def _run(self, kind: Kind, run: Callable[[], None]) -> None:
        """Run one part; other people's programs, which may fail to start, get a second try."""
        try:
            run()
        except BenchError as error:
            if kind.name in (KindName.LOCKSTEP, KindName.LIBVLC):
                raise
            self._progress(f"{kind.title}: once more, since {error}")
            run()

    def _fail(self, figures: Figures, part: str, error: Exception) -> None:
        self._progress(f"{figures.kind}, {part}: {error}", style="red")
        figures.failures.append(f"{part}: {report.public(str(error), self.room)}")


def main(
    quick: Annotated[bool, typer.Option("--quick", help="Seconds instead of minutes; one join.")] = False,
    seconds: Annotated[float | None, typer.Option(help="How long the steady run is measured.")] = None,
    load_seconds: Annotated[float | None, typer.Option(help="How long the run under load is; 0: none.")] = None,
    only: Annotated[Only | None, typer.Option(help="One part alone.")] = None,
    kinds: Annotated[str | None, typer.Option(help=f"Which kinds, by commas: {','.join(KindName)}.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all figures there.")] = None,
    write: Annotated[bool, typer.Option("--write", help="Update docs/benchmarks.md.")] = False,
    page: Annotated[Path, typer.Option(help="The page that --write updates.")] = PAGE,
    keep: Annotated[Path | None, typer.Option(help="Keep captures and logs in this folder.")] = None,
) -> None:
    """Run the bench and print its table; a missed goal is printed as missed."""
    console, progress = Console(), Progress()
    # Closed like a Ctrl+C: every process that was started is ended.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    wanted = _kinds(kinds)
    steady_s = seconds or (QUICK_SECONDS if quick else FULL_SECONDS)
    load_s = load_seconds if load_seconds is not None else (QUICK_LOAD_S if quick else FULL_LOAD_S)
    if only is Only.UNDERRUNS and load_s <= 0:
        load_s = FULL_LOAD_S
    if os.getloadavg()[0] > BUSY_LOAD * (os.cpu_count() or 1):
        progress("This machine is busy with other work: the figures will be worse than they are.")
    figures: list[Figures] = []
    skipped: list[str] = []
    robust: robustness.Robustness | None = None
    try:
        with contextlib.ExitStack() as stack:
            room = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lockstep-bench-")))
            room.mkdir(parents=True, exist_ok=True)
            rig = stack.enter_context(PulseRig())
            rig.wake()
            run = Run(rig, room.resolve(), progress, quick=quick)
            floor = runs.rig_floor(rig, run.tracks, room)
            for kind in wanted if only is not Only.ROBUSTNESS else ():
                if (reason := kind.missing()) is not None:
                    skipped.append(f"{kind.title} ({reason})")
                    progress(f"{kind.title} is left out: {reason}.")
                elif only is not Only.UNDERRUNS or kind.under_load:
                    figures.append(run.bench(kind, only, steady_s, load_s))
            if only in (None, Only.ROBUSTNESS) and any(kind.name is KindName.LOCKSTEP for kind in wanted):
                robust = robustness.measure(rig, run.tracks, run.room / "robustness", progress, quick=quick)
    except (AudioError, BenchError) as error:
        progress(str(error), style="red")
        raise typer.Exit(1) from None
    bench = report.Bench(figures, skipped, floor)
    if figures:
        report.show(console, bench)
    if robust is not None:
        glide = next((kind.glide for kind in figures if kind.glide is not None), None)
        robust.glide = robust.glide or glide
        console.print(robustness.as_text(robust), markup=False, highlight=False, soft_wrap=True)
    if json_file is not None:
        json_file.write_text(report.as_json(bench, None if robust is None else json.loads(json.dumps(asdict(robust)))))
    if write and figures:
        report.write_page(page, report.as_page(bench))
    if write and robust is not None:
        report.write_section(page, robustness.TITLE, robustness.as_section(robust))
    progress("done")


def _kinds(text: str | None) -> list[Kind]:
    if text is None:
        return list(KINDS)
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in list(KindName)]
    if unknown or not names:
        raise typer.BadParameter(f"choose from {', '.join(KindName)}", param_hint="--kinds")
    return [kind for kind in KINDS if kind.name in names]


if __name__ == "__main__":
    typer.run(main)

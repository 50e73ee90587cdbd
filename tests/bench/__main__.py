"""Measure how far apart two players really are: lockstep's, and two plain libVLC players under the plan's rule."""

import contextlib
import os
import tempfile
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from audio.errors import AudioError
from audio.measure.rig import PulseRig
from tests.bench import report, runs
from tests.bench.players import BenchError, LockstepPair, Pair, VlcPair

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
QUICK_SECONDS, FULL_SECONDS = 10.0, 60.0
QUICK_LOAD_S, FULL_LOAD_S = 30.0, 600.0
BUSY_LOAD = 0.7


class Only(StrEnum):
    """One part of the bench."""

    STEADY = "steady"
    ACTIONS = "actions"
    JOIN = "join"
    UNDERRUNS = "underruns"
    VLC = "vlc"


def main(
    quick: Annotated[bool, typer.Option("--quick", help="Seconds instead of minutes; one join.")] = False,
    seconds: Annotated[float | None, typer.Option(help="How long the steady run is measured.")] = None,
    load_seconds: Annotated[float | None, typer.Option(help="How long the run under load is.")] = None,
    only: Annotated[Only | None, typer.Option(help="One part alone; vlc: the plain libVLC players alone.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all figures there.")] = None,
    write: Annotated[bool, typer.Option("--write", help="Update docs/benchmarks.md.")] = False,
    keep: Annotated[Path | None, typer.Option(help="Keep captures and logs in this folder.")] = None,
) -> None:
    """Run the bench and print its table; a missed goal is printed as missed."""
    console, progress = Console(), Console(stderr=True)
    steady_s = seconds or (QUICK_SECONDS if quick else FULL_SECONDS)
    load_s = load_seconds or (QUICK_LOAD_S if quick else FULL_LOAD_S)
    if os.getloadavg()[0] > BUSY_LOAD * (os.cpu_count() or 1):
        progress.print("This machine is busy with other work: the figures will be worse than they are.")
    kinds: list[runs.Figures] = []
    try:
        with contextlib.ExitStack() as stack:
            room = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lockstep-bench-")))
            room.mkdir(parents=True, exist_ok=True)
            tracks = runs.decode_tracks()
            rig = stack.enter_context(PulseRig())
            rig.wake()
            floor = runs.rig_floor(rig, tracks, room)

            def bench(figures: runs.Figures, pair: Pair, *, under_load: bool) -> None:
                parts: dict[Only, Callable[[], None]] = {
                    Only.STEADY: lambda: runs.run_steady(rig, pair, tracks, room, figures, steady_s),
                    Only.ACTIONS: lambda: runs.run_actions(rig, pair, tracks, room, figures),
                    Only.JOIN: lambda: runs.run_join(rig, pair, tracks, room, figures, 1 if quick else 3),
                }
                if under_load:
                    parts[Only.UNDERRUNS] = lambda: runs.run_load(rig, pair, tracks, room, figures, load_s)
                for part, run in parts.items():
                    if only in (None, Only.VLC, part):
                        progress.print(f"{pair.name}: {part}")
                        try:
                            run()
                        except BenchError as error:
                            progress.print(f"{pair.name}, {part}: {error}", markup=False)
                kinds.append(figures)

            if only is not Only.VLC:
                pairing = runs.long_pairing(tracks, max(load_s, steady_s) + 30, room)
                lockstep = LockstepPair(rig, pairing, room / "lockstep")
                stack.callback(lockstep.close)
                bench(runs.Figures(lockstep.name), lockstep, under_load=True)
            if only is not Only.UNDERRUNS:
                plain = VlcPair(rig, tracks.pairing, room / "vlc")
                stack.callback(plain.close)
                bench(runs.Figures(plain.name), plain, under_load=False)
    except (AudioError, BenchError) as error:
        progress.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None
    report.show(console, kinds)
    if json_file is not None:
        json_file.write_text(report.as_json(kinds, floor))
    if write:
        report.write_page(PAGE, report.as_page(kinds, floor))


if __name__ == "__main__":
    typer.run(main)

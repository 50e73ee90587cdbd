"""The demo's result: a table on screen, and in the report folder the same as JSON with a drift plot."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from rich.table import Table

from audio.measure.offset import OffsetStatistics
from ui.demo.analysis import LOCKSTEP_MS, DriftStatistics, Settling, drift_statistics, settlings
from ui.demo.runner import DemoRun
from ui.demo.scenario import Step
from ui.report.drift_plot import Mark, Series, save_drift_plot

PLOT_NAME: Final = "drift.png"
RESULT_NAME: Final = "result.json"


@dataclass(frozen=True, slots=True)
class DemoResult:
    """Everything that the table shows."""

    join_ms: float
    settled: tuple[tuple[str, float | None], ...]
    drift: DriftStatistics | None
    heard: OffsetStatistics | None
    not_heard_because: str | None
    clock_uncertainty_ms: float | None
    underruns_leader: int
    underruns_follower: int

    @property
    def ok(self) -> bool:
        """Return whether the players were in lockstep after everything that happened."""
        return self.drift is not None and all(after_ms is not None for _, after_ms in self.settled)


def evaluate(run: DemoRun, steps: Sequence[Step]) -> DemoResult:
    """Return the result of a run."""
    uncertainties = [point.clock_uncertainty_ms for point in run.points if point.clock_uncertainty_ms is not None]
    # Nothing is to be in lockstep while the music stands still, and the end is no place to settle in.
    settled = [item for item in settlings(run.points, run.happenings) if item.happening.action != "pause"]
    return DemoResult(
        join_ms=run.join_ms,
        settled=tuple((_label(item, steps, run), item.after_ms) for item in settled),
        drift=drift_statistics(run.points),
        heard=None if run.heard is None else run.heard.statistics,
        not_heard_because=run.not_heard_because,
        clock_uncertainty_ms=max(uncertainties, default=None),
        underruns_leader=int(run.leader_summary.get("underruns", 0)),
        underruns_follower=int(run.follower_summary.get("underruns", 0)),
    )


def result_table(result: DemoResult) -> Table:
    """Return the table for people."""
    table = Table(title="What was measured", title_justify="left", show_header=True, header_style="bold")
    table.add_column("what")
    table.add_column("result", justify="right")
    table.add_row("join: from the follower's command to ready", f"{result.join_ms / 1000:.2f} s")
    table.add_row(f"within {LOCKSTEP_MS:.0f} ms of the leader, for good, after", "(told every 50 ms)")
    for label, after_ms in result.settled:
        table.add_row(f"  {label}", _after(after_ms))
    if result.drift is not None:
        table.add_row("drift reported, median / p99 / max", _three(result.drift))
    if result.heard is not None:
        table.add_row("offset heard, median / p99 / max", _three(result.heard))
    else:
        table.add_row("offset heard", f"not measured: {result.not_heard_because}")
    uncertainty = result.clock_uncertainty_ms
    table.add_row("clock uncertainty, at most", "unknown" if uncertainty is None else f"± {uncertainty:.2f} ms")
    table.add_row("underruns, leader / follower", f"{result.underruns_leader} / {result.underruns_follower}")
    return table


def write_report(folder: Path, run: DemoRun, result: DemoResult, steps: Sequence[Step]) -> None:
    """Write `result.json` and `drift.png`. Errors: OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RESULT_NAME).write_text(json.dumps(asdict(result), indent=2, ensure_ascii=False) + "\n")
    if not run.happenings:
        return
    origin_ms = run.happenings[0].corrected_ms
    known = [point for point in run.points if point.drift_ms is not None and point.is_playing]
    reported = Series(
        "reported by the follower",
        [(point.corrected_ms - origin_ms) / 1000 for point in known],
        [point.drift_ms for point in known if point.drift_ms is not None],
    )
    heard = None
    if run.heard is not None:
        times = [(ns / 1e6 - run.mono_minus_corrected_ms - origin_ms) / 1000 for ns in run.heard.mono_ns]
        heard = Series("heard: cross-correlation of the captured sound", times, run.heard.offset_ms)
    marks = [
        Mark((item.happening.corrected_ms - origin_ms) / 1000, _label(item, steps, run))
        for item in settlings(run.points, run.happenings)
    ]
    save_drift_plot(folder / PLOT_NAME, "Lockstep demo: the follower against the leader", reported, heard, marks)


def _label(item: Settling, steps: Sequence[Step], run: DemoRun) -> str:
    """Name a happening as the scenario does; what the scenario didn't ask for came by itself."""
    asked = [step for step in steps if step.action != "end"]
    own = [what for what in run.happenings if what.action != "track_change"]
    if item.happening in own and own.index(item.happening) < len(asked):
        return asked[own.index(item.happening)].label
    return "next track by itself" if item.happening.action == "track_change" else item.happening.action


def _after(after_ms: float | None) -> str:
    if after_ms is None:
        return "not reached"
    return f"{after_ms:.0f} ms"


def _three(statistics: DriftStatistics | OffsetStatistics) -> str:
    return f"{statistics.median_ms:.3f} / {statistics.p99_ms:.3f} / {statistics.max_ms:.3f} ms"

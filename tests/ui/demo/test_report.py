"""The demo's table and files tell what happened, in the scenario's words, and what could not be measured."""

import io
import json

from rich.console import Console

from audio.measure.offset import OffsetStatistics
from ui.demo.acoustics import HeardOffsets
from ui.demo.analysis import Happening, SyncPoint
from ui.demo.report import PLOT_NAME, RESULT_NAME, evaluate, result_table, write_report
from ui.demo.runner import DemoRun
from ui.demo.scenario import scenario

START = 1_750_000_000_000.0


def run(*, drift_ms: float = 0.02, heard: HeardOffsets | None = None, natural: bool = False) -> DemoRun:
    happenings = [Happening(START, "play", 0, 0), Happening(START + 6000, "seek", 60_000, 0)]
    if natural:
        happenings.append(Happening(START + 7000, "track_change", 0, 1))
    return DemoRun(
        points=tuple(SyncPoint(START + i * 50, drift_ms, True, 0.1 + i / 1000, i // 100) for i in range(200)),
        happenings=tuple(happenings),
        join_ms=812.0,
        leader_summary={"underruns": 0},
        follower_summary={"underruns": 3},
        mono_minus_corrected_ms=-START,
        heard=heard,
        not_heard_because=None if heard else "there is no PulseAudio here",
    )


def shown(result) -> str:
    console = Console(file=io.StringIO(), width=100)
    console.print(result_table(result))
    return console.file.getvalue()


def test_the_table_names_each_step_and_what_could_not_be_measured():
    result = evaluate(run(natural=True), scenario(10))
    assert result.ok
    assert [label for label, _ in result.settled] == ["play", "seek to 1:00", "next track by itself"]
    text = shown(result)
    for words in (
        "0.81 s",
        "0.020 / 0.020 / 0.020 ms",
        "not measured: there is no PulseAudio here",
        "0 / 3",
        "± 0.30 ms",
    ):
        assert words in text


def test_a_follower_that_never_got_there_is_no_success():
    result = evaluate(run(drift_ms=4.0), scenario(10))
    assert not result.ok
    assert "not reached" in shown(result)


def test_the_report_folder_holds_the_figures_and_the_picture(tmp_path):
    heard = HeardOffsets((10**6, 2 * 10**9), (0.02, -0.02), OffsetStatistics(2, 0, 0.02, 0.02, 0.02, 0.02))
    demo_run = run(heard=heard)
    steps = scenario(10)
    write_report(tmp_path / "new", demo_run, evaluate(demo_run, steps), steps)
    figures = json.loads((tmp_path / "new" / RESULT_NAME).read_text())
    assert (figures["join_ms"], figures["heard"]["median_ms"], figures["underruns_follower"]) == (812.0, 0.02, 3)
    assert (tmp_path / "new" / PLOT_NAME).read_bytes().startswith(b"\x89PNG")

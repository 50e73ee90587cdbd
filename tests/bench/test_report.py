import io
import json
from pathlib import Path

from rich.console import Console

from audio.measure.offset import OffsetStatistics
from tests.bench.costs import Cost
from tests.bench.figures import EventFigures, Figures, JoinFigures
from tests.bench.report import Bench, as_json, as_page, public, show, standing, write_page, write_section
from tests.bench.rows import Lack
from tests.bench.scenario import SEEK_CBR

GOOD = Figures(
    "lockstep",
    steady=OffsetStatistics(10, 0, 0.02, 0.03, 0.04, 0.05),
    steady_gaps=0,
    events=[EventFigures(SEEK_CBR, True, None, 0.1, 30.0, 40.0, 0.0, 0.2)],
    joins=[JoinFigures(200.0, 900.0, 150.0), JoinFigures(300.0, 950.0, 160.0)],
    costs={"leader": Cost(9.0, 90.0)},
)
BAD = Figures(
    "bad [x]",
    events=[EventFigures(SEEK_CBR, True, None, 1234.0, None, None, 900.0, 2000.0)],
    costs={"leader": Cost(0.5, 3.0)},
    failures=["join: it | fell over"],
)
STREAM = Figures("stream", lacks={Lack.SEEK: "A stream can't be sought.", Lack.TOLD: "It tells no place."})
BOTH = Bench([GOOD, BAD, STREAM], ["other (not found here)"], OffsetStatistics(1, 0, 0, 0, 0, 0))


def test_a_missed_goal_is_printed_as_missed_and_what_was_not_measured_is_left_empty() -> None:
    page = as_page(BOTH)
    assert "| \\|offset\\|, median | <= 0.04 ms | 0.020 ms |  |  |" in page
    assert "| offset 500 ms after the leader is heard there | <= 5 ms | 0.100 ms | 1234 ms, missed | - (1) |" in page
    assert "| within 5 ms for good after | <= 500 ms | 30 ms | never, missed | - (1) |" in page
    assert "| heard within 1 ms for good, from the first line said | <= 500 ms | 300 ms |  |  |" in page
    assert "(1) A stream can't be sought." in page


def test_our_own_misses_and_lost_rows_stand_out() -> None:
    page = as_page(BOTH)
    assert "| CPU of the leader, of one core | <= 8 % | **9.0 %, missed, not first** | 0.5 % |  |" in page
    assert "| memory of the leader (PSS) |  | **90.0 MB, not first** | 3.0 MB |  |" in page


def test_the_standing_is_counted_from_the_rows() -> None:
    found = standing(BOTH.kinds)
    assert found is not None
    assert found.not_first == (
        "cost in steady play: CPU of the leader, of one core",
        "cost in steady play: memory of the leader (PSS)",
    )
    assert found.missed == ("cost in steady play: CPU of the leader, of one core",)
    assert f"- lockstep is first, or can't be told from the first, in {found.ranked - 2} of {found.ranked}" in as_page(
        BOTH
    )
    assert standing([BAD, STREAM]) is None


def test_what_was_left_out_and_what_broke_off_is_said() -> None:
    page = as_page(BOTH)
    assert "- not measured: other (not found here)" in page
    assert "- broke off: bad [x], join: it | fell over" in page


def test_names_are_text_not_markup() -> None:
    console = Console(file=io.StringIO(), width=200)
    show(console, BOTH)
    assert "bad [x]" in console.file.getvalue()
    assert "1234 ms missed" in console.file.getvalue()
    assert "9.0 % missed not first" in console.file.getvalue()


def test_everything_is_in_the_json() -> None:
    document = json.loads(as_json(BOTH, {"items": []}))
    assert document["figures"][0]["joins"][1]["from_first_word_ms"] == 300.0
    assert document["machine"]["libVLC"].startswith("3.")
    assert document["rigError"]["max_ms"] == 0
    assert document["standing"]["goals"] > len(document["standing"]["missed"]) == 1
    assert document["robustness"] == {"items": []}


def test_no_folder_of_the_run_gets_onto_the_page(tmp_path: Path) -> None:
    assert public(f"{tmp_path}/snapcast/pipe is gone from {tmp_path}", tmp_path) == "snapcast/pipe is gone from "


def test_each_bench_rewrites_its_own_part_of_the_page_and_no_other(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    write_page(page, "# Benchmarks\n\nold\n")
    write_section(page, "DAC times", "first")
    write_section(page, "Other", "kept")
    write_section(page, "DAC times", "second")
    write_page(page, "# Benchmarks\n\nnew\n")
    text = page.read_text()
    assert text == "# Benchmarks\n\nnew\n\n## Other\n\nkept\n\n## DAC times\n\nsecond\n"

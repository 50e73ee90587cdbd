import io
import json

from rich.console import Console

from audio.measure.offset import OffsetStatistics
from tests.bench.analysis import EventFigures, JoinFigures
from tests.bench.report import as_json, as_page, show, write_page, write_section
from tests.bench.runs import Figures

GOOD = Figures(
    "good",
    steady=OffsetStatistics(10, 0, 0.02, 0.03, 0.04, 0.05),
    steady_gaps=0,
    events=[EventFigures("seek", True, None, 0.1, 30.0, 40.0, 0.0, 0.2)],
    joins=[JoinFigures(200.0, 900.0, 150.0), JoinFigures(300.0, 950.0, 160.0)],
)
BAD = Figures("bad [x]", events=[EventFigures("seek", True, None, 1234.0, None, None, 900.0, 2000.0)])


def test_a_missed_goal_is_printed_as_missed_and_what_was_not_measured_is_left_empty() -> None:
    page = as_page([GOOD, BAD], None)
    assert "| \\|offset\\|, median | <= 0.1 ms | 0.020 ms |  |" in page
    assert "| offset 500 ms after the leader is heard there | <= 5 ms | 0.100 ms | **1234 ms, missed** |" in page
    assert "| within 5 ms for good after | <= 500 ms | 30 ms | **never, missed** |" in page
    assert "| heard within 1 ms for good, from the first line said | <= 1000 ms | 300 ms |  |" in page


def test_names_are_text_not_markup() -> None:
    console = Console(file=io.StringIO(), width=200)
    show(console, [GOOD, BAD])
    assert "bad [x]" in console.file.getvalue()
    assert "1234 ms missed" in console.file.getvalue()


def test_everything_is_in_the_json() -> None:
    document = json.loads(as_json([GOOD, BAD], OffsetStatistics(1, 0, 0, 0, 0, 0)))
    assert document["figures"][0]["joins"][1]["from_first_word_ms"] == 300.0
    assert document["machine"]["libVLC"].startswith("3.")
    assert document["rigError"]["max_ms"] == 0


def test_each_bench_rewrites_its_own_part_of_the_page_and_no_other(tmp_path):
    page = tmp_path / "benchmarks.md"
    write_page(page, "# Benchmarks\n\nold\n")
    write_section(page, "DAC times", "first")
    write_section(page, "Other", "kept")
    write_section(page, "DAC times", "second")
    write_page(page, "# Benchmarks\n\nnew\n")
    text = page.read_text()
    assert text == "# Benchmarks\n\nnew\n\n## Other\n\nkept\n\n## DAC times\n\nsecond\n"

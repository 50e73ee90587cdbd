from pathlib import Path

from tests.bench.figures import GlideFigures
from tests.bench.long_files import MIX_SONGS, mix, tagged_copies
from tests.bench.robustness import Item, Robustness, as_section, as_text

FOUND = Robustness(
    [
        Item("a", "ms", 700, 545.25),
        Item("b", "ms", 2000, None),
        Item("c", "MB", 150, 151.0),
        Item("d", "", 1, None, "x|y"),
    ]
)


def test_what_misses_its_goal_says_so_and_what_was_not_measured_says_why() -> None:
    lines = as_section(FOUND).splitlines()
    assert "| a | <= 700 ms | 545.2 ms |" in lines
    assert "| b | <= 2000 ms | **never, missed** |" in lines
    assert "| c | <= 150 MB | **151.0 MB, missed** |" in lines
    assert "| d | <= 1 | not measured: x\\|y |" in lines
    assert "not measured: the follower's summary does not tell" in lines[-1]
    assert "never, missed" in as_text(FOUND)


def test_the_followers_own_account_of_its_rate_is_told_with_the_rest() -> None:
    text = as_section(Robustness(glide=GlideFigures(0.0125, 3.5)))
    assert "| steady play: share of time at another rate than 1 |  | 1.2 % |" in text
    assert "| steady play: spread of the rate |  | 3.5 ppm |" in text


def test_files_of_the_same_sound_are_not_the_same_file(tmp_path: Path) -> None:
    piece = tmp_path / "piece.mp3"
    piece.write_bytes(b"sound")
    contents = {copy.read_bytes() for copy in tagged_copies(piece, tmp_path, 4)}
    assert len(contents) == 4
    assert {len(content) for content in contents} == {len(b"sound") + 128}
    assert mix(piece, tmp_path / "mix.mp3").read_bytes() == b"sound" * MIX_SONGS

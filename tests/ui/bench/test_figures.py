"""What the bench says of a figure."""

from tests.ui.bench.__main__ import Figure


def test_a_figure_beyond_its_goal_is_marked_as_missed():
    assert Figure("start", 1.0, 0.84, "s", 2).row() == "| start | <= 1 s | 0.84 s |"
    assert Figure("start", 1.0, 1.2, "s", 2).row() == "| start | <= 1 s | 1.20 s, missed |"
    assert not Figure("start", 1.0, 1.2, "s", 2).is_met


def test_what_was_not_measured_says_why():
    figure = Figure("cold", 2.5, None, "s", 2, "the disk's cache can't be emptied here")
    assert figure.row() == "| cold | <= 2.5 s | not measured: the disk's cache can't be emptied here |"


def test_a_figure_without_a_goal_can_not_miss_it():
    assert Figure("memory", None, 120.4, "MB").row() == "| memory |  | 120 MB |"

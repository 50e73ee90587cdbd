import math

import pytest

from audio.measure.offset import OffsetStatistics
from tests.bench.costs import Cost
from tests.bench.figures import EventFigures, Figures, JoinFigures
from tests.bench.rows import Lack, Row, rows
from tests.bench.scenario import SEEK_CBR, SEEK_VBR


def row(*values: float | None, goal: float | None = None, resolution: float | None = 0.0) -> Row:
    return Row("section", "what", "ms", goal, values, resolution)


def named(kinds: list[Figures], what: str, section: str = "") -> Row:
    return next(found for found in rows(kinds) if what in found.what and section in found.section)


def test_who_is_nearest_to_zero_is_first_whatever_the_sign() -> None:
    table = row(-0.5, 0.6, -0.7)
    assert [table.is_first(index) for index in range(3)] == [True, False, False]


def test_what_differs_by_less_than_the_resolution_is_equal() -> None:
    assert row(0.030, 0.020, resolution=0.011).is_first(0)
    assert not row(0.045, 0.023, resolution=0.011).is_first(0)


def test_never_is_behind_every_figure_and_what_was_not_measured_is_behind_nothing() -> None:
    assert row(None, 900.0).is_first(0) is False
    assert row(900.0, None).is_first(0) is True
    assert row(900.0, math.nan).is_first(0) is None
    assert row(math.nan, 900.0).is_first(0) is None
    assert row(None, None).is_first(0) is True


def test_a_row_without_a_resolution_has_no_first() -> None:
    assert row(1.0, 2.0, resolution=None).is_first(0) is None


@pytest.mark.parametrize(
    ("value", "verdict"), [(0.04, "reached"), (-0.041, "missed"), (None, "missed"), (math.nan, "")]
)
def test_a_goal_is_reached_missed_or_not_asked(value: float | None, verdict: str) -> None:
    assert row(value, goal=0.04).verdict(0) == verdict


def test_the_goals_are_those_that_were_set() -> None:
    statistics = OffsetStatistics(10, 0, 0.05, 0.09, 0.2, 0.31)
    costs = {"leader": Cost(8.1, 90.0), "follower": Cost(7.9, 90.0)}
    ours = Figures("lockstep", steady=statistics, costs=costs, joins=[JoinFigures(501.0, 900.0, 300.0, 480.0, 880.0)])
    missed = {found.what for found in rows([ours]) if found.verdict(0) == "missed"}
    assert missed == {
        "|offset|, median",
        "|offset|, maximum",
        "CPU of the leader, of one core",
        "heard within 1 ms for good, from the first line said",
    }


def test_events_are_found_by_their_names_not_by_their_places() -> None:
    ours = Figures("a", events=[EventFigures("play", True, None, 1.0), EventFigures(SEEK_VBR, True, None, 3.0)])
    theirs = Figures("b", events=[EventFigures(SEEK_VBR, True, None, 4.0)])
    values = named([theirs, ours], "offset 500 ms", SEEK_VBR).values
    assert values == (4.0, 3.0)
    assert math.isnan(named([theirs, ours], "offset 500 ms", "play").values[0])


def test_what_a_kind_can_not_have_did_not_fail_to_come() -> None:
    event = EventFigures(SEEK_CBR, True)
    stream = Figures("stream", lacks={Lack.TOLD: "tells nothing"}, events=[event])
    player = Figures("player", events=[event])
    found = named([stream, player], "told place")
    assert [math.isnan(value) if value is not None else None for value in found.values] == [True, None]
    assert found.verdict(0) == ""
    assert found.verdict(1) == "missed"


def test_of_several_joins_the_slowest_counts_and_one_that_never_came_is_never() -> None:
    joins = [JoinFigures(200.0, 900.0, 150.0), JoinFigures(300.0, 800.0, 160.0)]
    assert named([Figures("a", joins=joins)], "1 ms for good, from the first").values == (300.0,)
    assert named([Figures("a", joins=[*joins, JoinFigures(None, None, None)])], "1 ms for good").values == (None,)


def test_a_row_that_nobody_has_is_left_out() -> None:
    assert rows([Figures("a"), Figures("b")]) == []

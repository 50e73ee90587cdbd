import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.vlc_engine.position import UNTRUE_FOR_NS, PositionLine
from protocol.timeline import NS_PER_MS

RELEASED_NS = 5_000 * NS_PER_MS


def test_until_there_are_events_a_player_is_where_it_was_aimed_at() -> None:
    line = PositionLine(RELEASED_NS, 30_000.0)
    assert line.position_at(RELEASED_NS + 100 * NS_PER_MS) == pytest.approx(30_100.0)
    assert not line.settled


def test_what_is_told_in_the_first_moments_is_not_believed() -> None:
    line = PositionLine(RELEASED_NS, 30_000.0)
    line.add(RELEASED_NS + UNTRUE_FOR_NS - 1, 99_000.0)
    assert line.position_at(RELEASED_NS) == 30_000.0


@given(st.lists(st.floats(-0.5, 0.5), min_size=5, max_size=60), st.floats(-40, 40))
def test_between_events_the_place_is_known_to_a_fraction_of_their_scatter(scatter: list[float], late: float) -> None:
    line = PositionLine(RELEASED_NS, 30_000.0)
    for number, error in enumerate(scatter, start=1):
        line.add(RELEASED_NS + number * 261 * NS_PER_MS, 30_000.0 - late + number * 261 + error)
    assert line.settled
    assert line.position_at(RELEASED_NS + 1000 * NS_PER_MS) == pytest.approx(31_000.0 - late, abs=0.51)
    assert line.late_ms == pytest.approx(late, abs=0.51)


def test_a_single_lie_moves_nothing() -> None:
    line = PositionLine(RELEASED_NS, 0.0)
    for number in range(1, 8):
        line.add(RELEASED_NS + number * 261 * NS_PER_MS, number * 261 + (400.0 if number == 4 else 0.0))
    assert line.position_at(RELEASED_NS) == pytest.approx(0.0, abs=1e-6)

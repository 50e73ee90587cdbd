from audio.engine.messages import Segment
from audio.position_history import PositionHistory

MS = 1_000_000


def test_before_anything_is_known_there_is_no_line():
    history = PositionHistory()
    assert history.line_at(0) is None
    assert history.latest is None


def test_now_lies_between_what_was_and_what_is_rendered():
    history = PositionHistory()
    history.add(Segment(0, 1000.0, 0, 1.0))
    history.add(Segment(0, 5000.0, 100 * MS, 1.0))
    history.add(Segment(1, 0.0, 200 * MS, 0.0))
    assert history.line_at(50 * MS).position_at(50 * MS) == 1050
    assert history.line_at(100 * MS).position_at(100 * MS) == 5000
    assert history.line_at(199 * MS).position_at(199 * MS) == 5099
    assert history.line_at(900 * MS).position_at(900 * MS) == 0.0
    assert history.line_at(-20 * MS).position_at(-20 * MS) == 980
    assert history.latest.slot == 1


def test_a_correction_overrides_what_it_comes_before():
    history = PositionHistory()
    history.add(Segment(0, 0.0, 0, 1.0))
    history.add(Segment(0, 100.0, 100 * MS, 1.0))
    history.add(Segment(0, 150.0, 150 * MS, 1.0))
    history.add(Segment(0, 500.0, 100 * MS, 0.0))
    assert history.line_at(160 * MS).position_at(160 * MS) == 500.0
    assert history.line_at(99 * MS).position_at(99 * MS) == 99.0


def test_only_the_last_seconds_are_kept_but_a_standing_line_stays():
    history = PositionHistory()
    history.add(Segment(0, 0.0, 0, 0.0))
    assert history.line_at(3600_000 * MS).position_ms == 0.0
    for index in range(10_000):
        history.add(Segment(0, float(index), 3600_000 * MS + index * 45 * MS, 1.0))
    assert len(history._lines) < 200
    assert history.line_at(history.latest.dac_ns - 6_000 * MS).dac_ns > 0, "a device may be heard seconds later"
    history.clear()
    assert history.latest is None

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.engine.messages import Report, Segment, Started
from audio.schedule import Schedule
from audio.sound_state import SoundState
from protocol.correction import Correction
from protocol.timeline import NS_PER_MS, ClockMapping

MS = NS_PER_MS
#: The corrected time now in float ms is exact to this.
FLOAT_MS = 5e-4


def schedule() -> Schedule:
    """Two tracks of 1 s and 2 s and one that is not decoded."""
    return Schedule({0: 1000.0, 1: 2000.0}.get, {0: 1}.get)


def test_nothing_is_known_at_first():
    assert schedule().place_at(0) is None
    assert schedule().heard_at(0) is None


def test_what_was_ordered_counts_before_it_is_rendered_and_not_longer():
    found = schedule()
    found.add(Segment(0, 0.0, 0, 1.0))
    found.plan(0, 500.0, 200 * MS, playing=True)
    assert found.place_at(250 * MS) == (0, 550.0)
    assert found.heard_at(190 * MS) == ((0, 190.0), True), "until then the old music is heard"
    found.add(Segment(0, 500.0, 200 * MS, 1.0))
    found.add(Segment(0, 700.0, 300 * MS, 0.0))
    assert found.place_at(900 * MS) == (0, 700.0)
    assert found.heard_at(900 * MS) == ((0, 700.0), False)


def test_a_line_runs_on_into_the_next_track_and_stops_at_the_last_ones_end():
    found = schedule()
    found.add(Segment(0, 900.0, 0, 1.0))
    assert found.heard_at(150 * MS) == ((1, 50.0), True)
    found.add(Segment(1, 1900.0, 1000 * MS, 1.0))
    assert found.place_at(5000 * MS) == (1, 2000.0)
    found.add(Segment(7, 10.0, 2000 * MS, 1.0))
    assert found.place_at(2005 * MS) == (7, 15.0), "a track whose length is not known"


def test_what_nobody_renders_any_more_is_not_said_to_be_heard():
    found = schedule()
    found.add(Segment(0, 0.0, 0, 1.0))
    assert found.heard_at(2900 * MS) == ((1, 1900.0), True)
    assert found.heard_at(3100 * MS) is None
    assert found.place_at(1100 * MS) == (1, 100.0), "but a restarted process goes on from there"


def test_a_forgotten_plan_does_not_count():
    found = schedule()
    found.add(Segment(0, 0.0, 0, 1.0))
    found.plan(1, 0.0, 100 * MS, playing=False)
    found.forget_plan()
    assert found.place_at(150 * MS) == (0, 150.0)
    found.clear()
    assert found.place_at(150 * MS) is None


@given(
    now_ns=st.integers(0, 10**15),
    lead_ms=st.floats(0, 500),
    last_ns=st.integers(0, 10**15),
    corrected_ms=st.floats(1.6e12, 1.8e12),
    rate=st.floats(0.9995, 1.0005),
)
def test_an_instant_is_a_whole_millisecond_ahead_and_after_the_last(now_ns, lead_ms, last_ns, corrected_ms, rate):
    found = schedule()
    found.plan(0, 0.0, last_ns, playing=True)
    mapping = ClockMapping(now_ns - 12_345, corrected_ms, rate)
    at_ns = found.next_instant(now_ns, lead_ms, mapping)
    named_ms = mapping.corrected_ms_at(at_ns)
    assert named_ms == pytest.approx(round(named_ms), abs=FLOAT_MS)
    earliest_ns = max(now_ns + lead_ms * MS, last_ns + MS)
    assert -FLOAT_MS * MS <= at_ns - earliest_ns <= (1 / rate + FLOAT_MS) * MS
    assert found.next_instant(now_ns, lead_ms, None) >= earliest_ns - 1


def report(**changes) -> Report:
    return Report(
        **{"correction": "none", "error_ms": 0.0, "underruns": 0, "jumps": 0, "latency_ms": 90.0, "ppm": 0.0, **changes}
    )


def test_figures_add_up_over_restarts_of_the_audio_process():
    state = SoundState()
    assert state.health(None).silent
    assert state.on_started(Started(44_100, 120.0, "pulse", False, None)) is False
    state.on_report(report(underruns=2, jumps=3, correction="glide"))
    assert state.health(None).correction is Correction.GLIDE
    assert state.on_started(Started(48_000, 100.0, "none", True, "no sound device was found")) is True
    state.on_report(report(underruns=1, jumps=1))
    health = state.health(None)
    assert (health.underruns, health.jumps, health.silent, state.rate) == (3, 4, True, 48_000)
    assert health.error == "no sound device was found"
    assert state.health("the track is empty").error == "the track is empty"


def test_a_change_is_ordered_ahead_of_the_buffer_from_the_start():
    state = SoundState()
    state.on_started(Started(44_100, 120.0, "pulse", False, None))
    assert state.lead_ms > 120 + 2 * 1024 / 44.1
    state.on_report(report(latency_ms=300.0))
    assert state.lead_ms > 300 + 2 * 1024 / 44.1

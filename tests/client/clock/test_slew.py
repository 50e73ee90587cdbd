import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.clock.slew import MAX_SLEW, STEP_MS, Slew
from protocol.timeline import ClockMapping

START_MS = 1_800_000_000_000.0
S = 1_000_000_000


def target(offset_ms, rate=1.0):
    return ClockMapping(0, START_MS + offset_ms, rate)


def test_the_first_target_is_taken_at_once():
    slew = Slew()
    assert slew.mapping_at(0) is None
    assert slew.retarget(target(0), 7) == target(0)
    assert slew.mapping_at(7) == target(0)
    assert slew.ends_at_ns(7) is None


@pytest.mark.parametrize("correction_ms", [1.0, -1.0])
def test_a_millisecond_takes_two_seconds(correction_ms):
    slew = Slew()
    slew.retarget(target(0), 0)
    segment = slew.retarget(target(correction_ms), 10 * S)
    assert segment.rate == pytest.approx(1 + (500e-6 if correction_ms > 0 else -500e-6))
    assert slew.ends_at_ns(10 * S) == pytest.approx(12 * S, abs=S // 1000)
    assert slew.gap_ms_at(11 * S) == pytest.approx(0.5, abs=1e-3)
    assert slew.mapping_at(12 * S + S // 1000) == target(correction_ms)
    assert slew.gap_ms_at(12 * S + S // 1000) == 0


@pytest.mark.parametrize(
    ("correction_ms", "steps"), [(99.0, False), (-99.0, False), (101.0, True), (-3_600_000.0, True)]
)
def test_only_more_than_100_ms_is_stepped(correction_ms, steps):
    slew = Slew()
    slew.retarget(target(0), 0)
    segment = slew.retarget(target(correction_ms), S)
    assert (segment == target(correction_ms)) is steps


corrections = st.lists(
    st.tuples(
        st.integers(1, 400 * S),
        st.floats(-STEP_MS / 2.1, STEP_MS / 2.1, allow_nan=False),
        st.floats(-500e-6, 500e-6, allow_nan=False),
    ),
    max_size=12,
)


@given(corrections)
def test_corrected_time_is_continuous_and_runs_forward_within_the_limits(steps):
    slew = Slew()
    now_ns = 0
    slew.retarget(target(0), now_ns)
    for wait_ns, offset_ms, frequency in steps:
        before_ns, now_ns = now_ns, now_ns + wait_ns
        for at_ns in (before_ns, now_ns):
            mapping = slew.mapping_at(at_ns)
            assert abs(mapping.rate - 1) <= 500e-6 + MAX_SLEW + 1e-12
        ends_ns = slew.ends_at_ns(before_ns)
        if ends_ns is not None:
            last, first = slew.mapping_at(ends_ns - 1), slew.mapping_at(ends_ns)
            assert first.corrected_ms_at(ends_ns) == pytest.approx(last.corrected_ms_at(ends_ns), abs=2e-3, rel=0)
        was_ms = slew.mapping_at(now_ns).corrected_ms_at(now_ns)
        # A new target that agrees with the running time to within `offset_ms`, at another frequency.
        slew.retarget(ClockMapping(now_ns, was_ms + offset_ms, 1 + frequency), now_ns)
        assert slew.mapping_at(now_ns).corrected_ms_at(now_ns) == pytest.approx(was_ms, abs=1e-3, rel=0)


@given(st.floats(-STEP_MS * 0.99, STEP_MS * 0.99), st.floats(-500e-6, 500e-6))
def test_every_slew_arrives_at_its_target(offset_ms, frequency):
    slew = Slew()
    slew.retarget(target(0), 0)
    wanted = target(offset_ms, 1 + frequency)
    slew.retarget(wanted, S)
    assert slew.mapping_at(1000 * S) == wanted
    assert slew.gap_ms_at(1000 * S) == 0

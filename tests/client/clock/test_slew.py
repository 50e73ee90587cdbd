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
    assert slew.mapping is None
    assert slew.retarget(target(0), 7) == target(0)
    assert slew.mapping == target(0)


@pytest.mark.parametrize("correction_ms", [1.0, -1.0])
def test_a_millisecond_takes_two_seconds(correction_ms):
    slew = Slew()
    slew.retarget(target(0), 0)
    mapping = slew.retarget(target(correction_ms), 10 * S)
    assert mapping.rate == pytest.approx(1 + (500e-6 if correction_ms > 0 else -500e-6))
    assert mapping.bend_ns == pytest.approx(12 * S, abs=S // 1000)
    assert mapping.rate_after == 1
    assert slew.gap_ms_at(11 * S) == pytest.approx(0.5, abs=1e-3)
    assert slew.gap_ms_at(12 * S + S // 1000) == 0


@pytest.mark.parametrize("correction_ms", [0.001, 1.0, -1.0])
def test_a_correction_ends_by_itself_for_whoever_hears_nothing_more(correction_ms):
    slew = Slew()
    slew.retarget(target(0), 0)
    mapping, wanted = slew.retarget(target(correction_ms), 10 * S), target(correction_ms)
    for later_s in (13, 300, 86_400):
        assert mapping.corrected_ms_at(later_s * S) == pytest.approx(wanted.corrected_ms_at(later_s * S), abs=1e-3)
        assert mapping.rate_at(later_s * S) == 1


@pytest.mark.parametrize(
    ("correction_ms", "steps"), [(99.0, False), (-99.0, False), (101.0, True), (-3_600_000.0, True)]
)
def test_only_more_than_100_ms_is_stepped(correction_ms, steps):
    slew = Slew()
    slew.retarget(target(0), 0)
    mapping = slew.retarget(target(correction_ms), S)
    assert (mapping == target(correction_ms)) is steps


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
        mapping = slew.mapping
        for at_ns in (before_ns, now_ns):
            assert abs(mapping.rate_at(at_ns) - 1) <= 500e-6 + MAX_SLEW + 1e-12
        was_ms = mapping.corrected_ms_at(now_ns)
        # A new target that agrees with the running time to within `offset_ms`, at another frequency.
        slew.retarget(ClockMapping(now_ns, was_ms + offset_ms, 1 + frequency), now_ns)
        assert slew.mapping.corrected_ms_at(now_ns) == pytest.approx(was_ms, abs=1e-3, rel=0)


@given(st.floats(-STEP_MS * 0.99, STEP_MS * 0.99), st.floats(-500e-6, 500e-6))
def test_every_slew_arrives_at_its_target(offset_ms, frequency):
    slew = Slew()
    slew.retarget(target(0), 0)
    wanted = target(offset_ms, 1 + frequency)
    mapping = slew.retarget(wanted, S)
    assert mapping.corrected_ms_at(1000 * S) == pytest.approx(wanted.corrected_ms_at(1000 * S), abs=2e-3, rel=0)
    assert mapping.rate_at(1000 * S) == wanted.rate
    assert slew.gap_ms_at(1000 * S) == 0

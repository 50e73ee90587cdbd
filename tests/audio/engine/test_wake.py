"""Whether the machine slept."""

from audio.engine.wake import SleepWatch, sleepless_clock

S = 1_000_000_000


def test_a_clock_that_runs_on_in_sleep_tells():
    watch = SleepWatch()
    assert not watch.slept(0, 0)
    assert not watch.slept(S, S + 1000)
    assert watch.slept(2 * S, 3602 * S)
    assert not watch.slept(3 * S, 3603 * S), "once"


def test_where_no_clock_stands_still_a_long_gap_tells():
    watch = SleepWatch()
    assert not watch.slept(0, 0)
    assert not watch.slept(2 * S, 2 * S), "a process that was stopped for a moment"
    assert watch.slept(3600 * S, 3600 * S)


def test_this_machine_has_not_slept_since():
    clock = sleepless_clock()
    if clock is not None:
        assert clock() <= clock()

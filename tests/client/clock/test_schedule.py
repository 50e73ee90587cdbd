import pytest

from client.clock.schedule import NS_PER_S, Schedule


def intervals(schedule, plan, count):
    now_ns, seen = 0, []
    for _ in range(count):
        plan(schedule, now_ns)
        waited_ns = 0
        while not schedule.is_due(now_ns + waited_ns):
            waited_ns += round(schedule.wait_s(now_ns + waited_ns) * NS_PER_S)
        now_ns += waited_ns
        seen.append(waited_ns / NS_PER_S)
    return seen


def test_the_first_measurement_is_due_at_once():
    assert Schedule().is_due(0)
    assert Schedule().wait_s(0) == 0


def test_measurements_grow_rarer_until_every_five_minutes():
    measured = lambda schedule, now_ns: schedule.measured(now_ns)  # noqa: E731
    assert intervals(Schedule(), measured, 10) == [2, 4, 8, 16, 32, 64, 128, 300, 300, 300]


def test_doubt_is_settled_soon():
    schedule = Schedule()
    for _ in range(9):
        schedule.measured(0)
    schedule.measured(0, in_doubt=True)
    assert schedule.is_due(2 * NS_PER_S)
    assert not schedule.is_due(2 * NS_PER_S - 1)


def test_failures_begin_anew_and_then_grow_rarer_too():
    schedule = Schedule()
    for _ in range(9):
        schedule.measured(0)
    failed = lambda schedule, now_ns: schedule.failed(now_ns)  # noqa: E731
    assert intervals(schedule, failed, 9) == [2, 4, 8, 16, 32, 64, 64, 64, 64]


def test_a_server_is_lost_with_its_third_failure_and_back_with_its_first_answer():
    schedule = Schedule()
    for failures, lost in enumerate((False, False, True, True), 1):
        schedule.failed(failures * NS_PER_S)
        assert schedule.lost is lost
    schedule.measured(5 * NS_PER_S)
    assert not schedule.lost
    schedule.failed(6 * NS_PER_S)
    assert not schedule.lost


def test_a_server_that_failed_is_asked_at_once_when_the_network_is_there():
    schedule = Schedule()
    schedule.measured(0)
    schedule.hurry(NS_PER_S)
    assert not schedule.is_due(NS_PER_S), "all is well"
    for _ in range(8):
        schedule.failed(NS_PER_S)
    assert not schedule.is_due(60 * NS_PER_S)
    schedule.hurry(60 * NS_PER_S)
    assert schedule.is_due(60 * NS_PER_S)
    schedule.failed(60 * NS_PER_S)
    assert schedule.is_due(62 * NS_PER_S)
    schedule.hold_off(62 * NS_PER_S)
    schedule.hurry(63 * NS_PER_S)
    assert not schedule.is_due(361 * NS_PER_S), "it asked to be left alone"


def test_a_server_that_wants_to_be_left_alone_is_for_five_minutes():
    schedule = Schedule()
    schedule.hold_off(0)
    assert not schedule.is_due(299 * NS_PER_S)
    assert schedule.is_due(300 * NS_PER_S)


def test_the_clocks_are_watched_every_second():
    schedule = Schedule()
    schedule.hold_off(0)
    assert schedule.wait_s(0) == 1.0


@pytest.mark.parametrize(
    ("mono_s", "wall_s", "jumps"),
    [
        (1, 1, False),
        (1, 1.04, False),
        (20, 20, False),
        (1, 1.06, True),  # wall clock set
        (1, 0.9, True),
        (1, 3600, True),  # sleep, the monotonic clock stood
        (3600, 3600, True),  # sleep, the monotonic clock ran on
    ],
)
def test_sleep_and_clock_steps_make_a_measurement_due(mono_s, wall_s, jumps):
    schedule = Schedule()
    wall_ns = 1_800_000_000 * NS_PER_S
    schedule.hold_off(0)
    schedule.hold_off(5000 * NS_PER_S)
    assert not schedule.jumped(0, wall_ns)
    mono_ns = round(mono_s * NS_PER_S)
    assert schedule.jumped(mono_ns, wall_ns + round(wall_s * NS_PER_S)) is jumps
    assert schedule.is_due(mono_ns) is jumps
    assert not schedule.jumped(mono_ns + NS_PER_S, wall_ns + round(wall_s * NS_PER_S) + NS_PER_S)

"""A clock that no step of the machine's clock moves."""

from hypothesis import given
from hypothesis import strategies as st

from server.wall_clock import MonotonicWallClock

S = 1_000_000_000
EPOCH_NS = 1_800_000_000 * S


class Machine:
    """Two clocks of one machine; reading takes 100 ns."""

    def __init__(self) -> None:
        self.mono = 5 * S
        self.wall_minus_mono = EPOCH_NS
        self.delays: list[int] = []

    def mono_ns(self) -> int:
        self.mono += 100
        return self.mono

    def wall_ns(self) -> int:
        self.mono += self.delays.pop(0) if self.delays else 100
        return self.mono + self.wall_minus_mono


def test_it_begins_with_the_machines_time_and_goes_on_by_the_monotonic_clock() -> None:
    machine = Machine()
    clock = MonotonicWallClock(machine.wall_ns, machine.mono_ns)
    assert clock.now_ns() == machine.mono + EPOCH_NS
    machine.mono += 3600 * S
    assert clock.now_ns() == machine.mono + EPOCH_NS


@given(st.integers(-(10**18), 10**18))
def test_a_step_of_the_machines_clock_moves_neither_time_nor_kernel_stamps(step_ns: int) -> None:
    machine = Machine()
    clock = MonotonicWallClock(machine.wall_ns, machine.mono_ns)
    machine.wall_minus_mono += step_ns
    arrived = machine.mono
    stamp_ns = arrived + machine.wall_minus_mono
    machine.mono += 50_000
    assert clock.now_ns() == machine.mono + EPOCH_NS
    assert clock.from_wall_ns(stamp_ns) == arrived + EPOCH_NS


def test_a_step_between_arrival_and_reading_makes_it_now() -> None:
    for step_ns in (10 * S, -10 * S):
        machine = Machine()
        clock = MonotonicWallClock(machine.wall_ns, machine.mono_ns)
        stamp_ns = machine.mono + machine.wall_minus_mono
        machine.wall_minus_mono += step_ns
        got_ns = clock.from_wall_ns(stamp_ns)
        assert abs(got_ns - (machine.mono + EPOCH_NS)) <= 1000


def test_a_reading_that_was_interrupted_does_not_count() -> None:
    machine = Machine()
    machine.delays = [4_000_000, 100, 9_000_000]
    clock = MonotonicWallClock(machine.wall_ns, machine.mono_ns)
    assert clock.now_ns() == machine.mono + EPOCH_NS

import asyncio
import itertools
import math
import random
import threading
import time

import pytest

from client.clock.clock import RunBuddyClock
from client.clock.ntp_packet import KissOfDeathError, decode_answer, make_request
from client.clock.udp import Burst
from client.errors import AddressError, ClockSyncError

S = 1_000_000_000
MS = 1_000_000
START_NS = 1_800_000_000 * S


class World:
    """True time, this machine's two clocks, and an NTP server behind a network; only `advance` lets time pass."""

    def __init__(self, ntp_packet, *, ppm=0.0, jitter_ns=50_000, wall_error_ns=0, seed=1):
        self.true_ns = START_NS
        self.mono = 7_000 * S
        self.wall_error_ns = wall_error_ns
        self.server_error_ns = 0
        self.failure = None
        self.kissed = False
        self.bursts_at_s = []
        self._ntp_packet = ntp_packet
        self._rate = 1 / (1 + ppm * 1e-6)
        self._jitter_ns = jitter_ns
        self._random = random.Random(seed)
        self.clock = RunBuddyClock(
            "ntp.test",
            exchange=self.exchange,
            mono_ns=lambda: self.mono,
            wall_ns=lambda: self.true_ns + self.wall_error_ns,
            sleep=self.sleep,
        )

    def advance(self, true_ns):
        self.true_ns += true_ns
        self.mono += round(true_ns * self._rate)

    async def sleep(self, seconds):
        self.advance(round(seconds * S))
        await asyncio.sleep(0)

    def suspend(self, seconds):
        """Sleep as Linux does: the monotonic clock stands."""
        self.true_ns += round(seconds * S)

    def exchange(self, server, cancelled):
        self.bursts_at_s.append((self.true_ns - START_NS) / S)
        if self.failure is not None:
            raise self.failure
        samples = []
        for _ in range(8):
            request, sent_mono_ns = make_request(), self.mono
            self.advance(100_000 + round(self._random.expovariate(1 / self._jitter_ns)))
            stamped_ns = self.true_ns + self.server_error_ns
            answer = self._ntp_packet(request.cookie, stamped_ns, stamped_ns)
            self.advance(100_000 + round(self._random.expovariate(1 / self._jitter_ns)))
            samples.append(decode_answer(answer, request.cookie, sent_mono_ns, self.mono))
        return Burst(tuple(samples), self.kissed)

    @property
    def error_ms(self):
        return self.clock.corrected_now_ms() - self.true_ns / MS

    async def run_for(self, seconds, watch=lambda: None):
        """Let `RunBuddyClock.run` live for some simulated time, looking at the world after each of its sleeps."""
        ends_ns = self.true_ns + round(seconds * S)

        class OverError(Exception):
            pass

        async def sleep(wait_s):
            await self.sleep(wait_s)
            watch()
            if self.true_ns >= ends_ns:
                raise OverError

        self.clock._sleep = sleep
        with pytest.raises(OverError):
            await self.clock.run()


@pytest.fixture
def world(ntp_packet):
    return lambda **options: World(ntp_packet, **options)


async def test_before_the_first_sync_there_is_no_time(world):
    clock = world().clock
    for ask in (clock.mapping, clock.corrected_now_ms):
        with pytest.raises(ClockSyncError, match="clock sync failed: the time has not been measured yet"):
            ask()
    status = clock.status
    assert not status.synced
    assert status.uncertainty_ms == math.inf
    assert status.error is None
    assert status.server == "ntp.test"


async def test_a_burst_gives_the_true_time_within_the_uncertainty(world):
    place = world()
    status = await place.clock.synchronise()
    assert status.synced
    assert 0.1 < status.uncertainty_ms < 1
    assert abs(place.error_ms) <= status.uncertainty_ms
    assert status.measured_at_ns <= place.mono
    assert status.error is None


@pytest.mark.parametrize("ahead_ms", [3_600_000.0, 250.0, -250.0])
async def test_the_offset_is_positive_when_the_local_wall_clock_is_ahead(world, ahead_ms):
    place = world(wall_error_ns=round(ahead_ms * MS))
    status = await place.clock.synchronise()
    assert status.offset_ms == pytest.approx(ahead_ms, abs=1)
    assert abs(place.error_ms) <= status.uncertainty_ms


async def test_a_wall_clock_that_is_set_changes_nothing(world):
    place = world()
    await place.clock.synchronise()
    mapping = place.clock.mapping()
    place.wall_error_ns = 5 * S
    assert place.clock.mapping() == mapping
    assert place.clock.status.offset_ms == pytest.approx(5000, abs=1)


async def test_the_first_failure_is_raised_and_shown(world):
    place = world()
    place.failure = ClockSyncError("no answer from the NTP server")
    with pytest.raises(ClockSyncError, match="clock sync failed: no answer"):
        await place.clock.synchronise()
    assert place.clock.status.error == "clock sync failed: no answer from the NTP server"
    with pytest.raises(ClockSyncError, match=r"^clock sync failed: no answer from the NTP server$"):
        place.clock.mapping()


async def test_a_failed_measurement_keeps_the_time_and_lets_its_uncertainty_grow(world):
    place = world()
    before = await place.clock.synchronise()
    place.failure = ClockSyncError("no answer from the NTP server")
    await place.run_for(1000)
    status = place.clock.status
    assert status.error == "clock sync failed: no answer from the NTP server"
    assert status.synced
    assert status.lost
    assert status.uncertainty_ms == pytest.approx(before.uncertainty_ms + 15.0, abs=0.1)
    await place.run_for(3000)
    assert not place.clock.status.synced
    assert abs(place.error_ms) < 1
    place.failure = None
    await place.run_for(65)
    assert place.clock.status.synced
    assert not place.clock.status.lost
    assert place.clock.status.error is None


async def test_it_measures_more_rarely_with_time(world):
    place = world()
    await place.clock.synchronise()
    await place.run_for(1200)
    gaps = [round(b - a) for a, b in itertools.pairwise(place.bursts_at_s)]
    assert gaps == [2, 4, 8, 16, 32, 64, 128, 300, 300, 300]


@pytest.mark.parametrize("ppm", [-60.0, 0.0, 8.0, 40.0])
async def test_it_converges_on_the_true_time_and_stays_there(world, ppm):
    place = world(ppm=ppm)
    await place.clock.synchronise()
    await place.run_for(600)
    errors_ms = []
    await place.run_for(3600, watch=lambda: errors_ms.append(place.error_ms))
    assert max(map(abs, errors_ms)) < 0.1
    assert (place.clock.status.frequency_ppm or 0.0) == pytest.approx(ppm, abs=0.5)


async def test_two_clocks_with_different_crystals_agree(world):
    first, second = world(ppm=30.0, seed=1), world(ppm=-30.0, seed=2)
    for place in (first, second):
        await place.clock.synchronise()
        await place.run_for(1800)
    assert abs(first.error_ms - second.error_ms) < 0.1


async def test_corrected_time_never_runs_backwards_nor_jumps_while_it_is_corrected(world):
    place = world(ppm=50.0, jitter_ns=2 * MS)
    await place.clock.synchronise()
    seen = [(place.mono, place.clock.corrected_now_ms())]
    await place.run_for(1200, watch=lambda: seen.append((place.mono, place.clock.corrected_now_ms())))
    for (mono_ns, corrected_ms), (next_mono_ns, next_corrected_ms) in itertools.pairwise(seen):
        elapsed_ms = (next_mono_ns - mono_ns) / MS
        assert abs(next_corrected_ms - corrected_ms - elapsed_ms) <= elapsed_ms * 1000e-6 + 1e-3


async def test_a_lying_answer_in_between_is_not_believed(world):
    place = world()
    await place.clock.synchronise()
    await place.run_for(400)
    place.server_error_ns = 80 * MS
    await place.clock.synchronise()
    assert abs(place.error_ms) < 0.5
    place.server_error_ns = 0
    await place.run_for(10)
    assert abs(place.error_ms) < 0.5


async def test_a_server_that_was_set_right_is_followed_without_a_jump(world):
    place = world()
    await place.clock.synchronise()
    await place.run_for(400)
    place.server_error_ns = 80 * MS
    seen = []
    await place.run_for(900, watch=lambda: seen.append(place.error_ms))
    assert place.error_ms == pytest.approx(80, abs=0.5)
    assert max(b - a for a, b in itertools.pairwise(seen)) < 0.51


async def test_after_sleep_it_measures_at_once_and_jumps(world):
    place = world()
    await place.clock.synchronise()
    await place.run_for(400)
    place.suspend(8 * 3600)
    asked = len(place.bursts_at_s)
    await place.run_for(1.5)
    assert len(place.bursts_at_s) > asked
    assert abs(place.error_ms) <= place.clock.status.uncertainty_ms
    assert place.clock.status.synced


async def test_after_sleep_without_network_it_knows_that_it_does_not_know(world):
    place = world()
    await place.clock.synchronise()
    await place.run_for(10)
    place.suspend(60)
    place.failure = ClockSyncError("no answer from the NTP server")
    await place.run_for(3)
    assert not place.clock.status.synced
    assert place.clock.status.uncertainty_ms == math.inf
    place.failure = None
    await place.run_for(10)
    assert place.clock.status.synced
    assert abs(place.error_ms) <= place.clock.status.uncertainty_ms


async def test_a_wall_clock_step_measures_at_once_and_keeps_the_frequency(world):
    place = world(ppm=20.0)
    await place.clock.synchronise()
    await place.run_for(400)
    place.wall_error_ns = -3600 * S
    asked = len(place.bursts_at_s)
    errors_ms = []
    await place.run_for(2, watch=lambda: errors_ms.append(place.error_ms))
    assert len(place.bursts_at_s) == asked + 1
    assert place.clock.status.frequency_ppm == pytest.approx(20, abs=1)
    assert max(map(abs, errors_ms)) < 0.1


@pytest.mark.parametrize("measured_before", [True, False])
async def test_a_kiss_of_death_is_left_alone_for_five_minutes(world, measured_before):
    place = world()
    await place.clock.synchronise()
    if measured_before:
        place.kissed = True
        await place.clock.synchronise()
    else:
        place.failure = KissOfDeathError("RATE")
        with pytest.raises(ClockSyncError, match="RATE"):
            await place.clock.synchronise()
    asked = len(place.bursts_at_s)
    await place.run_for(299)
    assert len(place.bursts_at_s) == asked
    await place.run_for(3)
    assert len(place.bursts_at_s) == asked + 1


async def test_run_measures_first_when_nobody_did(world):
    place = world()
    await place.run_for(0.5)
    assert place.clock.status.synced


async def test_run_goes_on_after_a_failed_start(world):
    place = world()
    place.failure = ClockSyncError("no answer from the NTP server")
    await place.run_for(3)
    place.failure = None
    await place.run_for(10)
    assert place.clock.status.synced


class Sequence:
    """Give each burst the next of some errors, on the real monotonic clock."""

    def __init__(self, ntp_packet, errors_ns):
        self._ntp_packet = ntp_packet
        self._errors_ns = list(errors_ns)

    def __call__(self, server, cancelled):
        now_ns = time.perf_counter_ns()
        stamped_ns = START_NS + now_ns + self._errors_ns.pop(0)
        request = make_request()
        answer = self._ntp_packet(request.cookie, stamped_ns, stamped_ns)
        return Burst((decode_answer(answer, request.cookie, now_ns, now_ns),))


async def test_listeners_hear_every_correction_once_and_it_ends_by_itself(ntp_packet):
    clock = RunBuddyClock("ntp.test", exchange=Sequence(ntp_packet, [0, 40_000, 0]))
    heard = asyncio.Queue()
    unsubscribe = clock.subscribe(heard.put_nowait)
    await clock.synchronise()
    assert await heard.get() == clock.mapping()
    await clock.synchronise()
    corrected = await heard.get()
    assert corrected == clock.mapping()
    assert abs(corrected.rate - 1) == pytest.approx(500e-6)
    assert corrected.bend_ns - corrected.mono_ns <= 80_000_000, "0.04 ms at 500 ppm"
    assert corrected.rate_at(corrected.bend_ns) == 1
    unsubscribe()
    unsubscribe()
    await clock.synchronise()
    assert heard.empty()


async def test_a_cancelled_measurement_ends_its_thread():
    loop, entered, left = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    def exchange(server, cancelled):
        loop.call_soon_threadsafe(entered.set)
        cancelled.wait()
        left.set()
        raise ClockSyncError("the measurement was cancelled")

    task = asyncio.create_task(RunBuddyClock("ntp.test", exchange=exchange).synchronise())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert left.wait(10)


async def test_a_server_name_that_is_none_is_refused():
    with pytest.raises(AddressError):
        RunBuddyClock("http://ntp.test")


async def test_over_real_udp_it_knows_the_time_of_this_machine(ntp_server):
    server = ntp_server()
    server.offset_ns = -90 * S
    clock = RunBuddyClock(server.name)
    status = await clock.synchronise()
    assert status.server == server.name
    assert abs(status.offset_ms - 90_000) <= status.uncertainty_ms + 0.1
    truth_ms = time.time_ns() / MS - 90_000
    assert abs(clock.corrected_now_ms() - truth_ms) < 50


async def test_over_real_udp_a_silent_server_fails_clearly(ntp_server, monkeypatch):
    monkeypatch.setattr("client.clock.udp.SAMPLE_TIMEOUT_S", 0.02)
    server = ntp_server(lambda question, index: [])
    with pytest.raises(ClockSyncError, match="clock sync failed: no answer"):
        await RunBuddyClock(server.name).synchronise()

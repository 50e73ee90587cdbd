"""RunBuddyClock: the corrected time that leader and follower share (plan, section 2)."""

import asyncio
import contextlib
import math
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from client.clock.address import parse_address
from client.clock.filter import ClockFilter, best_sample
from client.clock.ntp_packet import NS_PER_MS, KissOfDeathError, NtpSample
from client.clock.schedule import Schedule
from client.clock.slew import Slew
from client.clock.udp import Burst, Exchange, UdpExchange
from client.errors import ClockSyncError
from protocol.timeline import ClockMapping

#: Beyond this the plan's 30 ms threshold means nothing any more.
MAX_UNCERTAINTY_MS = 50.0

CLOCK_READINGS = 3

Listener = Callable[[ClockMapping], None]


@dataclass(frozen=True, slots=True)
class ClockStatus:
    """How well this machine knows the time.

    `offset_ms` has the plan's sign: the local wall clock is ahead of NTP by this much (0 before the first sync).
    `uncertainty_ms` bounds the error of corrected time (infinite before the first sync), `measured_at_ns` is the
    monotonic instant of the newest accepted burst (0 before), `frequency_ppm` how much faster than the monotonic clock
    NTP time runs (None until known), `error` what went wrong last, a sentence. `lost`: the server does not answer any
    more; the time is what it was measured to be, and less certain every minute.
    """

    offset_ms: float
    uncertainty_ms: float
    measured_at_ns: int
    server: str
    frequency_ppm: float | None
    synced: bool
    error: str | None
    lost: bool = False


class RunBuddyClock:
    """Keep NTP-corrected time on the monotonic clock: a wall clock that is set or wrong changes nothing.

    `server` is HOST[:PORT]. Raises AddressError when it isn't. Use from one event loop. `exchange` measures one burst
    in a worker thread; clocks and `sleep` are injected by tests.
    """

    def __init__(
        self,
        server: str = "pool.ntp.org",
        *,
        exchange: Exchange | None = None,
        mono_ns: Callable[[], int] = time.perf_counter_ns,
        wall_ns: Callable[[], int] = time.time_ns,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._address = parse_address(server)
        self._exchange = exchange or UdpExchange()
        self._mono_ns = mono_ns
        self._wall_ns = wall_ns
        self._sleep = sleep
        self._filter = ClockFilter()
        self._slew = Slew()
        self._schedule = Schedule()
        self._listeners: list[Listener] = []
        self._measuring = asyncio.Lock()
        self._suspect = False
        self._error: str | None = None

    async def synchronise(self) -> ClockStatus:
        """Measure one burst and return the status; raise ClockSyncError when it yields nothing.

        A failure leaves the mapping as it was and shows in `status.error`.
        """
        async with self._measuring:
            try:
                burst = await self._burst()
            except ClockSyncError as error:
                self._error = str(error)
                self._plan_after(error)
                raise
            self._take(best_sample(burst.samples))
            if burst.kissed:
                self._schedule.hold_off(self._mono_ns())
        return self.status

    async def run(self) -> None:
        """Measure again after 2, 4, ... 128 s, then every 300 s, and at once after sleep or a clock step.

        Returns only by cancellation; failures show in `status`.
        """
        while True:
            if self._schedule.jumped(*self._clock_pair()):
                self._suspect = True
            if self._schedule.is_due(self._mono_ns()):
                try:
                    await self.synchronise()
                except ClockSyncError:
                    # Kept in `status.error`, which every screen shows; the next try is planned.
                    continue
            await self._sleep(self._schedule.wait_s(self._mono_ns()))

    def hurry(self) -> None:
        """Ask a server that did not answer at once, since the network is there: `run` does so within a second."""
        self._schedule.hurry(self._mono_ns())

    def mapping(self) -> ClockMapping:
        """Return the mapping in force; raise ClockSyncError before the first sync."""
        mapping = self._slew.mapping
        if mapping is None:
            raise ClockSyncError(self._reason())
        return mapping

    def corrected_now_ms(self) -> float:
        """Return NTP-corrected epoch ms (plan, section 2); raise ClockSyncError before the first sync."""
        mapping = self.mapping()
        return mapping.corrected_ms_at(self._mono_ns())

    @property
    def status(self) -> ClockStatus:
        """Return how well the time is known now."""
        mono_ns = self._mono_ns()
        mapping = self._slew.mapping
        estimate = self._filter.estimate
        uncertainty_ms = self._filter.uncertainty_ns_at(mono_ns) / NS_PER_MS + self._slew.gap_ms_at(mono_ns)
        known = mapping is not None and estimate is not None and not self._suspect
        frequency = estimate.frequency if estimate is not None else None
        return ClockStatus(
            offset_ms=0.0 if mapping is None else self._wall_ahead_ms(mapping),
            uncertainty_ms=uncertainty_ms if known else math.inf,
            measured_at_ns=estimate.mono_ns if estimate is not None else 0,
            server=str(self._address),
            frequency_ppm=None if frequency is None else frequency * 1e6,
            synced=known and uncertainty_ms <= MAX_UNCERTAINTY_MS,
            error=self._error,
            lost=self._schedule.lost,
        )

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each new mapping, which ends a correction by itself; return the way out."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    async def _burst(self) -> Burst:
        """Run the exchange in a daemon thread: one that hangs in name resolution must not hold up the exit."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Burst] = loop.create_future()
        cancelled = threading.Event()

        def deliver(outcome: Burst | Exception) -> None:
            if done.done():
                return
            if isinstance(outcome, Burst):
                done.set_result(outcome)
            else:
                done.set_exception(outcome)

        def measure() -> None:
            outcome: Burst | Exception
            try:
                outcome = self._exchange(self._address, cancelled)
            except Exception as error:  # noqa: BLE001 - handed on to the coroutine that waits
                outcome = error
            # The loop may be gone by now; then nobody waits either.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(deliver, outcome)

        threading.Thread(target=measure, name="ntp-burst", daemon=True).start()
        try:
            return await done
        finally:
            cancelled.set()

    def _take(self, sample: NtpSample) -> None:
        mono_ns = self._mono_ns()
        if self._suspect and not self._filter.agrees(sample):
            self._filter.forget()
        self._suspect = False
        self._error = None
        estimate = self._filter.add(sample)
        self._schedule.measured(mono_ns, in_doubt=self._filter.in_doubt)
        self._announce(self._slew.retarget(estimate.mapping, mono_ns))

    def _plan_after(self, error: ClockSyncError) -> None:
        if isinstance(error, KissOfDeathError):
            self._schedule.hold_off(self._mono_ns())
        else:
            self._schedule.failed(self._mono_ns())

    def _announce(self, mapping: ClockMapping) -> None:
        for listener in tuple(self._listeners):
            listener(mapping)

    def _wall_ahead_ms(self, mapping: ClockMapping) -> float:
        mono_ns, wall_ns = self._clock_pair()
        return wall_ns / NS_PER_MS - mapping.corrected_ms_at(mono_ns)

    def _clock_pair(self) -> tuple[int, int]:
        """Return both clocks at one instant: the tightest of a few readings, since a thread switch may tear one."""
        readings = [(self._mono_ns(), self._wall_ns(), self._mono_ns()) for _ in range(CLOCK_READINGS)]
        before_ns, wall_ns, after_ns = min(readings, key=lambda reading: reading[2] - reading[0])
        return (before_ns + after_ns) // 2, wall_ns

    def _reason(self) -> str:
        if self._error is not None:
            return self._error.removeprefix(f"{ClockSyncError.prefix}: ")
        return "the time has not been measured yet"

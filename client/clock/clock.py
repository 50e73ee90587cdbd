"""RunBuddyClock: the corrected time that leader and follower share (plan, section 2)."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from protocol.timeline import ClockMapping


@dataclass(frozen=True, slots=True)
class ClockStatus:
    """How well this machine knows the time.

    `offset_ms` has the plan's sign: the local wall clock is ahead of NTP by this much.
    """

    offset_ms: float
    uncertainty_ms: float
    measured_at_ns: int
    server: str
    frequency_ppm: float | None
    synced: bool
    error: str | None


class RunBuddyClock:
    """Keep NTP-corrected time."""

    def __init__(
        self,
        server: str = "pool.ntp.org",
        *,
        mono_ns: Callable[[], int] = time.perf_counter_ns,
        wall_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._server = server
        self._mono_ns = mono_ns
        self._wall_ns = wall_ns

    async def synchronise(self) -> ClockStatus:
        """Measure once; raise ClockSyncError when no server answers."""
        raise NotImplementedError

    async def run(self) -> None:
        """Measure again and again until cancelled."""
        raise NotImplementedError

    def mapping(self) -> ClockMapping:
        """Return the mapping in force."""
        raise NotImplementedError

    def corrected_now_ms(self) -> float:
        """Return NTP-corrected epoch ms."""
        raise NotImplementedError

    @property
    def status(self) -> ClockStatus:
        """Return how well the time is known."""
        raise NotImplementedError

    def subscribe(self, listener: Callable[[ClockMapping], None]) -> Callable[[], None]:
        """Call `listener` on each new mapping segment; return what ends that."""
        raise NotImplementedError

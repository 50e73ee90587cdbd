"""Whether the machine slept (pure, but for the clock that runs on in sleep)."""

import sys
import time
from collections.abc import Callable
from typing import Final

_SLEPT_NS: Final = 500_000_000
#: Longer than a process that stands still is left alone.
_STOOD_NS: Final = 5_000_000_000


def sleepless_clock() -> Callable[[], int] | None:
    """Return a clock in ns that runs on while the machine sleeps; None where there is none but the monotonic one."""
    if sys.platform.startswith("linux"):
        return lambda: time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":
        return lambda: time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    return None


class SleepWatch:
    """Compare the clock that stands still in sleep with one that runs on; without one, look for a gap of seconds.

    A process that merely stood still a while is no sleep: its devices went on.
    """

    def __init__(self) -> None:
        self._seen: tuple[int, int] | None = None

    def slept(self, mono_ns: int, sleepless_ns: int) -> bool:
        """Return whether the machine slept since the last look."""
        before, self._seen = self._seen, (mono_ns, sleepless_ns)
        if before is None:
            return False
        mono_gap_ns, sleepless_gap_ns = mono_ns - before[0], sleepless_ns - before[1]
        return sleepless_gap_ns - mono_gap_ns > _SLEPT_NS or mono_gap_ns > _STOOD_NS

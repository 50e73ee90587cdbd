"""The wall clock as it is, for expiry times, and one that is never stepped, for SNTP."""

import time
from collections.abc import Callable

_NS_PER_S = 1_000_000_000
_READINGS = 5


def epoch_ms() -> int:
    """Return the machine's wall clock in epoch milliseconds."""
    return time.time_ns() // 1_000_000


class MonotonicWallClock:
    """Tell epoch ns as `time.time_ns()` was at the start plus what `time.perf_counter_ns()` has counted since.

    Setting the machine's clock during a session therefore moves nobody's music. Both clocks are injected for tests.
    """

    def __init__(
        self, wall_ns: Callable[[], int] = time.time_ns, mono_ns: Callable[[], int] = time.perf_counter_ns
    ) -> None:
        self._wall_ns = wall_ns
        self._mono_ns = mono_ns
        self._epoch_minus_mono_ns = self._wall_minus_mono_ns()

    def now_ns(self) -> int:
        """Return epoch ns now."""
        return self._mono_ns() + self._epoch_minus_mono_ns

    def from_wall_ns(self, wall_ns: int) -> int:
        """Return the epoch ns of this clock for a recent reading of the machine's wall clock (a kernel timestamp).

        The difference of both clocks is measured afresh, so an older step cancels out. A step between the reading and
        now would show as a reading from the future or from more than a second ago: then now is the better answer.
        """
        mono_ns = wall_ns - self._wall_minus_mono_ns()
        age_ns = self._mono_ns() - mono_ns
        return (mono_ns if 0 <= age_ns < _NS_PER_S else mono_ns + age_ns) + self._epoch_minus_mono_ns

    def _wall_minus_mono_ns(self) -> int:
        """Return the difference, from the pair of readings that was disturbed least."""
        best_width_ns: int | None = None
        difference_ns = 0
        for _ in range(_READINGS):
            before_ns = self._mono_ns()
            wall_ns = self._wall_ns()
            width_ns = self._mono_ns() - before_ns
            if best_width_ns is None or width_ns < best_width_ns:
                best_width_ns, difference_ns = width_ns, wall_ns - before_ns - width_ns // 2
        return difference_ns

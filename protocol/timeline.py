"""The contract's mathematics: where the music is at a corrected time, and how far a player is from there.

Source: plan, section 2 (follower position correction).
"""

from dataclasses import dataclass

NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class Timeline:
    """A straight line through the music: `position_ms` is at the DAC at `corrected_ms` (NTP-corrected epoch ms).

    `rate` is media milliseconds per corrected millisecond: 1 but for the error of the leader's sound card (ppm).
    """

    position_ms: float
    corrected_ms: float
    is_playing: bool
    rate: float = 1.0

    def position_at(self, corrected_ms: float) -> float:
        """Return the position in ms at a corrected time; a paused line holds its position exactly."""
        if not self.is_playing:
            return self.position_ms
        return self.position_ms + (corrected_ms - self.corrected_ms) * self.rate


def drift_ms(timeline: Timeline, corrected_ms: float, local_position_ms: float) -> float:
    """Return the plan's drift in ms: the target minus what is heard here (positive: this player is behind)."""
    return timeline.position_at(corrected_ms) - local_position_ms


@dataclass(frozen=True, slots=True)
class ClockMapping:
    """A line from this machine's monotonic clock to NTP-corrected time, which bends once if `bend_ns` says where.

    `mono_ns` is `time.perf_counter_ns()`; `rate` is corrected milliseconds per monotonic millisecond, `rate_after` the
    same from `bend_ns` on. A correction that is spread over some time ends by itself this way, at the very instant and
    for everybody who goes by the mapping, whoever is late to say so.
    """

    mono_ns: int
    corrected_ms: float
    rate: float = 1.0
    bend_ns: int | None = None
    rate_after: float = 1.0

    def rate_at(self, mono_ns: int) -> float:
        """Return the rate at a monotonic instant."""
        return self.rate if self.bend_ns is None or mono_ns < self.bend_ns else self.rate_after

    def corrected_ms_at(self, mono_ns: int) -> float:
        """Return NTP-corrected epoch ms at a monotonic instant."""
        if self.bend_ns is None or mono_ns <= self.bend_ns:
            return self.corrected_ms + (mono_ns - self.mono_ns) / NS_PER_MS * self.rate
        return self._bend_ms + (mono_ns - self.bend_ns) / NS_PER_MS * self.rate_after

    def mono_ns_at(self, corrected_ms: float) -> int:
        """Return the monotonic instant of an NTP-corrected time."""
        if self.bend_ns is None or corrected_ms <= self._bend_ms:
            return self.mono_ns + round((corrected_ms - self.corrected_ms) / self.rate * NS_PER_MS)
        return self.bend_ns + round((corrected_ms - self._bend_ms) / self.rate_after * NS_PER_MS)

    @property
    def _bend_ms(self) -> float:
        return self.corrected_ms_at(self.bend_ns) if self.bend_ns is not None else self.corrected_ms

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
    """A straight line from this machine's monotonic clock to NTP-corrected time.

    `mono_ns` is `time.perf_counter_ns()`; `rate` is corrected milliseconds per monotonic millisecond.
    """

    mono_ns: int
    corrected_ms: float
    rate: float = 1.0

    def corrected_ms_at(self, mono_ns: int) -> float:
        """Return NTP-corrected epoch ms at a monotonic instant."""
        return self.corrected_ms + (mono_ns - self.mono_ns) / NS_PER_MS * self.rate

    def mono_ns_at(self, corrected_ms: float) -> int:
        """Return the monotonic instant of an NTP-corrected time."""
        return self.mono_ns + round((corrected_ms - self.corrected_ms) / self.rate * NS_PER_MS)

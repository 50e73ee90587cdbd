"""When a captured channel is heard at all: onsets, ends and gaps.

A null sink's silence is digital, so a low threshold separates silence from the softest passage.
"""

from dataclasses import dataclass

import numpy as np

from audio.measure.correlation import Samples

THRESHOLD = 10 ** (-80 / 20)
GAP_MS = 2.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """Frames `start_frame` (first) to `end_frame` (one past the last)."""

    start_frame: int
    end_frame: int

    @property
    def frames(self) -> int:
        """Return the length."""
        return self.end_frame - self.start_frame


def silences(
    channel: Samples, rate_hz: int, shortest_ms: float = GAP_MS, threshold: float = THRESHOLD
) -> list[Stretch]:
    """Return every stretch of at least `shortest_ms` in which no sample exceeds the threshold, in order."""
    quiet = np.concatenate(([False], np.abs(channel) <= threshold, [False]))
    edges = np.flatnonzero(quiet[1:] != quiet[:-1])
    shortest = shortest_ms * rate_hz / 1000
    pairs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [Stretch(start, end) for start, end in pairs if end - start >= shortest]


def gaps(channel: Samples, rate_hz: int, shortest_ms: float = GAP_MS, threshold: float = THRESHOLD) -> list[Stretch]:
    """Return the silences between the first and the last sound: drop-outs, pauses, the hole left by a seek."""
    inner = silences(channel, rate_hz, shortest_ms, threshold)
    return [stretch for stretch in inner if stretch.start_frame > 0 and stretch.end_frame < channel.size]


def heard_at(channel: Samples, from_frame: int = 0, threshold: float = THRESHOLD) -> int | None:
    """Return the first frame at or after `from_frame` that is heard, or None when all is silent."""
    loud = np.flatnonzero(np.abs(channel[max(0, from_frame) :]) > threshold)
    return None if loud.size == 0 else max(0, from_frame) + int(loud[0])

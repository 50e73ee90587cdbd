"""When to let a prepared player go, so that a place in the music is heard at an instant (pure)."""

import math
import statistics
from collections import deque
from dataclasses import dataclass
from typing import Final

from audio.vlc_engine.file_kind import FileKind
from protocol.timeline import NS_PER_MS

#: From letting a paused player go until its position runs: measured on Debian's libVLC 3.0.24 with PulseAudio.
FIRST_LATENCY_MS: Final = 10.0
_REMEMBERED: Final = 9


class StartLatency:
    """How long a player takes from being let go until it runs: the running median of what was seen."""

    def __init__(self) -> None:
        self._seen_ms: deque[float] = deque(maxlen=_REMEMBERED)

    @property
    def ms(self) -> float:
        """Return the latency to reckon with."""
        return statistics.median(self._seen_ms) if self._seen_ms else FIRST_LATENCY_MS

    def learn(self, late_ms: float, reckoned_ms: float) -> None:
        """Take how much later a start was than expected, when `reckoned_ms` was reckoned with."""
        self._seen_ms.append(reckoned_ms + late_ms)


@dataclass(frozen=True, slots=True)
class Aim:
    """Start the file at `start_ms`, let it go at `release_ns`; `position_ms` is what libVLC will call its place then.

    `lead_ms` is how far libVLC's position then runs ahead of what is heard.
    """

    start_ms: float
    release_ns: int
    position_ms: float
    lead_ms: float
    latency_ms: float


def aim(
    kind: FileKind, position_ms: float, at_ns: int, *, latency_ms: float, device_ms: float = 0.0, delay_ms: float = 0.0
) -> Aim:
    """Return how to have `position_ms` of a file heard at `at_ns`.

    `device_ms` is what the device adds to the way, `delay_ms` what it adds without saying so.
    """
    start_ms = 0.0
    if kind.frame_ms > 0.0:
        # libVLC begins at the first whole frame that is not before what it was asked for.
        start_ms = math.floor(position_ms / kind.frame_ms) * kind.frame_ms
    elif position_ms > 0.0:
        start_ms = position_ms
    lead_ms = (kind.lead_ms if start_ms > 0.0 else kind.lead_at_start_ms) + device_ms
    release_ns = at_ns - round((position_ms - start_ms + lead_ms + latency_ms + delay_ms) * NS_PER_MS)
    return Aim(start_ms, release_ns, start_ms - latency_ms, lead_ms, latency_ms)

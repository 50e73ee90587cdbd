"""What is counted for whom: in this process alone, or with others (`redis_counters`)."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from server.limiter import Limiter, Rate


@dataclass(frozen=True, slots=True)
class Counter:
    """One name under one limit; `kind` tells limits apart, in all processes alike."""

    kind: str
    rate: Rate
    name: str


class Counters(Protocol):
    """Count what somebody does."""

    async def take(self, *counters: Counter) -> float:
        """Count one for each and return 0; if one of them does not allow it, count nothing, return seconds to wait."""

    async def give_back(self, *counters: Counter) -> None:
        """Take one back from each, as if it had not been done."""


class LocalCounters:
    """Count in this process; memory is bounded."""

    def __init__(self, mono_ns: Callable[[], int] = time.perf_counter_ns) -> None:
        self._mono_ns = mono_ns
        self._limiters: dict[str, Limiter] = {}

    async def take(self, *counters: Counter) -> float:
        """Count one for each and return 0, or return the seconds to wait."""
        return self.take_now(*counters)

    async def give_back(self, *counters: Counter) -> None:
        """Take one back from each."""
        self.give_back_now(*counters)

    def take_now(self, *counters: Counter) -> float:
        """Do what `take` does, without giving way to anybody."""
        wait_s = self.wait_s(*counters)
        if wait_s == 0:
            self.spend(*counters)
        return wait_s

    def give_back_now(self, *counters: Counter) -> None:
        """Do what `give_back` does, without giving way to anybody."""
        for counter in counters:
            self._limiter(counter).give_back(counter.name)

    def wait_s(self, *counters: Counter) -> float:
        """Return how many seconds until all of them allow one more; 0 when they do now."""
        return max(self._limiter(counter).wait_s(counter.name, self._mono_ns()) for counter in counters)

    def spend(self, *counters: Counter) -> None:
        """Count one for each, allowed or not."""
        for counter in counters:
            self._limiter(counter).spend(counter.name, self._mono_ns())

    def _limiter(self, counter: Counter) -> Limiter:
        return self._limiters.setdefault(counter.kind, Limiter(counter.rate))

"""How often somebody may do something: token buckets, one alone or one for each name. Pure."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

_NS_PER_S: Final = 1_000_000_000
_MAX_REMEMBERED: Final = 50_000


@dataclass(frozen=True, slots=True)
class Rate:
    """Allow `count` at once, and so many again in the course of each `period_s` seconds."""

    count: int
    period_s: float

    @property
    def interval_ns(self) -> float:
        """Return the time in which one more is allowed."""
        return self.period_s * _NS_PER_S / self.count


class Bucket:
    """Count against one rate; it starts full."""

    __slots__ = ("_full_ns", "_rate")

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        # The instant at which the bucket is full again says everything: one number a bucket (GCRA).
        self._full_ns = 0.0

    def wait_ns(self, mono_ns: int) -> float:
        """Return how long until one more is allowed; 0 when it is now."""
        allowed_ns = self._full_ns - (self._rate.count - 1) * self._rate.interval_ns
        return max(0.0, allowed_ns - mono_ns)

    def spend(self, mono_ns: int) -> None:
        """Note that it was done, allowed or not; what exceeds the limit is not counted on top."""
        cap_ns = mono_ns + self._rate.count * self._rate.interval_ns
        self._full_ns = min(cap_ns, max(self._full_ns, mono_ns) + self._rate.interval_ns)

    def take(self, mono_ns: int) -> bool:
        """Spend one if that is allowed; return whether it was."""
        if self.wait_ns(mono_ns) > 0:
            return False
        self.spend(mono_ns)
        return True

    def give_back(self) -> None:
        """Take one spending back."""
        self._full_ns -= self._rate.interval_ns

    def is_full(self, mono_ns: int) -> bool:
        """Return whether nothing has been spent that is not allowed again: such a bucket can be forgotten."""
        return mono_ns >= self._full_ns


class Limiter:
    """Keep one bucket for each name; memory is bounded, those longest untouched are forgotten first."""

    def __init__(self, rate: Rate, max_remembered: int = _MAX_REMEMBERED) -> None:
        self._rate = rate
        self._max_remembered = max_remembered
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def wait_s(self, name: str, mono_ns: int) -> float:
        """Return how many seconds until this name is allowed one more; 0 when it is now."""
        bucket = self._buckets.get(name)
        return 0.0 if bucket is None else bucket.wait_ns(mono_ns) / _NS_PER_S

    def spend(self, name: str, mono_ns: int) -> None:
        """Note that this name did it once."""
        self._buckets.setdefault(name, Bucket(self._rate)).spend(mono_ns)
        self._buckets.move_to_end(name)
        while len(self._buckets) > self._max_remembered or self._first_is_full(mono_ns):
            self._buckets.popitem(last=False)

    def give_back(self, name: str) -> None:
        """Take back that this name did it once."""
        if (bucket := self._buckets.get(name)) is not None:
            bucket.give_back()

    def _first_is_full(self, mono_ns: int) -> bool:
        return bool(self._buckets) and next(iter(self._buckets.values())).is_full(mono_ns)

"""Counting for all server processes together, in Redis; each on its own while Redis is away."""

import hashlib
import logging
from collections.abc import Callable
from typing import Any, Final

from redis.exceptions import RedisError

from server.counters import Counter, LocalCounters

_LIMIT: Final = "lockstep:limit:"
_US_PER_S: Final = 1_000_000
_ERRORS: Final = (RedisError, OSError)

#: The token bucket of `limiter.Bucket` by Redis's clock: a key holds the instant, in us, at which its bucket is full
#: again, and is gone then. ARGV: whether to give back, then count and interval in us of each key. Returns us to wait.
_SCRIPT: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local give_back = ARGV[1] == '1'
local full, wait = {}, 0
for i, key in ipairs(KEYS) do
  local count, interval = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  full[i] = math.max(now, tonumber(redis.call('GET', key) or '0'))
  wait = math.max(wait, full[i] - (count - 1) * interval - now)
  full[i] = full[i] + (give_back and -interval or interval)
end
if wait > 0 and not give_back then return math.ceil(wait) end
for i, key in ipairs(KEYS) do
  if full[i] > now then
    redis.call('SET', key, string.format('%.0f', full[i]), 'PX', math.ceil((full[i] - now) / 1000))
  else
    redis.call('DEL', key)
  end
end
return 0
"""

logger = logging.getLogger(__name__)


class RedisCounters:
    """Count in Redis, in one round trip, and in this process as well: what it counted itself it knows without Redis.

    Names travel and are kept as SHA-256 alone. `is_up` says whether Redis is worth asking.
    """

    def __init__(self, redis: Any, is_up: Callable[[], bool], here: LocalCounters | None = None) -> None:
        self._script = redis.register_script(_SCRIPT)
        self._is_up = is_up
        self._here = here or LocalCounters()

    async def take(self, *counters: Counter) -> float:
        """Count one for each and return 0, or return the seconds to wait."""
        wait_s = self._here.wait_s(*counters)
        if wait_s > 0:
            return wait_s
        shared_wait_s = await self._ask(counters, give_back=False)
        if shared_wait_s is None:
            return self._here.take_now(*counters)
        if shared_wait_s == 0:
            self._here.spend(*counters)
        return shared_wait_s

    async def give_back(self, *counters: Counter) -> None:
        """Take one back from each."""
        self._here.give_back_now(*counters)
        await self._ask(counters, give_back=True)

    async def _ask(self, counters: tuple[Counter, ...], *, give_back: bool) -> float | None:
        """Return the seconds to wait that Redis says, None when it says nothing."""
        if not self._is_up():
            return None
        arguments: list[int] = [int(give_back)]
        for counter in counters:
            arguments += [counter.rate.count, round(counter.rate.period_s * _US_PER_S / counter.rate.count)]
        try:
            return int(await self._script(keys=[_key(counter) for counter in counters], args=arguments)) / _US_PER_S
        except _ERRORS as error:
            logger.warning("limits are counted in this process alone: Redis is out of reach (%s)", error)
            return None


def _key(counter: Counter) -> str:
    return f"{_LIMIT}{counter.kind}:{hashlib.sha256(counter.name.encode()).hexdigest()}"

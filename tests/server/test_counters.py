"""Counting alone and in a real Redis, by the same rules."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from redis.asyncio import Redis

from server.counters import Counter, Counters, LocalCounters
from server.limiter import Rate
from server.redis_counters import RedisCounters
from tests.server.redis_server import RedisServer, running_redis

TEN = Rate(10, 600)
FIFTY = Rate(50, 600)


def counters_of(name: str) -> tuple[Counter, Counter]:
    return Counter("account", TEN, name), Counter("address", FIFTY, "192.0.2.1")


@pytest.fixture(scope="module")
def redis_server() -> Iterator[RedisServer]:
    with running_redis() as found:
        yield found


@pytest.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Any]:
    client = Redis.from_url(redis_server.url, decode_responses=True, protocol=2)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture(params=["alone", "in Redis", "in Redis, two processes"])
def two(request: pytest.FixtureRequest) -> tuple[Counters, Counters]:
    """Return what counts at two places; both may be the same."""
    if request.param == "alone":
        alone = LocalCounters()
        return alone, alone
    redis = request.getfixturevalue("redis")
    first = RedisCounters(redis, lambda: True)
    return first, first if request.param == "in Redis" else RedisCounters(redis, lambda: True)


async def taken(two: tuple[Counters, Counters], name: str) -> int:
    """Take 20 times, here and there in turn; return how often that was allowed."""
    waits = [await two[number % 2].take(*counters_of(name)) for number in range(20)]
    return waits.count(0)


async def test_as_many_as_the_limit_says_are_allowed_wherever_they_are_done(two: tuple[Counters, Counters]) -> None:
    assert await taken(two, "ann") == 10
    assert 0 < await two[0].take(*counters_of("ann")) <= 60
    assert await taken(two, "bob") == 10


async def test_a_refusal_costs_nothing_of_the_other_limits(two: tuple[Counters, Counters]) -> None:
    for _ in range(5):
        await taken(two, "ann")
    others = [await taken(two, f"name {number}") for number in range(5)]
    assert others == [10, 10, 10, 10, 0]


async def test_many_at_once_get_no_more_than_one_after_the_other(two: tuple[Counters, Counters]) -> None:
    waits = await asyncio.gather(*(two[number % 2].take(*counters_of("ann")) for number in range(100)))
    assert waits.count(0) == 10


async def test_what_is_given_back_may_be_done_again(two: tuple[Counters, Counters]) -> None:
    for _ in range(30):
        assert await two[0].take(*counters_of("ann")) == 0
        await two[0].give_back(*counters_of("ann"))
    assert await taken(two, "ann") == 10


async def test_redis_keeps_no_names_and_forgets_by_itself(redis: Any) -> None:
    counters = RedisCounters(redis, lambda: True)
    await counters.take(*counters_of("ann"))
    keys = await redis.keys("*")
    assert len(keys) == 2
    assert not [key for key in keys if "ann" in key or "192" in key]
    assert sorted([await redis.pttl(key) // 1000 for key in keys]) == pytest.approx([12, 60], abs=2)
    await counters.give_back(*counters_of("ann"))
    assert await redis.keys("*") == []


async def test_without_redis_each_counts_on_from_what_it_has_seen(caplog: pytest.LogCaptureFixture) -> None:
    with running_redis() as server:
        client = Redis.from_url(server.url, decode_responses=True, protocol=2, socket_timeout=2)
        first, second = RedisCounters(client, lambda: True), RedisCounters(client, lambda: True)
        for _ in range(4):
            assert await first.take(*counters_of("ann")) == 0
        server.stop()
        assert [await first.take(*counters_of("ann")) for _ in range(10)].count(0) == 6
        assert [await second.take(*counters_of("ann")) for _ in range(20)].count(0) == 10
        await second.give_back(*counters_of("ann"))
        assert await second.take(*counters_of("ann")) == 0
        assert "counted in this process alone" in caplog.text
        server.start()
        assert await second.take(*counters_of("ann")) > 0
        assert await taken((first, second), "bob") == 10
        await client.aclose()

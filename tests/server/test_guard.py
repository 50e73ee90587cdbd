"""Who may do what how often."""

from collections.abc import Awaitable, Callable

import pytest

from server.counters import LocalCounters
from server.errors import RefusedError
from server.guard import Caller, Guard, address_group
from server.records import Account

S = 1_000_000_000


def caller(name: str, address: str = "192.0.2.1") -> Caller:
    return Caller(Account(name, name), address)


async def allowed(do: Callable[[], Awaitable[None]]) -> int:
    """Do something until it is refused; return how often it was not, at most a thousand times."""
    for number in range(1000):
        refusal = await refused(do)
        if refusal is not None:
            assert (refusal.status, refusal.code) == (429, "too_many_requests")
            assert int(refusal.headers["Retry-After"]) >= 1
            return number
    return 1000


async def refused(do: Callable[[], Awaitable[None]]) -> RefusedError | None:
    try:
        await do()
    except RefusedError as refusal:
        return refusal
    return None


class Clock:
    def __init__(self) -> None:
        self.now_ns = 0

    def guard(self, enabled: bool = True) -> Guard:
        return Guard(enabled=enabled, counters=LocalCounters(lambda: self.now_ns))


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_an_account_may_be_wrong_ten_times_and_again_a_minute_later(clock: Clock) -> None:
    guard = clock.guard()
    assert await allowed(lambda: guard.try_code(caller("ann"))) == 10
    with pytest.raises(RefusedError) as caught:
        await guard.try_code(caller("ann"))
    assert caught.value.headers["Retry-After"] == "60"
    await guard.try_code(caller("bob"))
    clock.now_ns = 60 * S
    assert await allowed(lambda: guard.try_code(caller("ann"))) == 1


async def test_an_address_with_many_accounts_is_limited_as_a_whole(clock: Clock) -> None:
    guard = clock.guard()
    names = iter(range(1000))
    assert await allowed(lambda: guard.try_code(caller(f"name {next(names)}"))) == 50
    await guard.try_code(caller("ann", "192.0.2.2"))


async def test_right_codes_cost_nothing(clock: Clock) -> None:
    guard = clock.guard()

    async def right_code() -> None:
        await guard.try_code(caller("ann"))
        await guard.excuse_code(caller("ann"))

    assert await allowed(right_code) == 1000
    assert await allowed(lambda: guard.try_code(caller("ann"))) == 10


async def test_sessions_accounts_and_unknown_tokens_have_their_limits(clock: Clock) -> None:
    guard = clock.guard()

    async def unknown_token() -> None:
        guard.unknown_token("192.0.2.1")

    assert await allowed(lambda: guard.new_session(caller("ann"))) == 10
    assert await allowed(lambda: guard.new_session(caller("bob", "192.0.2.2"))) == 10
    assert await allowed(lambda: guard.new_account("192.0.2.1")) == 60
    assert 60 <= await allowed(unknown_token) < 70


async def test_without_limits_everything_is_allowed(clock: Clock) -> None:
    guard = clock.guard(enabled=False)
    assert await allowed(lambda: guard.try_code(caller("ann"))) == 1000
    assert await allowed(lambda: guard.new_session(caller("ann"))) == 1000


@pytest.mark.parametrize(
    ("host", "group"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("testclient", "testclient"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_an_ipv6_household_counts_as_one_address(host: str | None, group: str) -> None:
    assert address_group(host) == group

"""Who may do what how often."""

from collections.abc import Callable

import pytest

from server.errors import RefusedError
from server.guard import Caller, Guard, address_group
from server.records import Account

S = 1_000_000_000


def caller(name: str, address: str = "192.0.2.1") -> Caller:
    return Caller(Account(name, name), address)


def allowed(do: Callable[[], None]) -> int:
    """Do something until it is refused; return how often it was not, at most a thousand times."""
    for number in range(1000):
        refusal = refused(do)
        if refusal is not None:
            assert (refusal.status, refusal.code) == (429, "too_many_requests")
            assert int(refusal.headers["Retry-After"]) >= 1
            return number
    return 1000


def refused(do: Callable[[], None]) -> RefusedError | None:
    try:
        do()
    except RefusedError as refusal:
        return refusal
    return None


def wrong_code(guard: Guard, who: Caller) -> None:
    guard.check_code(who)
    guard.wrong_code(who)


def test_an_account_may_be_wrong_ten_times_and_again_a_minute_later() -> None:
    now_ns = [0]
    guard = Guard(enabled=True, mono_ns=lambda: now_ns[0])
    assert allowed(lambda: wrong_code(guard, caller("ann"))) == 10
    with pytest.raises(RefusedError) as caught:
        guard.check_code(caller("ann"))
    assert caught.value.headers["Retry-After"] == "60"
    guard.check_code(caller("bob"))
    now_ns[0] = 60 * S
    assert allowed(lambda: wrong_code(guard, caller("ann"))) == 1


def test_an_address_with_many_accounts_is_limited_as_a_whole() -> None:
    guard = Guard(enabled=True, mono_ns=lambda: 0)
    names = iter(range(1000))
    assert allowed(lambda: wrong_code(guard, caller(f"name {next(names)}"))) == 50
    guard.check_code(caller("ann", "192.0.2.2"))


def test_right_codes_cost_nothing() -> None:
    guard = Guard(enabled=True, mono_ns=lambda: 0)
    assert allowed(lambda: guard.check_code(caller("ann"))) == 1000


def test_sessions_accounts_and_unknown_tokens_have_their_limits() -> None:
    guard = Guard(enabled=True, mono_ns=lambda: 0)
    assert allowed(lambda: guard.new_session(caller("ann"))) == 10
    assert allowed(lambda: guard.new_session(caller("bob", "192.0.2.2"))) == 10
    assert allowed(lambda: guard.new_account("192.0.2.1")) == 60
    assert allowed(lambda: guard.unknown_token("192.0.2.1")) == 60


def test_without_limits_everything_is_allowed() -> None:
    guard = Guard(enabled=False, mono_ns=lambda: 0)
    assert allowed(lambda: wrong_code(guard, caller("ann"))) == 1000
    assert allowed(lambda: guard.new_session(caller("ann"))) == 1000


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

"""Who has asked too often: limits an account and an address, each with its sentence and a Retry-After."""

import ipaddress
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from server.errors import too_many
from server.limiter import Limiter, Rate
from server.records import Account

#: Six letters out of 26 are 309 million codes. With 10,000 sessions open, an address that guesses day and night finds
#: one in four days, an account one in three weeks. People mistype a code twice.
WRONG_CODES_AN_ACCOUNT = Rate(10, 600)
WRONG_CODES_AN_ADDRESS = Rate(50, 600)
SESSIONS_AN_ACCOUNT = Rate(10, 60)
SESSIONS_AN_ADDRESS = Rate(60, 60)
ACCOUNTS_AN_ADDRESS = Rate(60, 60)
UNKNOWN_TOKENS_AN_ADDRESS = Rate(60, 60)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and from which address."""

    account: Account
    address: str


def address_group(host: str | None) -> str:
    """Return the address under which a client is counted: one household of IPv6 is a /64."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return host or "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


class Guard:
    """Refuse with 429 what somebody does too often; `enabled` False allows everything.

    Each process counts for itself. Names of accounts and addresses are kept in memory alone.
    """

    def __init__(self, *, enabled: bool, mono_ns: Callable[[], int] = time.perf_counter_ns) -> None:
        self._enabled = enabled
        self._mono_ns = mono_ns
        self._codes_by_account = Limiter(WRONG_CODES_AN_ACCOUNT)
        self._codes_by_address = Limiter(WRONG_CODES_AN_ADDRESS)
        self._sessions_by_account = Limiter(SESSIONS_AN_ACCOUNT)
        self._sessions_by_address = Limiter(SESSIONS_AN_ADDRESS)
        self._accounts_by_address = Limiter(ACCOUNTS_AN_ADDRESS)
        self._tokens_by_address = Limiter(UNKNOWN_TOKENS_AN_ADDRESS)

    def check_code(self, caller: Caller) -> None:
        """Refuse another join code, right or wrong, from whoever brought too many wrong ones."""
        sentence = "Too many join codes were wrong. Wait, and ask the leader for the code again."
        self._check(sentence, (self._codes_by_account, caller.account.account_id))
        self._check(sentence, (self._codes_by_address, caller.address))

    def wrong_code(self, caller: Caller) -> None:
        """Count a join code that opens nothing."""
        self._spend((self._codes_by_account, caller.account.account_id), (self._codes_by_address, caller.address))

    def new_session(self, caller: Caller) -> None:
        """Count a new session, or refuse it."""
        counters = (self._sessions_by_account, caller.account.account_id), (self._sessions_by_address, caller.address)
        self._check("Too many sessions were started. Wait a moment, then start again.", *counters)
        self._spend(*counters)

    def new_account(self, address: str) -> None:
        """Count a new local account, or refuse it."""
        self._check(
            "Too many accounts were created. Wait a moment, then try again.", (self._accounts_by_address, address)
        )
        self._spend((self._accounts_by_address, address))

    def unknown_token(self, address: str) -> None:
        """Count a token that somebody else must be asked about, or refuse it."""
        self._check("Too many sign-ins came from your network. Wait a moment.", (self._tokens_by_address, address))
        self._spend((self._tokens_by_address, address))

    def _check(self, sentence: str, *counters: tuple[Limiter, str]) -> None:
        now_ns = self._mono_ns()
        wait_s = max(limiter.wait_s(name, now_ns) for limiter, name in counters)
        if self._enabled and wait_s > 0:
            raise too_many(sentence, max(1, math.ceil(wait_s)))

    def _spend(self, *counters: tuple[Limiter, str]) -> None:
        if self._enabled:
            for limiter, name in counters:
                limiter.spend(name, self._mono_ns())

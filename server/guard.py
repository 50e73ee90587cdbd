"""Who has asked too often: limits an account and an address, each with its sentence and a Retry-After."""

import ipaddress
import math
from dataclasses import dataclass

from server.counters import Counter, Counters, LocalCounters
from server.errors import too_many
from server.limiter import Rate
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

    `counters` are those that the processes of one server share; without them each process counts for itself.
    """

    def __init__(self, *, enabled: bool, counters: Counters | None = None) -> None:
        self._enabled = enabled
        self._here = LocalCounters()
        self._counters = counters or self._here

    async def try_code(self, caller: Caller) -> None:
        """Count a join code before anybody looks whether it is right, or refuse it.

        Before, because whoever sends many at once must not get all of them in before the first is counted.
        """
        sentence = "Too many join codes were wrong. Wait, and ask the leader for the code again."
        await self._take(sentence, *_codes(caller))

    async def excuse_code(self, caller: Caller) -> None:
        """Take back the counting of a join code that was not wrong."""
        if self._enabled:
            await self._counters.give_back(*_codes(caller))

    async def new_session(self, caller: Caller) -> None:
        """Count a new session, or refuse it."""
        await self._take(
            "Too many sessions were started. Wait a moment, then start again.",
            Counter("sessions-account", SESSIONS_AN_ACCOUNT, caller.account.account_id),
            Counter("sessions-address", SESSIONS_AN_ADDRESS, caller.address),
        )

    async def new_account(self, address: str) -> None:
        """Count a new local account, or refuse it."""
        await self._take(
            "Too many accounts were created. Wait a moment, then try again.",
            Counter("accounts-address", ACCOUNTS_AN_ADDRESS, address),
        )

    def unknown_token(self, address: str) -> None:
        """Count a token that somebody else must be asked about, or refuse it; each process asks, and counts, itself."""
        wait_s = self._here.take_now(Counter("tokens-address", UNKNOWN_TOKENS_AN_ADDRESS, address))
        self._refuse("Too many sign-ins came from your network. Wait a moment.", wait_s)

    async def _take(self, sentence: str, *counters: Counter) -> None:
        if self._enabled:
            self._refuse(sentence, await self._counters.take(*counters))

    def _refuse(self, sentence: str, wait_s: float) -> None:
        if self._enabled and wait_s > 0:
            raise too_many(sentence, math.ceil(wait_s))


def _codes(caller: Caller) -> tuple[Counter, Counter]:
    return (
        Counter("codes-account", WRONG_CODES_AN_ACCOUNT, caller.account.account_id),
        Counter("codes-address", WRONG_CODES_AN_ADDRESS, caller.address),
    )

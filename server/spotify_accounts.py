"""Bearer tokens verified by Spotify's /v1/me, and remembered for a while."""

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from protocol import limits
from server.errors import RefusedError, unauthorized, unavailable
from server.records import Account
from server.tokens import hash_token

_MAX_REMEMBERED = 10_000
_ACCOUNT_ID = re.compile(rf"[^\x00-\x1f\x7f-\x9f]{{1,{limits.MAX_ID_LENGTH}}}")
_DEFAULT_RETRY_S = 10
_MAX_RETRY_S = 24 * 3600
_REFUSAL_CACHE_S = 60
_NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True)
class _Answer:
    """What Spotify said of one token at `said_ns`, and for how long it counts."""

    found: Account | RefusedError
    said_ns: int
    lifetime_ns: int


class SpotifyAccounts:
    """Ask Spotify whose token it is, once in `cache_s` seconds (each question costs the user's quota).

    A refused token is remembered for a minute, and that Spotify is busy for as long as it says, at most a minute.
    Requests that bring the same token at the same time share one question. Tokens are remembered as SHA-256 alone.
    `count_question` is called with the client's address before Spotify is asked, and may refuse.
    """

    def __init__(
        self,
        base_url: str,
        timeout_s: float,
        cache_s: float,
        mono_ns: Callable[[], int] = time.perf_counter_ns,
        count_question: Callable[[str], None] = lambda _address: None,
    ) -> None:
        self._client = httpx.AsyncClient(base_url=base_url, timeout=timeout_s)
        self._cache_ns = round(cache_s * _NS_PER_S)
        self._mono_ns = mono_ns
        self._count_question = count_question
        self._known: OrderedDict[str, _Answer] = OrderedDict()
        self._asking: dict[str, asyncio.Task[_Answer]] = {}

    async def verify(self, token: str, address: str) -> Account:
        """Return the Spotify account of a token that came from this address.

        Errors: `RefusedError` 401 when Spotify does not take the token, 403 when not this user, 503 with Retry-After
        when Spotify is busy, broken or out of reach; what `count_question` raises.
        """
        key = hash_token(token)
        answer = self._known.get(key)
        if answer is None or self._mono_ns() >= answer.said_ns + answer.lifetime_ns:
            answer = await self._shared_answer(key, token, address)
        if isinstance(answer.found, Account):
            return answer.found
        raise _repeated(answer.found, (self._mono_ns() - answer.said_ns) // _NS_PER_S)

    async def close(self) -> None:
        """Close the connections to Spotify."""
        asking = list(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        await self._client.aclose()

    async def _shared_answer(self, key: str, token: str, address: str) -> _Answer:
        asking = self._asking.get(key)
        if asking is None:
            self._count_question(address)
            asking = self._asking[key] = asyncio.create_task(self._answer(key, token))
            asking.add_done_callback(lambda _: self._asking.pop(key, None))
        # Whoever asked first may hang up: the others still want to know.
        return await asyncio.shield(asking)

    async def _answer(self, key: str, token: str) -> _Answer:
        found: Account | RefusedError
        try:
            found, lifetime_ns = await self._ask(token), self._cache_ns
        except RefusedError as refusal:
            found, lifetime_ns = refusal, _REFUSAL_CACHE_S * _NS_PER_S
        except _TroubleError as trouble:
            found, lifetime_ns = trouble.refusal, min(trouble.known_for_s, _REFUSAL_CACHE_S) * _NS_PER_S
        answer = _Answer(found, self._mono_ns(), lifetime_ns)
        if lifetime_ns > 0:
            self._known[key] = answer
            self._known.move_to_end(key)
            if len(self._known) > _MAX_REMEMBERED:
                self._known.popitem(last=False)
        return answer

    async def _ask(self, token: str) -> Account:
        try:
            answer = await self._client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
        except httpx.TimeoutException:
            raise _TroubleError("Spotify did not answer in time. Try again in a moment.") from None
        except httpx.HTTPError:
            raise _TroubleError("Spotify cannot be reached from this server. Try again.") from None
        if answer.status_code == httpx.codes.OK:
            return _account_from(answer)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise unauthorized("Spotify does not accept this token. Sign in to Spotify again.")
        if answer.status_code == httpx.codes.FORBIDDEN:
            message = "Spotify does not let this app act for you. Ask its owner to add you to the app's users."
            raise RefusedError(403, "spotify_forbidden", message)
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            wait_s = _retry_after_s(answer.headers.get("Retry-After"))
            raise _TroubleError("Spotify is asked too often just now. Try again later.", wait_s, known_for_s=wait_s)
        raise _TroubleError("Spotify is in trouble just now. Try again in a moment.")


class _TroubleError(Exception):
    """Spotify cannot say whose token it is; asking again before `known_for_s` seconds have passed is useless."""

    def __init__(self, message: str, retry_after_s: int = _DEFAULT_RETRY_S, known_for_s: int = 0) -> None:
        super().__init__(message)
        self.refusal = unavailable(message, retry_after_s)
        self.known_for_s = known_for_s


def _repeated(refusal: RefusedError, age_s: int) -> RefusedError:
    """Return a refusal once more, `age_s` seconds later."""
    headers = dict(refusal.headers)
    if "Retry-After" in headers:
        headers["Retry-After"] = str(max(1, int(headers["Retry-After"]) - age_s))
    return RefusedError(refusal.status, refusal.code, refusal.message, headers)


def _account_from(answer: httpx.Response) -> Account:
    try:
        body: Any = answer.json()
    except ValueError:
        body = None
    found = body if isinstance(body, dict) else {}
    account_id = found.get("account_id") or found.get("id")
    if not isinstance(account_id, str) or not _ACCOUNT_ID.fullmatch(account_id):
        raise _TroubleError("Spotify's answer cannot be understood. Try again later.")
    name = found.get("display_name")
    shown = _shown(name) if isinstance(name, str) else ""
    return Account(account_id, shown or account_id)


def _shown(name: str) -> str:
    """Return a display name that fits the wire: people may have put anything into theirs."""
    printable = "".join(letter if letter.isprintable() else " " for letter in name)
    return " ".join(printable.split())[: limits.MAX_NAME_LENGTH]


def _retry_after_s(header: str | None) -> int:
    seconds = int(header) if header and header.isascii() and header.isdigit() and len(header) < 10 else _DEFAULT_RETRY_S
    return min(max(1, seconds), _MAX_RETRY_S)

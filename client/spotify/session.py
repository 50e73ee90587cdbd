"""The access token, in memory alone, and its renewal: one at a time, in this process and beside others."""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

from filelock import AsyncFileLock, Timeout

from client.spotify.errors import SignedOutError, SpotifyUnreachableError
from client.spotify.retry import MAX_TRIES, Answer, backoff_s
from client.spotify.sign_in import Granted
from client.spotify.tokens import Tokens, exchange_refusal, refresh_refusal, tokens_from
from client.spotify.transport import Transport
from client.spotify.vault import TokenVault

_LOCK_TIMEOUT_S: Final = 60.0
_LOCK_NAME: Final = "spotify.lock"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and chance, injected: `now_s` counts from the Unix epoch, `jitter` is from 0 to 1."""

    now_s: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[], float] = random.random


async def exchange_code(transport: Transport, accounts_url: str, granted: Granted, clock: Clock) -> Tokens:
    """Return the tokens for the code that the browser brought. Errors: SpotifyError."""
    form = {
        "grant_type": "authorization_code",
        "code": granted.code,
        "redirect_uri": granted.attempt.redirect_uri,
        "client_id": granted.attempt.client_id,
        "code_verifier": granted.attempt.verifier,
    }
    answer = await _post(transport, f"{accounts_url}/api/token", form, clock)
    if answer.status != HTTPStatus.OK:
        raise exchange_refusal(answer.body)
    return tokens_from(answer.body, clock.now_s())


class TokenSession:
    """Give an access token that holds, renewed when it must be; whoever asks meanwhile shares one renewal.

    Several processes may share the data directory `folder`: Spotify may hand out a new refresh token with each
    renewal and end the old one, so they renew one after another, each with what the vault holds then.
    `on_ended` is awaited when Spotify has ended the sign-in: the token is of no use to anybody any more.
    """

    def __init__(
        self,
        transport: Transport,
        accounts_url: str,
        client_id: str,
        vault: TokenVault,
        folder: Path,
        *,
        clock: Clock,
        on_ended: Callable[[], Awaitable[None]],
        tokens: Tokens | None = None,
    ) -> None:
        self._transport = transport
        self._url = f"{accounts_url}/api/token"
        self._client_id = client_id
        self._vault = vault
        self._lock_path = folder / _LOCK_NAME
        self._clock = clock
        self._on_ended = on_ended
        self._tokens = tokens
        self._renewing: asyncio.Task[Tokens] | None = None

    async def access_token(self, refused: str | None = None) -> str:
        """Return an access token that holds; never `refused`, which the Web API did not take.

        Errors: SignedOutError (ended), VaultError, SpotifyUnreachableError, SpotifyAnswerError, ClientIdError.
        """
        tokens = self._tokens
        if tokens is not None and tokens.access != refused and tokens.is_fresh(self._clock.now_s()):
            return tokens.access
        if self._renewing is None:
            self._renewing = asyncio.create_task(self._renew(), name="spotify-token")
            self._renewing.add_done_callback(self._renewed)
        # Whoever asked first may be cancelled: the others still want the token.
        return (await asyncio.shield(self._renewing)).access

    async def aclose(self) -> None:
        """Stop a renewal that is under way, and forget the token."""
        self._tokens = None
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.gather(self._renewing, return_exceptions=True)

    def _renewed(self, task: asyncio.Task[Tokens]) -> None:
        self._renewing = None
        if not task.cancelled() and task.exception() is None:
            self._tokens = task.result()

    async def _renew(self) -> Tokens:
        lock = AsyncFileLock(self._lock_path, timeout=_LOCK_TIMEOUT_S)
        async with contextlib.AsyncExitStack() as stack:
            # A data directory that can't be locked costs at worst a sign-in, when two renew at the same moment.
            with contextlib.suppress(OSError, Timeout):
                await stack.enter_async_context(lock)
            return await self._renew_locked()

    async def _renew_locked(self) -> Tokens:
        former = await self._vault.read()
        if former is None:
            raise SignedOutError.nobody()
        form = {"grant_type": "refresh_token", "refresh_token": former, "client_id": self._client_id}
        answer = await _post(self._transport, self._url, form, self._clock)
        if answer.status != HTTPStatus.OK:
            error = refresh_refusal(answer.body)
            if isinstance(error, SignedOutError):
                _log.info("Spotify has ended the sign-in")
                self._tokens = None
                await self._on_ended()
            raise error
        tokens = tokens_from(answer.body, self._clock.now_s(), former)
        if tokens.refresh != former:
            await self._vault.keep(tokens.refresh)
        return tokens


async def _post(transport: Transport, url: str, form: dict[str, str], clock: Clock) -> Answer:
    """POST a form to the token endpoint; what is Spotify's own trouble is tried three times."""
    tries = 1
    while True:
        answer = await transport.post_form(url, form)
        is_trouble = answer.status in {0, HTTPStatus.TOO_MANY_REQUESTS} or answer.status >= 500
        if not is_trouble:
            return answer
        if tries == MAX_TRIES:
            what = f"HTTP {answer.status}" if answer.status else answer.trouble
            raise SpotifyUnreachableError(f"Spotify's sign-in service is in trouble ({what}); try again later")
        await clock.sleep(backoff_s(tries, clock.jitter()))
        tries += 1

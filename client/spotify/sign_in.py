"""The part of a sign-in that happens in the browser: from a client id to the code that Spotify's page gives."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from client.errors import one_line
from client.spotify.callback import Outcome
from client.spotify.errors import SignInDeniedError, SignInError
from client.spotify.loopback import LoopbackListener
from client.spotify.pkce import Attempt, authorize_url, new_attempt

SIGN_IN_TIMEOUT_S: Final = 5 * 60.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Granted:
    """A yes: the code, good for one exchange by whoever has the attempt's verifier."""

    attempt: Attempt
    code: str = field(repr=False)


async def code_from_browser(
    accounts_url: str,
    client_id: str,
    open_url: Callable[[str], object],
    *,
    on_url: Callable[[str], None],
    timeout_s: float,
    port: int,
) -> Granted:
    """Open Spotify's page and wait until the person has said yes.

    `open_url` is called in the event loop's thread and must return at once. Errors: SignInError and its kinds.
    """
    async with LoopbackListener(port) as listener:
        attempt = new_attempt(client_id, listener.redirect_uri, secrets.token_bytes)
        url = authorize_url(accounts_url, attempt)
        on_url(url)
        try:
            open_url(url)
        except Exception as error:  # noqa: BLE001 - whatever a browser does: the address is shown, too
            _log.warning("No browser could be opened (%s)", type(error).__name__)
        callback = await listener.wait(attempt.state, timeout_s)
    if callback.outcome is Outcome.DENIED:
        raise SignInDeniedError("you said no on Spotify's page; sign in again when you want to")
    if callback.outcome is Outcome.FAILED:
        raise SignInError(f"Spotify could not sign you in ({one_line(callback.reason, 80)}); try again")
    return Granted(attempt, callback.code)

"""OAuth with PKCE (RFC 7636), pure: verifier, challenge, state, and the address of Spotify's page."""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from client.spotify.errors import ClientIdError

#: Reading playlists is all that is asked for; /me tells the name without any scope.
SCOPES: Final = ("playlist-read-private", "playlist-read-collaborative")

_RANDOM_BYTES: Final = 48
_CLIENT_ID: Final = re.compile(r"[0-9A-Za-z]{16,64}")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sign-in: what goes to Spotify's page, and the secret that proves at the end who began it."""

    client_id: str
    redirect_uri: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)

    @property
    def challenge(self) -> str:
        """Return the S256 challenge of the verifier."""
        return challenge_of(self.verifier)


def new_attempt(client_id: str, redirect_uri: str, random_bytes: Callable[[int], bytes]) -> Attempt:
    """Begin a sign-in; `random_bytes(n)` must be a cryptographic source (`secrets.token_bytes`)."""
    return Attempt(
        client_id, redirect_uri, _url_safe(random_bytes(_RANDOM_BYTES)), _url_safe(random_bytes(_RANDOM_BYTES))
    )


def challenge_of(verifier: str) -> str:
    """Return BASE64URL(SHA256(verifier)) without padding (RFC 7636, section 4.2)."""
    return _url_safe(hashlib.sha256(verifier.encode("ascii")).digest())


def authorize_url(accounts_url: str, attempt: Attempt) -> str:
    """Return the address of the page on which the person says yes or no."""
    query = {
        "client_id": attempt.client_id,
        "response_type": "code",
        "redirect_uri": attempt.redirect_uri,
        "scope": " ".join(SCOPES),
        "state": attempt.state,
        "code_challenge_method": "S256",
        "code_challenge": attempt.challenge,
    }
    return f"{accounts_url}/authorize?{urlencode(query)}"


def checked_client_id(text: str) -> str:
    """Return a client id as Spotify's dashboard shows it. Errors: ClientIdError."""
    client_id = text.strip()
    if not _CLIENT_ID.fullmatch(client_id):
        raise ClientIdError(
            "this is no Spotify client id; copy the 32 letters and digits under “Client ID” from your app's page at "
            "developer.spotify.com/dashboard"
        )
    return client_id


def _url_safe(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")

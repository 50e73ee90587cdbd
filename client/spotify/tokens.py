"""What Spotify's token endpoint says, and what follows from it: pure, with the time as an argument."""

import json
from dataclasses import dataclass, field
from typing import Any, Final, TypeGuard

from client.errors import one_line
from client.spotify.errors import ClientIdError, SignedOutError, SignInError, SpotifyAnswerError, SpotifyError

#: A token is renewed so long before it ends: requests that are under way must not meet its end.
EXPIRY_SLACK_S: Final = 60.0

_DEFAULT_LIFETIME_S: Final = 3600
_MAX_LIFETIME_S: Final = 24 * 3600
_MAX_TOKEN_LENGTH: Final = 4096


@dataclass(frozen=True, slots=True)
class Tokens:
    """What one answer gave: an access token until `expires_at_s` (Unix epoch), and the refresh token to keep."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at_s: float

    def is_fresh(self, now_s: float) -> bool:
        """Return whether the access token will still hold for a request that begins now."""
        return now_s < self.expires_at_s - EXPIRY_SLACK_S


def tokens_from(data: bytes, now_s: float, former_refresh: str | None = None) -> Tokens:
    """Read a token answer (HTTP 200); the former refresh token stays when none is returned.

    Errors: SpotifyAnswerError.
    """
    found = _json_object(data)
    access, refresh = found.get("access_token"), found.get("refresh_token") or former_refresh
    if not (_is_token(access) and _is_token(refresh)):
        raise SpotifyAnswerError("Spotify's sign-in service gave no token that can be used; try again later")
    lifetime_s = found.get("expires_in")
    if isinstance(lifetime_s, bool) or not isinstance(lifetime_s, int) or not 0 <= lifetime_s <= _MAX_LIFETIME_S:
        lifetime_s = _DEFAULT_LIFETIME_S
    return Tokens(access=access, refresh=refresh, expires_at_s=now_s + lifetime_s)


def exchange_refusal(data: bytes) -> SpotifyError:
    """Return what a 4xx to the exchange of a sign-in's code means."""
    code, description = _oauth_error(data)
    if code in {"invalid_client", "unauthorized_client"}:
        return _unknown_client()
    if code == "invalid_grant":
        return SignInError("Spotify doesn't take this sign-in any more (too slow, or used twice); sign in again")
    return SignInError(f"Spotify refused the sign-in ({description or code or 'no reason given'}); sign in again")


def refresh_refusal(data: bytes) -> SpotifyError:
    """Return what a 4xx to a refresh means; SignedOutError says that the refresh token is dead and must go."""
    code, description = _oauth_error(data)
    if code == "invalid_grant":
        return SignedOutError.ended()
    if code in {"invalid_client", "unauthorized_client"}:
        return _unknown_client()
    return SpotifyAnswerError(f"Spotify refused to renew the sign-in ({description or code or 'no reason given'})")


def _unknown_client() -> ClientIdError:
    return ClientIdError(
        "Spotify doesn't know this client id (any more); check it at developer.spotify.com/dashboard and sign in with "
        "“lockstep spotify login --client-id ID”"
    )


def _oauth_error(data: bytes) -> tuple[str, str]:
    try:
        found = _json_object(data)
    except SpotifyAnswerError:
        return "", ""
    code, description = found.get("error"), found.get("error_description")
    return (
        one_line(code, 64) if isinstance(code, str) else "",
        one_line(description, 120) if isinstance(description, str) else "",
    )


def _json_object(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise SpotifyAnswerError(
            "Spotify's sign-in service answered something that can't be understood; try again later"
        )
    return found


def _is_token(value: object) -> TypeGuard[str]:
    """Return whether this can stand in a header: an answer must not be able to write other headers."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= _MAX_TOKEN_LENGTH
        and value.isascii()
        and value.isprintable()
        and " " not in value
    )

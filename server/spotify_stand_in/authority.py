"""Codes and tokens of the stand-in's sign-in, judged as Spotify's authorization server does (pure: time is given)."""

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

_CODE_LIFETIME_S: Final = 600.0
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class OAuthError(Exception):
    """A refusal in OAuth's words: `code` and `description` go to the client as they are."""

    def __init__(self, code: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.status = status


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """What the browser brings to /authorize. Errors: OAuthError for what Spotify shows an error page for."""

    client_id: str
    redirect_uri: str
    state: str
    scope: str
    challenge: str

    @classmethod
    def from_query(cls, query: dict[str, str], client_ids: frozenset[str] | None) -> "SignInRequest":
        """Check the query; with `client_ids` only those are known."""
        client_id = query.get("client_id", "")
        if not client_id or (client_ids is not None and client_id not in client_ids):
            raise OAuthError("invalid_client", "INVALID_CLIENT: Invalid client")
        redirect_uri = query.get("redirect_uri", "")
        if not _is_registered(redirect_uri):
            raise OAuthError("invalid_request", "INVALID_CLIENT: Invalid redirect URI")
        if query.get("response_type") != "code":
            raise OAuthError("unsupported_response_type", "response_type must be code")
        challenge = query.get("code_challenge", "")
        if query.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(challenge):
            raise OAuthError("invalid_request", "code_challenge_method must be S256")
        return cls(client_id, redirect_uri, query.get("state", ""), query.get("scope", ""), challenge)


@dataclass(slots=True)
class _Grant:
    """A person's yes to a client id; its tokens fall with it."""

    client_id: str
    user_id: str
    scope: str


class Authority:
    """Hand out codes for a yes, tokens for codes, new tokens for refresh tokens; each token belongs to one person."""

    def __init__(self) -> None:
        self.access_lifetime_s = 3600.0
        #: Whether a refresh gives another refresh token and ends the former.
        self.rotates = False
        self._codes: dict[str, tuple[SignInRequest, str, float]] = {}
        self._access: dict[str, tuple[_Grant, float]] = {}
        self._refresh: dict[str, _Grant] = {}

    def allow(self, request: SignInRequest, user_id: str, now_s: float) -> str:
        """Return the code for a person's yes."""
        code = f"code-{secrets.token_urlsafe(64)}"
        self._codes[code] = (request, user_id, now_s + _CODE_LIFETIME_S)
        return code

    def exchange(self, form: dict[str, str], now_s: float) -> dict[str, Any]:
        """Return the answer to POST /api/token. Errors: OAuthError."""
        match form.get("grant_type"):
            case "authorization_code":
                return self._exchange_code(form, now_s)
            case "refresh_token":
                return self._exchange_refresh(form, now_s)
            case _:
                raise OAuthError("unsupported_grant_type", "grant_type must be authorization_code or refresh_token")

    def user_of(self, access_token: str, now_s: float) -> str:
        """Return whose token it is. Errors: OAuthError (401) in the Web API's words."""
        grant, until_s = self._access.get(access_token, (None, 0.0))
        if grant is None:
            raise OAuthError("invalid_token", "Invalid access token", 401)
        if now_s >= until_s:
            raise OAuthError("invalid_token", "The access token expired", 401)
        return grant.user_id

    def expire_access_tokens(self) -> None:
        """End every access token; refresh tokens stay."""
        self._access = {token: (grant, 0.0) for token, (grant, _) in self._access.items()}

    def revoke_all(self) -> None:
        """End everything, as when people remove the app, or six months have passed."""
        self._codes.clear()
        self._access.clear()
        self._refresh.clear()

    def _exchange_code(self, form: dict[str, str], now_s: float) -> dict[str, Any]:
        request, user_id, until_s = self._codes.pop(form.get("code", ""), (None, "", 0.0))
        if request is None or now_s >= until_s:
            raise OAuthError("invalid_grant", "Invalid authorization code")
        if form.get("client_id") != request.client_id:
            raise OAuthError("invalid_client", "Invalid client")
        if form.get("redirect_uri") != request.redirect_uri:
            raise OAuthError("invalid_grant", "Invalid redirect URI")
        verifier = form.get("code_verifier", "")
        if not _VERIFIER.fullmatch(verifier) or _challenge(verifier) != request.challenge:
            raise OAuthError("invalid_grant", "code_verifier was incorrect")
        grant = _Grant(request.client_id, user_id, request.scope)
        return self._issue(grant, now_s) | {"refresh_token": self._new_refresh(grant)}

    def _exchange_refresh(self, form: dict[str, str], now_s: float) -> dict[str, Any]:
        former = form.get("refresh_token", "")
        grant = self._refresh.get(former)
        if grant is None:
            raise OAuthError("invalid_grant", "Refresh token revoked")
        if form.get("client_id") != grant.client_id:
            raise OAuthError("invalid_client", "Invalid client")
        answer = self._issue(grant, now_s)
        if self.rotates:
            del self._refresh[former]
            answer["refresh_token"] = self._new_refresh(grant)
        return answer

    def _issue(self, grant: _Grant, now_s: float) -> dict[str, Any]:
        token = f"access-{secrets.token_urlsafe(90)}"
        self._access[token] = (grant, now_s + self.access_lifetime_s)
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": int(self.access_lifetime_s),
            "scope": grant.scope,
        }

    def _new_refresh(self, grant: _Grant) -> str:
        token = f"refresh-{secrets.token_urlsafe(90)}"
        self._refresh[token] = grant
        return token


def _is_registered(redirect_uri: str) -> bool:
    """Return whether it is the loopback callback, by any port: Spotify refuses "localhost"."""
    try:
        parts = urlsplit(redirect_uri)
        port_is_fine = parts.port is None or 0 < parts.port < 65536
    except ValueError:
        return False
    is_loopback = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1"}
    return is_loopback and port_is_fine and parts.path == "/callback" and not (parts.query or parts.fragment)


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()

"""What to do after an answer of the Web API: pure, a decision from the answer, the tries so far, and the time."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from client.errors import one_line
from client.spotify.errors import (
    BlockedError,
    ForbiddenError,
    NoSuchPlaylistError,
    NotAllowListedError,
    NotReadableError,
    OwnerNotPremiumError,
    SignedOutError,
    SpotifyAnswerError,
    SpotifyError,
    SpotifyUnreachableError,
)

MAX_TRIES: Final = 3
#: What Spotify asks for beyond this is told to the person instead of waited for.
MAX_RATE_WAIT_S: Final = 30.0

_FIRST_BACKOFF_S: Final = 0.5
_MAX_BACKOFF_S: Final = 8.0
_BACKOFF_FACTOR: Final = 4.0
_JITTER: Final = 0.25
_DEFAULT_RATE_WAIT_S: Final = 5.0
_DEFAULT_QUOTA_WAIT_S: Final = 24 * 3600.0
_MAX_BLOCK_S: Final = 7 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, or none: status 0 says that there was none in time, or that the connection broke."""

    status: int
    body: bytes = b""
    retry_after: str | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """The answer is good."""


@dataclass(frozen=True, slots=True)
class RenewToken:
    """Ask again with a new access token."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Ask again after so long."""

    seconds: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Raise the error; with `blocked_until_s` nothing is asked until then (Unix epoch)."""

    error: SpotifyError
    blocked_until_s: float | None = None


Step = Done | RenewToken | Wait | GiveUp


def next_step(answer: Answer, *, tries: int, renewed: bool, now_s: float, jitter: float) -> Step:
    """Return what to do after the `tries`-th answer; `renewed`: the token is a new one; `jitter` is from 0 to 1."""
    status = answer.status
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Done()
    if status == HTTPStatus.UNAUTHORIZED:
        return GiveUp(SignedOutError.ended()) if renewed else RenewToken()
    if status == HTTPStatus.FORBIDDEN:
        return GiveUp(_forbidden(answer.body))
    if status == HTTPStatus.NOT_FOUND:
        return GiveUp(NoSuchPlaylistError())
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return _after_429(answer, tries=tries, now_s=now_s, jitter=jitter)
    if status == 0 or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        if tries < MAX_TRIES:
            return Wait(backoff_s(tries, jitter))
        return GiveUp(SpotifyUnreachableError(_trouble(answer)))
    return GiveUp(SpotifyAnswerError(f"Spotify refused the request (HTTP {status}{_said(answer.body)})"))


def backoff_s(tries: int, jitter: float) -> float:
    """Return how long to wait after the `tries`-th failure: 0.5 s, 2 s, 8 s, and up to a quarter more by chance."""
    return min(_FIRST_BACKOFF_S * _BACKOFF_FACTOR ** (tries - 1), _MAX_BACKOFF_S) * (1 + _JITTER * jitter)


def _after_429(answer: Answer, *, tries: int, now_s: float, jitter: float) -> Step:
    is_quota = _error(answer.body)[1] == "QUOTA_EXCEEDED"
    asked_s = _seconds(answer.retry_after)
    if is_quota:
        until_s = now_s + (asked_s or _DEFAULT_QUOTA_WAIT_S)
        return GiveUp(BlockedError(until_s, is_quota=True), until_s)
    wait_s = _DEFAULT_RATE_WAIT_S if asked_s is None else asked_s
    if wait_s <= MAX_RATE_WAIT_S and tries < MAX_TRIES:
        # Never earlier than Spotify says; a little later by chance, so that two players don't meet again.
        return Wait(wait_s + max(1.0, _JITTER * wait_s) * jitter)
    until_s = now_s + wait_s
    return GiveUp(BlockedError(until_s, is_quota=False), until_s)


def _forbidden(body: bytes) -> SpotifyError:
    """Tell the kinds of 403 apart; Spotify does so by its sentence alone, which is JSON or plain text."""
    message, reason = _error(body)
    said = f"{message} {reason}".casefold()
    if "premium" in said:
        return OwnerNotPremiumError()
    if "registered" in said or "dashboard" in said or "allowlist" in said:
        return NotAllowListedError()
    if "scope" in said:
        return ForbiddenError("Spotify misses a permission; sign out and in again with “lockstep spotify login”")
    if not said.strip() or said.strip() == "forbidden" or "playlist" in said or "collaborat" in said:
        return NotReadableError()
    return ForbiddenError(f"Spotify refused ({one_line(message, 120)})")


def _error(body: bytes) -> tuple[str, str]:
    """Return Spotify's sentence and its reason code, as far as they are there."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return one_line(body[:400].decode("utf-8", "replace"), 200), ""
    error = found.get("error") if isinstance(found, dict) else None
    if not isinstance(error, dict):
        return (one_line(error, 200), "") if isinstance(error, str) else ("", "")
    message, reason = error.get("message"), error.get("reason")
    return (
        one_line(message, 200) if isinstance(message, str) else "",
        one_line(reason, 64) if isinstance(reason, str) else "",
    )


def _said(body: bytes) -> str:
    message = _error(body)[0]
    return f": {one_line(message, 120)}" if message else ""


def _trouble(answer: Answer) -> str:
    if answer.status:
        return f"Spotify is in trouble (HTTP {answer.status}); try again later"
    return f"Spotify can't be reached ({answer.trouble or 'no answer'}); check the network and try again"


def _seconds(header: str | None) -> float | None:
    text = (header or "").strip()
    return min(float(text), _MAX_BLOCK_S) if text.isascii() and text.isdigit() and len(text) < 12 else None

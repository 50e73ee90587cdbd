"""What the browser brings back from Spotify's page: one HTTP request, judged (pure)."""

import hmac
from dataclasses import dataclass, field
from enum import Enum
from html import escape
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs, urlsplit

CALLBACK_PATH: Final = "/callback"
MAX_HEAD_BYTES: Final = 16 * 1024

_MAX_CODE_LENGTH: Final = 2048


class Outcome(Enum):
    """How a sign-in in the browser ended."""

    CODE = "code"
    DENIED = "denied"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Callback:
    """What Spotify's page said: a code to exchange, or `reason`, Spotify's word for why not (foreign text)."""

    outcome: Outcome
    code: str = field(default="", repr=False)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to answer the browser, and the sign-in's end if this request was it."""

    status: HTTPStatus
    message: str
    callback: Callback | None = None


def judge(head: bytes, state: str | None) -> Verdict:
    """Judge the head of a request by the state that the sign-in began with; None while none waits.

    A request that is not Spotify's answer to this very sign-in changes nothing: browsers ask for icons, and any page
    may send requests here.
    """
    parts = head.split(b"\r\n", 1)[0].split(b" ")
    if len(parts) != 3 or not parts[2].startswith(b"HTTP/1."):
        return Verdict(HTTPStatus.BAD_REQUEST, "This is no request that can be answered.")
    try:
        target = urlsplit(parts[1].decode("ascii"))
        if target.path != CALLBACK_PATH or target.netloc:
            return Verdict(HTTPStatus.NOT_FOUND, "There is nothing here.")
        if parts[0] != b"GET":
            return Verdict(HTTPStatus.METHOD_NOT_ALLOWED, "Only GET is answered here.")
        query = parse_qs(target.query, keep_blank_values=True, strict_parsing=True, max_num_fields=16)
    except ValueError:
        return Verdict(HTTPStatus.BAD_REQUEST, "This is no answer of Spotify's.")
    given = _single(query, "state")
    if given is None or state is None or not hmac.compare_digest(given.encode("utf-8", "replace"), state.encode()):
        return Verdict(
            HTTPStatus.BAD_REQUEST,
            "This answer belongs to another sign-in. Go back to Lockstep and use the newest link that it shows.",
        )
    return _judge_answer(_single(query, "code"), _single(query, "error"))


def page(verdict: Verdict) -> bytes:
    """Return the whole HTTP answer for a verdict."""
    title = "Lockstep"
    body = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<h1>{title}</h1><p>{escape(verdict.message)}</p></html>\n"
    ).encode()
    head = (
        f"HTTP/1.1 {verdict.status.value} {verdict.status.phrase}\r\n"
        "Content-Type: text/html; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\n"
        "Content-Security-Policy: default-src 'none'\r\n"
        "Referrer-Policy: no-referrer\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode("ascii") + body


def _judge_answer(code: str | None, error: str | None) -> Verdict:
    if error == "access_denied":
        return Verdict(
            HTTPStatus.OK,
            "You said no; Lockstep is not signed in. You can close this window.",
            Callback(Outcome.DENIED, reason=error),
        )
    if error:
        return Verdict(
            HTTPStatus.OK,
            f"Spotify could not sign you in ({error[:80]}). Go back to Lockstep and try again.",
            Callback(Outcome.FAILED, reason=error),
        )
    if not code or len(code) > _MAX_CODE_LENGTH:
        return Verdict(HTTPStatus.BAD_REQUEST, "Spotify's answer holds no code. Go back to Lockstep and try again.")
    return Verdict(
        HTTPStatus.OK,
        "Lockstep has Spotify's answer. You can close this window and go back to Lockstep.",
        Callback(Outcome.CODE, code=code),
    )


def _single(query: dict[str, list[str]], name: str) -> str | None:
    """Return a parameter that is there exactly once."""
    values = query.get(name, [])
    return values[0] if len(values) == 1 else None

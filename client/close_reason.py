"""Why the session's connection is over, from what the server said. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from client.errors import ClientError, SessionEndedError, SessionRefusedError, one_line
from protocol.events import EndReason

CLOSE_NORMAL: Final = 1000
CLOSE_SESSION_ENDED: Final = 4000
CLOSE_REPLACED: Final = 4001

#: RFC 6455, section 7.4.2: from here on an application's own codes, and one that this version does not know is final.
FIRST_OWN_CODE: Final = 4000

_UNKNOWN_SESSION: Final = {404, 410}
TOKEN_REFUSED: Final = {401, 403}

_ENDINGS: Final[dict[str, str]] = {
    EndReason.ENDED_BY_LEADER: "the leader ended the session",
    EndReason.LEADER_LOST: "the session is over: the leader's connection was lost",
    EndReason.EXPIRED: "the session is over: nobody used it for too long",
    EndReason.SUPERSEDED: "the session is over: its leader started another one",
}


class CloseKind(StrEnum):
    """Why the connection is over for good."""

    CLOSED = "closed"
    SESSION_ENDED = "session_ended"
    REPLACED = "replaced"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class CloseReason:
    """Why `run` returned.

    `error` is None after our own `close()` or `leave`, a SessionEndedError when the session is over, otherwise the
    ClientError that says why the server won't have us.
    """

    kind: CloseKind
    error: ClientError | None = None


def ended(reason: str) -> CloseReason:
    """Return what a `session_end` with this reason means."""
    why = _ENDINGS.get(reason, f"the session is over ({one_line(reason) or 'no reason given'})")
    return CloseReason(CloseKind.SESSION_ENDED, SessionEndedError(reason, f"{why}; start or join another one"))


def refused(sentence: str) -> CloseReason:
    """Return a refusal for good."""
    return CloseReason(CloseKind.REFUSED, SessionRefusedError(sentence))


def reason_of_close(code: int | None, text: str, *, left: bool) -> CloseReason | None:
    """Return what a WebSocket close code means, or None when it is worth coming back.

    `left` says that this participant has sent `leave`.
    """
    if code == CLOSE_SESSION_ENDED:
        return ended(text)
    if code == CLOSE_REPLACED:
        error = SessionRefusedError(
            "this session was opened on another device or in another window with the same account; close that one"
        )
        return CloseReason(CloseKind.REPLACED, error)
    if left and code == CLOSE_NORMAL:
        return CloseReason(CloseKind.CLOSED)
    if code is not None and code >= FIRST_OWN_CODE:
        return refused(f"the server closed this session ({text or code}); join it again")
    return None


def reason_of_refusal(status: int) -> CloseReason:
    """Return what an HTTP status other than 101 means when it is final."""
    if status in _UNKNOWN_SESSION:
        return refused("the server does not know this session any more; choose another session")
    if status in TOKEN_REFUSED:
        return refused("the server refused this session's token; join the session again")
    return refused(f"this is no RunBuddy session (HTTP {status}); check the server's address")

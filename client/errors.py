"""What can go wrong in the client: every error has a stable code for programs and a sentence for people."""

import os
from pathlib import Path
from typing import ClassVar, Final

#: The HTTP status of a token that is not accepted.
UNAUTHORIZED: Final = 401


class ClientError(Exception):
    """Base of all errors of the client; `str(error)` says what happened and what to do.

    `code` is stable and meant for programs (`--json`, exit codes).
    """

    code: str = "client_error"


class ServerUnreachableError(ClientError):
    """The session server gives no usable connection: no such host, refused, timed out, TLS failure."""

    code = "server_unreachable"


class ServerAnswerError(ClientError):
    """Something answered, but not as a RunBuddy server does."""

    code = "bad_answer"


class AddressError(ClientError):
    """An address that a person typed can't be used."""

    code = "bad_address"


class ApiError(ClientError):
    """The session server refused a request.

    `status` is the HTTP status, `code` the server's stable error code ("session_full"), `message` its sentence.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class ClockSyncError(ClientError):
    """No NTP-corrected time; the text starts with "clock sync failed" (plan, section 6)."""

    code = "clock_sync_failed"
    prefix: ClassVar[str] = "clock sync failed"

    def __init__(self, reason: str) -> None:
        super().__init__(f"{self.prefix}: {reason}")
        self.reason = reason


class PairingError(ClientError):
    """The local pairing can't be read, or doesn't fit the session."""

    code = "pairing"


class SessionEndedError(ClientError):
    """The session is over; `reason` is the server's (`protocol.events.EndReason` or newer)."""

    code = "session_ended"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class SessionRefusedError(ClientError):
    """The server closed the session's WebSocket for good: wrong token, replaced, unknown session."""

    code = "session_refused"


class BusyError(ClientError):
    """A session is running already."""

    code = "busy"


class OwnSessionError(ClientError):
    """Somebody tried to follow their own session."""

    code = "own_session"


class NotYourSessionError(ClientError):
    """A session can't be led by somebody else than who created it."""

    code = "not_your_session"


class CredentialError(ClientError):
    """The access token can't be one; it is never shown."""

    code = "bad_token"


class LocalAccountError(ClientError):
    """The server gives out no local account, or does not take the one that it gave out."""

    code = "account_not_taken"


class RequestError(ClientError):
    """What was to be sent breaks the contract; the text names the field."""

    code = "bad_request"


def one_line(text: str, limit: int = 300) -> str:
    """Return somebody else's text fit for a sentence: one line, no control characters, not endless."""
    printable = "".join(character if character.isprintable() else " " for character in text[: 4 * limit])
    joined = " ".join(printable.split())
    return joined if len(joined) <= limit else f"{joined[: limit - 1]}…"


def shown_path(path: Path) -> str:
    """Return a path fit for a sentence; a name that is no text has signs for what can't be shown."""
    return one_line(os.fsencode(path).decode(errors="replace"))

"""What can go wrong on the server: refusals that a client is told, and failures that stop the server."""

from collections.abc import Mapping


class ServerError(Exception):
    """Carry a sentence for people that says what happened and what to do."""


class StartError(ServerError):
    """The server cannot start: the setting, port or database named in the sentence does not serve."""


class RefusedError(ServerError):
    """Refuse one request with an HTTP status, a stable code for programs and a sentence for people."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


def unauthorized(message: str) -> RefusedError:
    """Return the 401 that asks for another bearer token (RFC 6750, section 3)."""
    return RefusedError(401, "unauthorized", message, {"WWW-Authenticate": "Bearer"})


def unavailable(message: str, retry_after_s: int) -> RefusedError:
    """Return the 503 that asks the client to come back in `retry_after_s` seconds."""
    return RefusedError(503, "unavailable", message, {"Retry-After": str(retry_after_s)})


def too_many(message: str, retry_after_s: int) -> RefusedError:
    """Return the 429 that asks the client to wait `retry_after_s` seconds (RFC 6585, section 4)."""
    return RefusedError(429, "too_many_requests", message, {"Retry-After": str(retry_after_s)})

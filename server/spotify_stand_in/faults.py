"""How the stand-in fails when it is told to: as Spotify does, by the next requests to a path (pure)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field


class FaultKind(StrEnum):
    """What goes wrong."""

    UNAUTHORIZED = "unauthorized"
    NOT_ALLOW_LISTED = "not_allow_listed"
    OWNER_NOT_PREMIUM = "owner_not_premium"
    NOT_OWNER = "not_owner"
    RATE = "rate"
    QUOTA = "quota"
    SERVER_ERROR = "server_error"
    #: HTTP 200 that is no JSON.
    GARBAGE = "garbage"
    #: No answer until the client gives up.
    HANG = "hang"
    #: A row is inserted at the playlist's top just before the answer.
    CHANGE = "change"


class Fault(BaseModel):
    """A fault for requests whose path begins with `path`: after `skip` good ones, `times` bad ones.

    `retry_after_s` is for `rate` and `quota`, `playlist_id` for `change`.
    """

    model_config = ConfigDict(extra="forbid")

    path: str
    kind: FaultKind
    times: Annotated[int, Field(ge=1)] = 1
    skip: Annotated[int, Field(ge=0)] = 0
    retry_after_s: Annotated[int, Field(ge=0)] | None = None
    playlist_id: str | None = None


@dataclass(frozen=True, slots=True)
class FaultAnswer:
    """What the client gets: `body` is JSON, or a text as it is."""

    status: int
    body: dict[str, Any] | str
    headers: dict[str, str]


class Faults:
    """The faults to come, in order."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Add a fault behind the others."""
        self._waiting.append(fault.model_copy())

    def clear(self) -> None:
        """Let everything go well."""
        self._waiting.clear()

    def take(self, path: str) -> Fault | None:
        """Return the fault for this request, and count it."""
        for fault in self._waiting:
            if not path.startswith(fault.path):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.times -= 1
            if fault.times == 0:
                self._waiting.remove(fault)
            return fault
        return None


_MESSAGES: Final[dict[FaultKind, tuple[int, str]]] = {
    FaultKind.UNAUTHORIZED: (401, "The access token expired"),
    FaultKind.NOT_OWNER: (403, "Forbidden"),
    FaultKind.RATE: (429, "API rate limit exceeded"),
    FaultKind.QUOTA: (429, "Quota exceeded"),
    FaultKind.SERVER_ERROR: (503, "Service unavailable"),
}
#: Some refusals come from before the Web API, and are plain text.
_TEXTS: Final[dict[FaultKind, tuple[int, str]]] = {
    FaultKind.NOT_ALLOW_LISTED: (
        403,
        "Check settings on developer.spotify.com/dashboard, the user may not be registered.",
    ),
    FaultKind.OWNER_NOT_PREMIUM: (
        403,
        "Active premium subscription required for the owner of the app. When the subscription status changes, it can "
        "take a few hours before requests are allowed again.",
    ),
    FaultKind.GARBAGE: (200, "<html>This is not JSON</html>"),
}


def fault_answer(fault: Fault) -> FaultAnswer | None:
    """Return what to answer; None for a fault that is no answer of its own."""
    headers = {} if fault.retry_after_s is None else {"Retry-After": str(fault.retry_after_s)}
    if fault.kind in _TEXTS:
        status, text = _TEXTS[fault.kind]
        return FaultAnswer(status, text, headers)
    if fault.kind not in _MESSAGES:
        return None
    status, message = _MESSAGES[fault.kind]
    error: dict[str, Any] = {"status": status, "message": message}
    if fault.kind is FaultKind.QUOTA:
        error["reason"] = "QUOTA_EXCEEDED"
    return FaultAnswer(status, {"error": error}, headers)

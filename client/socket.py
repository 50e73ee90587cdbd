"""RunBuddyWebSocketClient: one session's events, reconnecting (plan, section 3)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from client.backoff import Backoff
from client.errors import ClientError
from protocol.events import Event
from protocol.wire import ProtocolError


class SocketState(StrEnum):
    """Where the connection is in its life."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    CLOSED = "closed"


class CloseKind(StrEnum):
    """Why the connection is over for good."""

    CLOSED = "closed"
    SESSION_ENDED = "session_ended"
    REPLACED = "replaced"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class CloseReason:
    """Why `run` returned.

    `error` is None after our own `close()`, a SessionEndedError after `session_end`, a SessionRefusedError otherwise.
    """

    kind: CloseKind
    error: ClientError | None = None


class RunBuddyWebSocketClient:
    """Carry one session's events both ways."""

    def __init__(
        self,
        ws_url: str,
        session_id: str,
        token: str,
        *,
        on_event: Callable[[Event], None],
        on_state: Callable[[SocketState], None],
        on_bad_event: Callable[[ProtocolError], None] | None = None,
        renew_token: Callable[[], Awaitable[str]] | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        raise NotImplementedError

    async def run(self) -> CloseReason:
        """Connect, read and reconnect until the session or this client is over."""
        raise NotImplementedError

    def send(self, event: Event) -> bool:
        """Queue an event; return whether it was queued."""
        raise NotImplementedError

    async def close(self) -> None:
        """Close for good; `run` returns."""
        raise NotImplementedError

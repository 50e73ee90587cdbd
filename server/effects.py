"""What a room decides: effects for the shell to carry out, in order, and the close codes that they use."""

from dataclasses import dataclass
from typing import Final

from protocol.events import EndReason, SnapshotState

#: The session is over; `session_end` said why just before. Coming back is useless.
CLOSE_SESSION_ENDED: Final = 4000
#: The same participant opened another socket. Coming back would throw that one out.
CLOSE_REPLACED: Final = 4001
#: RFC 6455, section 7.4.1.
CLOSE_NORMAL: Final = 1000
CLOSE_UNSUPPORTED_DATA: Final = 1003
CLOSE_POLICY_VIOLATION: Final = 1008
CLOSE_SERVICE_RESTART: Final = 1012
CLOSE_TRY_AGAIN_LATER: Final = 1013

_MAX_REASON_BYTES: Final = 123


@dataclass(frozen=True, slots=True)
class Send:
    """Send one text frame; a newer frame that is also `newest_only` replaces it while it still waits."""

    connection: int
    text: str
    newest_only: bool = False


@dataclass(frozen=True, slots=True)
class Close:
    """Close one connection after everything already sent to it; the room has forgotten it."""

    connection: int
    code: int
    reason: str

    def __post_init__(self) -> None:
        short = self.reason.encode("utf-8", "replace")[:_MAX_REASON_BYTES].decode("utf-8", "ignore")
        object.__setattr__(self, "reason", short)


@dataclass(frozen=True, slots=True)
class Persist:
    """Store the snapshot, and that the session was in use just now: at once, or with the next batch of all sessions."""

    snapshot: SnapshotState
    at_once: bool = True


@dataclass(frozen=True, slots=True)
class FreeSeat:
    """Remove the follower from the session; it waits for another one."""

    account_id: str


@dataclass(frozen=True, slots=True)
class End:
    """Mark the session as ended."""

    reason: EndReason


Effect = Send | Close | Persist | FreeSeat | End

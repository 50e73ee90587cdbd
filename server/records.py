"""What storage hands out and takes in: frozen rows, and one batch of late writes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Self

from protocol.events import EndReason, Role, SnapshotState
from protocol.rest import SessionStatus


@dataclass(frozen=True, slots=True)
class Account:
    """Who holds a bearer token."""

    account_id: str
    display_name: str


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One session as stored; times are epoch milliseconds."""

    session_id: str
    join_code: str
    host: Account
    playlist_id: str
    playlist_name: str
    paired_track_count: int
    status: SessionStatus
    end_reason: EndReason | None
    leader_seen: bool
    snapshot: SnapshotState
    created_at_ms: int
    expires_at_ms: int
    follower: Account | None = None

    @classmethod
    def from_row(cls, row: Mapping[Any, Any]) -> Self:
        """Return the session in a row of `runbuddy_sessions` with its follower's `follower_id` and `follower_name`."""
        return cls(
            session_id=row["id"],
            join_code=row["join_code"],
            host=Account(row["host_spotify_user_id"], row["host_display_name"]),
            playlist_id=row["playlist_id"],
            playlist_name=row["playlist_name"],
            paired_track_count=row["paired_track_count"],
            status=SessionStatus(row["status"]),
            end_reason=EndReason(row["end_reason"]) if row["end_reason"] else None,
            leader_seen=row["leader_seen"],
            snapshot=SnapshotState.model_validate_json(row["snapshot"]),
            created_at_ms=row["created_at"],
            expires_at_ms=row["expires_at"],
            follower=Account(row["follower_id"], row["follower_name"]) if row["follower_id"] else None,
        )

    def is_idle(self, now_ms: int) -> bool:
        """Return whether this session should be over because nobody used it."""
        return self.end_reason is None and self.expires_at_ms <= now_ms


@dataclass(frozen=True, slots=True)
class Created:
    """A new session, and the ids of those that its leader led until now: they are over."""

    record: SessionRecord
    superseded: list[str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a session stands on the billboard: by the value that it is sorted by, then by its id."""

    value: int | str
    session_id: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A session on the billboard and its place."""

    record: SessionRecord
    place: Place


@dataclass(frozen=True, slots=True)
class Grant:
    """What a WebSocket token allows: one role in one session."""

    session_id: str
    role: Role
    account_id: str
    token_hash: str


class Seating(Enum):
    """What came of an attempt to take the follower's seat."""

    SEATED = auto()
    FULL = auto()
    ENDED = auto()


@dataclass(slots=True)
class WriteBatch:
    """Collect writes that may happen a little later; a newer snapshot or expiry replaces an older one.

    `snapshots` maps session id to the state and whether its leader was ever connected, `token_expiries_ms` maps token
    hash to epoch milliseconds, `freed_seats` holds (session id, account id).
    """

    snapshots: dict[str, tuple[SnapshotState, bool]] = field(default_factory=dict)
    token_expiries_ms: dict[str, int] = field(default_factory=dict)
    freed_seats: list[tuple[str, str]] = field(default_factory=list)
    ended: dict[str, EndReason] = field(default_factory=dict)

    def is_empty(self) -> bool:
        """Return whether there is nothing to write."""
        return not len(self)

    def __len__(self) -> int:
        """Return how many rows are to be written."""
        return len(self.snapshots) + len(self.token_expiries_ms) + len(self.freed_seats) + len(self.ended)

    def merged_onto(self, older: "WriteBatch") -> "WriteBatch":
        """Return both batches as one, this one being the newer."""
        return WriteBatch(
            {**older.snapshots, **self.snapshots},
            {**older.token_expiries_ms, **self.token_expiries_ms},
            [*older.freed_seats, *self.freed_seats],
            {**self.ended, **older.ended},
        )

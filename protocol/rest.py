"""The bodies of the RunBuddy REST routes (plan, section 1) and of the local-accounts extension."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from protocol import limits
from protocol.events import Role, SnapshotState
from protocol.wire import CorrectedMs, Identifier, Name, WireModel

PairedTrackCount = Annotated[int, Field(ge=1, le=limits.MAX_PAIRED_TRACK_COUNT)]


class SessionStatus(StrEnum):
    """Where a session is in its life."""

    WAITING = "waiting"
    ACTIVE = "active"
    ENDED = "ended"


class CreateSessionRequest(WireModel):
    """POST /runbuddy/sessions."""

    playlist_id: Identifier
    playlist_name: Name
    paired_track_count: PairedTrackCount


class CreateSessionResponse(WireModel):
    """Answer to POST /runbuddy/sessions; `ws_url` is without query, the client adds sessionId and token."""

    session_id: Identifier
    join_code: Identifier
    ws_url: Identifier
    ws_token: Identifier
    snapshot: SnapshotState


class BillboardEntry(WireModel):
    """One open session on the billboard; `created_at` is epoch milliseconds."""

    session_id: Identifier
    host_display_name: Name
    playlist_id: Identifier
    playlist_name: Name
    paired_track_count: PairedTrackCount
    created_at: CorrectedMs


class Billboard(WireModel):
    """Answer to GET /runbuddy/sessions: sessions that wait for a follower, newest first."""

    sessions: list[BillboardEntry]


class SessionDetail(BillboardEntry):
    """Answer to GET /runbuddy/sessions/{id}; `{id}` is a session id or a join code."""

    status: SessionStatus = Field(strict=False)
    snapshot: SnapshotState


class JoinResponse(WireModel):
    """Answer to POST /runbuddy/sessions/{id}/join; the same participant asking again gets a fresh token.

    `role` is what the token is for (beyond the plan): the host that joins its own session stays its leader.
    """

    role: Role | None = Field(default=None, strict=False)
    ws_url: Identifier
    ws_token: Identifier
    snapshot: SnapshotState


class StatusResponse(WireModel):
    """Answer to end and leave: the session's status afterwards."""

    status: SessionStatus = Field(strict=False)


class LocalAccountRequest(WireModel):
    """POST /local/accounts, only on a server started with `--accounts local`."""

    display_name: Name


class LocalAccountResponse(WireModel):
    """Answer to POST /local/accounts; the bearer token of this account."""

    account_id: Identifier
    access_token: Identifier


class ErrorBody(WireModel):
    """Every refusal: a stable `error` code for programs, a sentence for people."""

    error: str
    message: str

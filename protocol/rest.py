"""The bodies of the RunBuddy REST routes (plan, section 1) and of the local-accounts extension."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from protocol import limits
from protocol.events import Role, SnapshotState
from protocol.wire import CorrectedMs, Identifier, Name, PlaylistPosition, WireModel

PairedTrackCount = Annotated[int, Field(ge=1, le=limits.MAX_PAIRED_TRACK_COUNT)]
Positive = Annotated[int, Field(gt=0, le=limits.MAX_SAFE_INTEGER)]


class SessionStatus(StrEnum):
    """Where a session is in its life."""

    WAITING = "waiting"
    ACTIVE = "active"
    ENDED = "ended"


class TrackFingerprint(WireModel):
    """What music a file holds, its tags left out (beyond the plan).

    `audio_hash` is the first 16 bytes of the SHA-256 of its audio frames in lower-case hexadecimal digits, `samples`
    its decoded length in samples of one channel at `sample_rate` Hz.
    """

    audio_hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    samples: Positive
    sample_rate: Positive


class QueueTrack(WireModel):
    """One track that the leader has a file for (beyond the plan); `fingerprint` is absent where it is not known."""

    playlist_position: PlaylistPosition
    track_id: Identifier
    fingerprint: TrackFingerprint | None = None


Queue = Annotated[list[QueueTrack], Field(max_length=limits.MAX_QUEUE_TRACKS)]


class CreateSessionRequest(WireModel):
    """POST /runbuddy/sessions.

    `queue` (beyond the plan) is what the leader can play, in playlist order: a follower can see before it joins whether
    it has the same music.
    """

    playlist_id: Identifier
    playlist_name: Name
    paired_track_count: PairedTrackCount
    queue: Queue | None = None


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


class BillboardSort(StrEnum):
    """Orders of the billboard (beyond the plan): by age, by the names as people sort them, by the number of tracks."""

    NEWEST = "newest"
    OLDEST = "oldest"
    HOST = "host"
    PLAYLIST = "playlist"
    TRACKS = "tracks"


class Billboard(WireModel):
    """Answer to GET /runbuddy/sessions: one page of the sessions that wait for a follower, newest first.

    `next_cursor` (beyond the plan) is the `cursor` of the next page, absent on the last one.
    """

    sessions: list[BillboardEntry]
    next_cursor: Annotated[str, Field(min_length=1, max_length=limits.MAX_CURSOR_LENGTH)] | None = None


class SessionDetail(BillboardEntry):
    """Answer to GET /runbuddy/sessions/{id}; `{id}` is a session id or a join code.

    `queue` (beyond the plan) is as the leader sent it, absent when it sent none and once the session is over.
    """

    status: SessionStatus = Field(strict=False)
    snapshot: SnapshotState
    queue: Queue | None = None


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


Count = Annotated[int, Field(ge=0)]


class AccountsMode(StrEnum):
    """Whose bearer tokens a server takes."""

    SPOTIFY = "spotify"
    LOCAL = "local"


class ServerLimits(WireModel):
    """What a server allows, and how long things last with it; a field that ends in `_ms` is in milliseconds.

    `max_queue_tracks` is absent on a server that keeps no queue.
    """

    max_event_bytes: Count
    max_events_per_second: Count
    max_paired_track_count: Count
    max_queue_tracks: Count | None = None
    join_code_length: Count
    max_billboard_page: Count
    idle_ttl_ms: Count
    leader_grace_ms: Count
    seat_hold_ms: Count
    token_ttl_ms: Count


class ServerInfo(WireModel):
    """Answer to GET /runbuddy/info (beyond the plan): what an app must know before it asks anybody to sign in.

    `ntp_port`: the UDP port at which the server's machine answers SNTP itself, None where it does not.
    """

    name: Name
    version: Name
    accounts: AccountsMode = Field(strict=False)
    limits: ServerLimits
    ntp_port: Annotated[int, Field(ge=1, le=65535)] | None = None


class ErrorBody(WireModel):
    """Every refusal: a stable `error` code for programs, a sentence for people."""

    error: str
    message: str

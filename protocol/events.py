"""The events of the RunBuddy WebSocket (plan, section 2), and the two functions that read and write them."""

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from protocol import limits
from protocol.wire import (
    CorrectedMs,
    Identifier,
    Name,
    PlaylistPosition,
    PositionMs,
    ProtocolError,
    WireModel,
    read_json,
)


class Role(StrEnum):
    """Who a participant is."""

    LEADER = "leader"
    FOLLOWER = "follower"


class TransportAction(StrEnum):
    """What the leader did."""

    PLAY = "play"
    PAUSE = "pause"
    SEEK = "seek"
    SKIP_NEXT = "skip_next"
    SKIP_PREV = "skip_prev"
    TRACK_CHANGE = "track_change"


class ParticipantState(StrEnum):
    """What became of the follower."""

    JOINED = "joined"
    READY = "ready"
    LEFT = "left"


class EndReason(StrEnum):
    """Why a session ended; the wire also carries reasons that this version does not know."""

    ENDED_BY_LEADER = "ended_by_leader"
    LEADER_LOST = "leader_lost"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


class Transport(WireModel):
    """Leader: the state changed at `corrected_ms`, where `position_ms` of `track_id` is at the DAC.

    `corrected_ms` may lie a little ahead: the leader announces an instant that it has scheduled.
    """

    type: Literal["transport"] = "transport"
    action: TransportAction = Field(strict=False)
    corrected_ms: CorrectedMs
    position_ms: PositionMs
    playlist_position: PlaylistPosition
    track_id: Identifier

    def is_playing_after(self, was_playing: bool) -> bool:
        """Return whether the leader plays after this event; a seek or a skip leaves it as it was."""
        if self.action is TransportAction.PLAY:
            return True
        if self.action is TransportAction.PAUSE:
            return False
        return was_playing


class Position(WireModel):
    """Leader, every 250 ms: `position_ms` is at the DAC at `corrected_ms`."""

    type: Literal["position"] = "position"
    corrected_ms: CorrectedMs
    position_ms: PositionMs
    is_playing: bool
    playlist_position: PlaylistPosition
    track_id: Identifier


class SnapshotState(WireModel):
    """The transport state that the server keeps (plan, section 1); `track_id` is absent until the leader plays."""

    playlist_id: Identifier
    playlist_position: PlaylistPosition
    track_id: Identifier | None = None
    position_ms: PositionMs
    is_playing: bool
    corrected_ms: CorrectedMs


class Snapshot(SnapshotState):
    """Server, first frame of every connection: where the session stands."""

    type: Literal["snapshot"] = "snapshot"


class SessionEnd(WireModel):
    """Server: the session is over."""

    type: Literal["session_end"] = "session_end"
    reason: Annotated[str, StringConstraints(max_length=limits.MAX_REASON_LENGTH)]


class Participant(WireModel):
    """Server to leader: the follower joined, is ready, or left."""

    type: Literal["participant"] = "participant"
    role: Role = Field(default=Role.FOLLOWER, strict=False)
    state: ParticipantState = Field(strict=False)
    display_name: Name | None = None


PingId = Annotated[int, Field(ge=0, le=limits.MAX_PING_ID)]


class Ping(WireModel):
    """Either side to the server: are you there? `id` comes back in the pong."""

    type: Literal["ping"] = "ping"
    id: PingId | None = None


class Pong(WireModel):
    """Server: I am."""

    type: Literal["pong"] = "pong"
    id: PingId | None = None


class Ready(WireModel):
    """Follower: decoded, clock synced, able to play."""

    type: Literal["ready"] = "ready"


class Leave(WireModel):
    """Follower: goodbye."""

    type: Literal["leave"] = "leave"


Event = Transport | Position | Snapshot | SessionEnd | Participant | Ping | Pong | Ready | Leave

EVENT_TYPES: Final[dict[str, type[Event]]] = {
    model.model_fields["type"].default: model
    for model in (Transport, Position, Snapshot, SessionEnd, Participant, Ping, Pong, Ready, Leave)
}


def parse_event(text: str | bytes) -> Event | None:
    """Return the event in one WebSocket text frame, or None when its type is unknown (ignore it: plan, section 2).

    Errors: `ProtocolError` names the field that is missing, of the wrong type or out of range.
    """
    frame = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(frame) > limits.MAX_EVENT_BYTES:
        raise ProtocolError("", f"message of {len(frame)} bytes is longer than {limits.MAX_EVENT_BYTES}")
    payload = read_json(frame)
    if not isinstance(payload, dict):
        raise ProtocolError("", "not a JSON object")
    kind = payload.get("type")
    if not isinstance(kind, str):
        raise ProtocolError("type", "missing or not a string")
    model = EVENT_TYPES.get(kind)
    return None if model is None else model.from_wire(payload)

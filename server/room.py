"""One session's room: who is in it, what they may say, what becomes of it (plan, section 1).

Pure: every input takes the monotonic time in ns and returns effects for the shell. The answers to what a peer may do:

- `transport` and `position` of the leader go to the follower word for word, at once, and into the snapshot.
- A frame that breaks the contract, or that its sender may not send (a follower's `transport`, anybody's `snapshot`),
  is never relayed; its connection is closed with 1008 and a reason that names the field. The sender may come back: a
  leader has its grace for that, and at least `FAULT_GRACE_NS` even where the grace is 0.
- So is one that says more than `RoomTimes.events` allows.
- Unknown event types are ignored, and so are a leader's `ready` and anybody's `pong`. A binary frame closes with 1003.
- `leave` by the follower frees its seat, by the leader ends the session.
- A follower that drops keeps its seat for `seat_hold_ns`; the leader hears `left` after the grace.
"""

from dataclasses import dataclass
from enum import Enum, auto

from protocol.events import (
    EndReason,
    Leave,
    Participant,
    ParticipantState,
    Ping,
    Pong,
    Position,
    Ready,
    Role,
    SessionEnd,
    Snapshot,
    SnapshotState,
    Transport,
)
from protocol.wire import ProtocolError
from server.effects import (
    CLOSE_NORMAL,
    CLOSE_POLICY_VIOLATION,
    CLOSE_REPLACED,
    CLOSE_SESSION_ENDED,
    CLOSE_UNSUPPORTED_DATA,
    Close,
    Effect,
    End,
    FreeSeat,
    Persist,
    Send,
)
from server.frames import read_frame
from server.limiter import Bucket, Rate
from server.records import Account

FAULT_GRACE_NS = 2_000_000_000
TOO_MANY_MESSAGES = "too many messages a second"


@dataclass(frozen=True, slots=True)
class RoomTimes:
    """How long things last, in ns: the grace, an unused seat, an idle session, and between two writes of mere use.

    `events` is how much one connection may say.
    """

    leader_grace_ns: int
    seat_hold_ns: int
    idle_ns: int
    activity_persist_ns: int
    events: Rate


class _SeatState(Enum):
    JOINED = auto()
    READY = auto()
    AWAY = auto()


@dataclass(slots=True)
class _Seat:
    account: Account
    state: _SeatState
    empty_since_ns: int | None
    dropped: bool = False


class Room:
    """Decide everything about one live session; connections are numbers that the shell gives and never reuses."""

    def __init__(
        self, snapshot: SnapshotState, follower: Account | None, leader_seen: bool, times: RoomTimes, mono_ns: int
    ) -> None:
        self.snapshot = snapshot
        self.leader_seen = leader_seen
        self.end_reason: EndReason | None = None
        self._times = times
        self._connections: dict[Role, int] = {}
        self._allowances: dict[Role, Bucket] = {}
        self._seat = _Seat(follower, _SeatState.JOINED, mono_ns) if follower else None
        self._leader_due_ns = mono_ns + times.leader_grace_ns if leader_seen else None
        self._active_ns = mono_ns
        self._persisted_ns = mono_ns

    @property
    def follower(self) -> Account | None:
        """Return who holds the follower's seat."""
        return self._seat.account if self._seat else None

    def connected(self, role: Role, connection: int, mono_ns: int) -> list[Effect]:
        """Take a new connection in: the snapshot first, and an older one of the same participant is replaced."""
        self._active_ns = mono_ns
        if self.end_reason:
            return [Send(connection, Snapshot(**self.snapshot.model_dump()).to_json()), *self._farewell(connection)]
        effects: list[Effect] = []
        older = self._connections.pop(role, None)
        if older is not None:
            effects.append(Close(older, CLOSE_REPLACED, "replaced"))
        if role is Role.FOLLOWER and self._seat is None:
            return [*effects, Close(connection, CLOSE_NORMAL, "the follower left")]
        self._connections[role] = connection
        self._allowances[role] = Bucket(self._times.events)
        effects.append(Send(connection, Snapshot(**self.snapshot.model_dump()).to_json()))
        if role is Role.LEADER:
            self._leader_due_ns = None
            self.leader_seen = True
            effects += [*self._tell_leader(), *self._persist(mono_ns)]
        elif self._seat:
            self._seat.empty_since_ns = None
            self._seat.dropped = False
            effects += self._seat_becomes(_SeatState.JOINED)
        return effects

    def disconnected(self, connection: int, mono_ns: int) -> list[Effect]:
        """Note that a connection is gone; one that the room closed or replaced itself changes nothing."""
        return self._drop(connection, self._times.leader_grace_ns, mono_ns)

    def received(self, connection: int, text: str, mono_ns: int) -> list[Effect]:
        """Answer one text frame."""
        role = self._role_of(connection)
        if role is None:
            return []
        if not self._allowances[role].take(mono_ns):
            return self._fault(connection, CLOSE_POLICY_VIOLATION, TOO_MANY_MESSAGES, mono_ns)
        try:
            event = read_frame(text, role)
        except ProtocolError as error:
            return self._fault(connection, CLOSE_POLICY_VIOLATION, str(error), mono_ns)
        self._active_ns = mono_ns
        match event:
            case Transport() | Position():
                return [*self._relay(event, text), *self._note_state(event, mono_ns)]
            case Ping():
                return [Send(connection, Pong(id=event.id).to_json()), *self._save_activity(mono_ns)]
            case Ready() if role is Role.FOLLOWER:
                return self._seat_becomes(_SeatState.READY)
            case Leave():
                return self.end(EndReason.ENDED_BY_LEADER) if role is Role.LEADER else self.follower_left()
            case _:
                return []

    def received_binary(self, connection: int, mono_ns: int) -> list[Effect]:
        """Refuse a binary frame."""
        if self._role_of(connection) is None:
            return []
        return self._fault(connection, CLOSE_UNSUPPORTED_DATA, "send JSON in text frames, not binary frames", mono_ns)

    def follower_joined(self, account: Account, mono_ns: int) -> list[Effect]:
        """Seat the account that storage has given the seat; the same one again changes nothing."""
        if self.end_reason or (self._seat and self._seat.account.account_id != account.account_id):
            return []
        self._active_ns = mono_ns
        if self._seat and self._seat.state is not _SeatState.AWAY:
            if self._seat.empty_since_ns is not None:
                self._seat.empty_since_ns = mono_ns
            return []
        self._seat = _Seat(account, _SeatState.JOINED, mono_ns)
        return self._tell_leader()

    def follower_left(self) -> list[Effect]:
        """Free the seat: the leader is told, the follower's connection closed."""
        if self.end_reason or self._seat is None:
            return []
        account_id = self._seat.account.account_id
        effects: list[Effect] = self._seat_becomes(_SeatState.AWAY)
        self._seat = None
        connection = self._connections.pop(Role.FOLLOWER, None)
        if connection is not None:
            effects.append(Close(connection, CLOSE_NORMAL, "the follower left"))
        return [*effects, FreeSeat(account_id)]

    def end(self, reason: EndReason) -> list[Effect]:
        """End the session for both."""
        if self.end_reason:
            return []
        self.end_reason = reason
        effects: list[Effect] = []
        for connection in self._connections.values():
            effects += self._farewell(connection)
        self._connections.clear()
        return [*effects, End(reason)]

    def tick(self, mono_ns: int) -> list[Effect]:
        """Do what has become due."""
        if self.end_reason:
            return []
        if self._leader_due_ns is not None and mono_ns >= self._leader_due_ns:
            return self.end(EndReason.LEADER_LOST)
        if mono_ns >= self._active_ns + self._times.idle_ns:
            return self.end(EndReason.EXPIRED)
        effects: list[Effect] = []
        if self._seat and self._seat.empty_since_ns is not None:
            if mono_ns >= self._seat.empty_since_ns + self._times.seat_hold_ns:
                effects += self.follower_left()
            elif self._seat.dropped and mono_ns >= self._seat.empty_since_ns + self._times.leader_grace_ns:
                effects += self._seat_becomes(_SeatState.AWAY)
        return effects

    def renew_grace(self, mono_ns: int) -> None:
        """Let those who are away have their time from now on: until now they could not come back."""
        if self._leader_due_ns is not None:
            self._leader_due_ns = mono_ns + self._times.leader_grace_ns
        if self._seat and self._seat.empty_since_ns is not None:
            self._seat.empty_since_ns = mono_ns

    def next_due_ns(self) -> int | None:
        """Return when `tick` has something to do; None after the end."""
        if self.end_reason:
            return None
        due = [self._active_ns + self._times.idle_ns]
        if self._leader_due_ns is not None:
            due.append(self._leader_due_ns)
        if self._seat and self._seat.empty_since_ns is not None:
            due.append(self._seat.empty_since_ns + self._times.seat_hold_ns)
            if self._seat.dropped and self._seat.state is not _SeatState.AWAY:
                due.append(self._seat.empty_since_ns + self._times.leader_grace_ns)
        return min(due)

    def _role_of(self, connection: int) -> Role | None:
        return next((role for role, known in self._connections.items() if known == connection), None)

    def _relay(self, event: Transport | Position, text: str) -> list[Effect]:
        follower = self._connections.get(Role.FOLLOWER)
        return [] if follower is None else [Send(follower, text, newest_only=isinstance(event, Position))]

    def _note_state(self, event: Transport | Position, mono_ns: int) -> list[Effect]:
        was_playing = self.snapshot.is_playing
        self.snapshot = SnapshotState(
            playlist_id=self.snapshot.playlist_id,
            playlist_position=event.playlist_position,
            track_id=event.track_id,
            position_ms=event.position_ms,
            is_playing=event.is_playing_after(was_playing) if isinstance(event, Transport) else event.is_playing,
            corrected_ms=event.corrected_ms,
        )
        return self._persist(mono_ns, at_once=isinstance(event, Transport))

    def _save_activity(self, mono_ns: int) -> list[Effect]:
        due = mono_ns >= self._persisted_ns + self._times.activity_persist_ns
        return self._persist(mono_ns, at_once=False) if due else []

    def _persist(self, mono_ns: int, at_once: bool = True) -> list[Effect]:
        self._persisted_ns = mono_ns
        return [Persist(self.snapshot, at_once)]

    def _seat_becomes(self, state: _SeatState) -> list[Effect]:
        if self._seat is None or self._seat.state is state:
            return []
        self._seat.state = state
        return self._tell_leader(left=state is _SeatState.AWAY)

    def _tell_leader(self, left: bool = False) -> list[Effect]:
        leader = self._connections.get(Role.LEADER)
        if leader is None or self._seat is None or (self._seat.state is _SeatState.AWAY and not left):
            return []
        state = {
            _SeatState.JOINED: ParticipantState.JOINED,
            _SeatState.READY: ParticipantState.READY,
            _SeatState.AWAY: ParticipantState.LEFT,
        }[self._seat.state]
        return [Send(leader, Participant(state=state, display_name=self._seat.account.display_name).to_json())]

    def _fault(self, connection: int, code: int, reason: str, mono_ns: int) -> list[Effect]:
        grace_ns = max(self._times.leader_grace_ns, FAULT_GRACE_NS)
        return [Close(connection, code, reason), *self._drop(connection, grace_ns, mono_ns)]

    def _drop(self, connection: int, leader_grace_ns: int, mono_ns: int) -> list[Effect]:
        role = self._role_of(connection)
        if role is None:
            return []
        del self._connections[role]
        if role is Role.LEADER:
            self._leader_due_ns = mono_ns + leader_grace_ns
        elif self._seat:
            self._seat.empty_since_ns = mono_ns
            self._seat.dropped = True
        return self.tick(mono_ns)

    def _farewell(self, connection: int) -> list[Effect]:
        reason = (self.end_reason or EndReason.ENDED_BY_LEADER).value
        return [Send(connection, SessionEnd(reason=reason).to_json()), Close(connection, CLOSE_SESSION_ENDED, reason)]

"""Whatever people and networks do, in whatever order: what always holds in a room."""

import json

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from protocol.events import EndReason, Participant, Role, SessionEnd, Snapshot, SnapshotState, parse_event
from server.effects import Close, Effect, End, FreeSeat, Persist, Send
from server.limiter import Rate
from server.records import Account
from server.room import TOO_MANY_MESSAGES, Room, RoomTimes

S = 1_000_000_000
MALFORMED = [
    "",
    "null",
    "{",
    '{"type":1}',
    '{"type":"position"}',
    '{"type":"transport","action":"x"}',
    "\ud800",
    "9" * 9000,
]
STEPS = 40
EVENTS = Rate(60, 5)
PEOPLE = [Account("bob", "Bob"), Account("eve", "Eve")]


class RoomMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now_ns = 0
        self.next_connection = 1
        self.open: dict[int, Role] = {}
        self.first_frames: dict[int, str] = {}
        self.last_frames: dict[int, str] = {}
        self.relayed: list[str] = []
        self.expected: list[str] = []
        self.said: list[tuple[int, str]] = []
        self.ends = 0
        self.stored: SnapshotState | None = None
        self.stored_at_once = True

    @initialize(
        grace_s=st.sampled_from([0, 2, 10]), leader_seen=st.booleans(), follower=st.sampled_from([None, *PEOPLE])
    )
    def make(self, grace_s: int, leader_seen: bool, follower: Account | None) -> None:
        times = RoomTimes(grace_s * S, 60 * S, 300 * S, 30 * S, EVENTS)
        snapshot = SnapshotState(
            playlist_id="p", playlist_position=0, position_ms=0, is_playing=False, corrected_ms=1_800_000_000_000
        )
        self.room = Room(snapshot, follower, leader_seen, times, 0)
        self.latest = snapshot
        self.stored = snapshot
        self.settle()

    def apply(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send(connection, text):
                    assert connection in self.open, "sent to a connection that is gone"
                    self.first_frames.setdefault(connection, text)
                    self.last_frames[connection] = text
                    event = parse_event(text)
                    if self.open[connection] is Role.FOLLOWER and text in self.expected:
                        self.relayed.append(text)
                    if isinstance(event, Participant):
                        assert self.open[connection] is Role.LEADER
                        self.said.append((connection, event.state.value))
                case Close(connection, code, reason):
                    assert connection in self.open, "closed twice"
                    assert len(reason.encode()) <= 123
                    if code == 4000:
                        assert isinstance(parse_event(self.last_frames[connection]), SessionEnd)
                    del self.open[connection]
                case Persist(snapshot, at_once):
                    self.stored = snapshot
                    self.stored_at_once = at_once
                case FreeSeat():
                    assert self.room.follower is None
                case End():
                    self.ends += 1

    def settle(self) -> None:
        for _ in range(10):
            due_ns = self.room.next_due_ns()
            if due_ns is None or due_ns > self.now_ns:
                return
            self.apply(self.room.tick(self.now_ns))
        raise AssertionError("the room is never done")

    def connection_of(self, role: Role) -> int | None:
        return next((number for number, known in self.open.items() if known is role), None)

    @rule(role=st.sampled_from(Role))
    def connect(self, role: Role) -> None:
        number, self.next_connection = self.next_connection, self.next_connection + 1
        self.open[number] = role
        self.apply(self.room.connected(role, number, self.now_ns))
        self.settle()

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def lose(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.open)))
        del self.open[number]
        self.apply(self.room.disconnected(number, self.now_ns))
        self.settle()

    @rule(number=st.integers(1, 20))
    def hear_of_an_old_connection(self, number: int) -> None:
        if number not in self.open:
            assert self.room.disconnected(number, self.now_ns) == []
            assert self.room.received(number, '{"type":"leave"}', self.now_ns) == []

    @precondition(lambda self: self.connection_of(Role.LEADER) is not None)
    @rule(position_ms=st.integers(0, 10**6), is_playing=st.booleans(), transport=st.booleans())
    def lead(self, position_ms: int, is_playing: bool, transport: bool) -> None:
        leader = self.connection_of(Role.LEADER)
        assert leader is not None
        action = {"type": "transport", "action": "play" if is_playing else "pause"}
        event = action if transport else {"type": "position", "isPlaying": is_playing}
        stamp = {"correctedMs": 1_800_000_000_000 + len(self.expected), "positionMs": position_ms}
        text = json.dumps({**event, **stamp, "playlistPosition": 1, "trackId": "t", "new": "field"})
        if self.connection_of(Role.FOLLOWER) is not None:
            self.expected.append(text)
        self.apply(self.room.received(leader, text, self.now_ns))
        self.latest = SnapshotState(
            playlist_id="p",
            playlist_position=1,
            track_id="t",
            is_playing=is_playing,
            position_ms=position_ms,
            corrected_ms=stamp["correctedMs"],
        )
        assert self.stored == self.latest
        assert self.stored_at_once is transport
        self.settle()

    @precondition(lambda self: self.open)
    @rule(data=st.data(), text=st.sampled_from(MALFORMED) | st.text(max_size=20))
    def say_nonsense(self, data: st.DataObject, text: str) -> None:
        number = data.draw(st.sampled_from(sorted(self.open)))
        effects = self.room.received(number, text, self.now_ns)
        assert not [effect for effect in effects if isinstance(effect, Send) and effect.text == text]
        assert not [effect for effect in effects if isinstance(effect, End)]
        self.apply(effects)
        assert number not in self.open
        self.settle()

    @precondition(lambda self: self.connection_of(Role.FOLLOWER) is not None)
    @rule(kind=st.sampled_from(["ping", "ready", "leave", "pong", "something_new"]))
    def follow(self, kind: str) -> None:
        follower = self.connection_of(Role.FOLLOWER)
        assert follower is not None
        self.apply(self.room.received(follower, json.dumps({"type": kind}), self.now_ns))
        assert (follower in self.open) == (kind != "leave")
        self.settle()

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def say_bytes(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.open)))
        effects = self.room.received_binary(number, self.now_ns)
        assert Close(number, 1003, "send JSON in text frames, not binary frames") in effects
        self.apply(effects)
        self.settle()

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def flood(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.open)))
        others = [other for other in self.open if other != number]
        answered = 0
        while True:
            effects = self.room.received(number, '{"type":"ping"}', self.now_ns)
            self.apply(effects)
            if number not in self.open:
                break
            answered += 1
            assert answered <= EVENTS.count
        # Every step before this one has said at most one thing on this connection.
        assert answered >= EVENTS.count - STEPS
        assert Close(number, 1008, TOO_MANY_MESSAGES) in effects
        assert all(other in self.open for other in others), "somebody else was closed for it"
        self.settle()

    @rule(account=st.sampled_from(PEOPLE))
    def join(self, account: Account) -> None:
        self.apply(self.room.follower_joined(account, self.now_ns))
        self.settle()

    @rule()
    def leave(self) -> None:
        self.apply(self.room.follower_left())

    @rule(seconds=st.sampled_from([0.25, 1, 3, 11, 61, 301]))
    def wait(self, seconds: float) -> None:
        target_ns = self.now_ns + int(seconds * S)
        while (due_ns := self.room.next_due_ns()) is not None and due_ns <= target_ns:
            self.now_ns = max(self.now_ns, due_ns)
            self.settle()
        self.now_ns = target_ns

    @precondition(lambda self: self.ends == 0)
    @rule(reason=st.sampled_from(EndReason))
    def end(self, reason: EndReason) -> None:
        self.apply(self.room.end(reason))
        assert self.room.end_reason is reason

    @invariant()
    def holds(self) -> None:
        if not hasattr(self, "room"):
            return
        roles = list(self.open.values())
        assert len(roles) == len(set(roles)), "two sockets of one participant"
        assert all(isinstance(parse_event(text), Snapshot) for text in self.first_frames.values())
        assert self.relayed == self.expected, "the follower missed an event, or heard what nobody said"
        assert all(one != other for one, other in zip(self.said, self.said[1:], strict=False)), "said twice"
        assert self.room.snapshot == self.latest
        assert self.stored == self.latest
        assert self.ends == (self.room.end_reason is not None)
        if self.ends:
            assert not self.open
            assert self.room.next_due_ns() is None


RoomMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=STEPS, deadline=None)
TestRoom = RoomMachine.TestCase

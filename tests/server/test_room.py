"""The room's decisions, at exact times."""

import json

import pytest

from protocol.events import EndReason, Participant, Pong, Role, SessionEnd, Snapshot, SnapshotState, parse_event
from server.effects import Close, Effect, End, FreeSeat, Persist, Send
from server.limiter import Rate
from server.records import Account
from server.room import FAULT_GRACE_NS, Room, RoomTimes

S = 1_000_000_000
EVENTS = Rate(100, 5)
TIMES = RoomTimes(10 * S, 600 * S, 7200 * S, 60 * S, EVENTS)
BOB = Account("bob", "Bob")
EVE = Account("eve", "Eve")
LEADER, FOLLOWER = 1, 2
CORRECTED_MS = 1_800_000_000_000


def make_room(follower: Account | None = None, leader_seen: bool = False, times: RoomTimes = TIMES) -> Room:
    snapshot = SnapshotState(
        playlist_id="p", playlist_position=0, position_ms=0, is_playing=False, corrected_ms=CORRECTED_MS
    )
    return Room(snapshot, follower, leader_seen, times, 0)


def full_room(times: RoomTimes = TIMES) -> Room:
    room = make_room(times=times)
    room.connected(Role.LEADER, LEADER, 0)
    room.follower_joined(BOB, 0)
    room.connected(Role.FOLLOWER, FOLLOWER, 0)
    return room


def position(**changes: object) -> str:
    event = {"type": "position", "correctedMs": CORRECTED_MS, "positionMs": 5, "isPlaying": True}
    return json.dumps(event | {"playlistPosition": 2, "trackId": "t"} | changes)


def transport(action: str, **changes: object) -> str:
    event = {"type": "transport", "action": action, "correctedMs": CORRECTED_MS, "positionMs": 5}
    return json.dumps(event | {"playlistPosition": 2, "trackId": "t"} | changes)


def told(effects: list[Effect], connection: int) -> list[str]:
    """Return participant states sent to a connection."""
    events = [parse_event(effect.text) for effect in effects if isinstance(effect, Send)]
    sent = [effect.connection for effect in effects if isinstance(effect, Send)]
    return [e.state.value for e, c in zip(events, sent, strict=True) if c == connection and isinstance(e, Participant)]


def test_the_first_frame_is_the_snapshot() -> None:
    effects = make_room().connected(Role.LEADER, LEADER, 0)
    assert isinstance(effects[0], Send)
    assert isinstance(parse_event(effects[0].text), Snapshot)


def test_the_leaders_words_reach_the_follower_unchanged() -> None:
    room = full_room()
    text = transport("play", futureField={"a": [1, 2]})
    assert Send(FOLLOWER, text, newest_only=False) in room.received(LEADER, text, 1)
    text = position(alsoNew=" spaces  ")
    assert Send(FOLLOWER, text, newest_only=True) in room.received(LEADER, text, 2)


@pytest.mark.parametrize(
    ("before", "action", "after"),
    [
        (False, "play", True),
        (True, "pause", False),
        (True, "seek", True),
        (False, "seek", False),
        (True, "skip_next", True),
        (False, "track_change", False),
    ],
)
def test_only_play_and_pause_change_whether_the_snapshot_plays(before: bool, action: str, after: bool) -> None:
    room = full_room()
    room.received(LEADER, position(isPlaying=before), 0)
    room.received(LEADER, transport(action, positionMs=77, playlistPosition=4, trackId="u"), 0)
    assert room.snapshot == SnapshotState(
        playlist_id="p",
        playlist_position=4,
        track_id="u",
        position_ms=77,
        is_playing=after,
        corrected_ms=CORRECTED_MS,
    )


def test_a_transport_is_to_be_stored_at_once_and_a_position_with_the_next_batch() -> None:
    room = full_room()
    effects = room.received(LEADER, transport("play"), 5 * S)
    assert Persist(room.snapshot, at_once=True) in effects
    effects = room.received(LEADER, position(positionMs=250), 5 * S + S // 4)
    assert Persist(room.snapshot, at_once=False) in effects
    assert room.snapshot.position_ms == 250


def test_the_leader_hears_of_each_change_of_the_follower_once() -> None:
    room = make_room()
    room.connected(Role.LEADER, LEADER, 0)
    assert told(room.follower_joined(BOB, 0), LEADER) == ["joined"]
    assert told(room.follower_joined(BOB, 0), LEADER) == []
    assert told(room.connected(Role.FOLLOWER, FOLLOWER, 0), LEADER) == []
    assert told(room.received(FOLLOWER, '{"type":"ready"}', 0), LEADER) == ["ready"]
    assert told(room.received(FOLLOWER, '{"type":"ready"}', 0), LEADER) == []
    assert told(room.received(FOLLOWER, '{"type":"leave"}', 0), LEADER) == ["left"]


def test_a_follower_that_reconnects_is_not_ready_until_it_says_so() -> None:
    room = full_room()
    room.received(FOLLOWER, '{"type":"ready"}', 0)
    assert told(room.disconnected(FOLLOWER, S), LEADER) == []
    assert told(room.connected(Role.FOLLOWER, 3, 2 * S), LEADER) == ["joined"]
    assert told(room.received(3, '{"type":"ready"}', 2 * S), LEADER) == ["ready"]


def test_a_follower_away_for_the_grace_has_left_but_keeps_its_seat() -> None:
    room = full_room()
    room.disconnected(FOLLOWER, S)
    assert room.next_due_ns() == 11 * S
    assert told(room.tick(11 * S), LEADER) == ["left"]
    assert room.follower == BOB
    assert told(room.connected(Role.FOLLOWER, 3, 500 * S), LEADER) == ["joined"]


def test_an_unused_seat_is_freed_when_its_token_is_worth_nothing_any_more() -> None:
    room = full_room()
    room.disconnected(FOLLOWER, S)
    room.tick(11 * S)
    assert room.tick(601 * S) == [FreeSeat("bob")]
    assert room.follower is None


def test_a_leader_that_connects_is_told_of_the_follower_after_the_snapshot() -> None:
    room = make_room(follower=BOB, leader_seen=True)
    room.connected(Role.FOLLOWER, FOLLOWER, 0)
    room.received(FOLLOWER, '{"type":"ready"}', 0)
    effects = room.connected(Role.LEADER, LEADER, 0)
    assert [type(parse_event(e.text)) for e in effects if isinstance(e, Send)] == [Snapshot, Participant]
    assert told(effects, LEADER) == ["ready"]


def test_leave_frees_the_seat_for_somebody_else() -> None:
    room = full_room()
    effects = room.received(FOLLOWER, '{"type":"leave"}', 0)
    assert Close(FOLLOWER, 1000, "the follower left") in effects
    assert FreeSeat("bob") in effects
    assert told(room.follower_joined(EVE, 0), LEADER) == ["joined"]
    assert room.follower == EVE


def test_the_leaders_leave_ends_the_session_for_both() -> None:
    room = full_room()
    effects = room.received(LEADER, '{"type":"leave"}', 0)
    goodbye = SessionEnd(reason="ended_by_leader").to_json()
    for connection in (LEADER, FOLLOWER):
        at = effects.index(Send(connection, goodbye))
        assert effects[at + 1] == Close(connection, 4000, "ended_by_leader")
    assert effects[-1] == End(EndReason.ENDED_BY_LEADER)


def test_a_lost_leader_may_come_back_within_the_grace() -> None:
    room = full_room()
    assert room.disconnected(LEADER, S) == []
    assert room.tick(11 * S - 1) == []
    room.connected(Role.LEADER, 3, 11 * S - 1)
    assert room.tick(12 * S) == []
    assert room.end_reason is None


def test_a_leader_lost_for_the_grace_ends_the_session() -> None:
    room = full_room()
    room.disconnected(LEADER, S)
    effects = room.tick(11 * S)
    assert effects[:2] == [Send(FOLLOWER, SessionEnd(reason="leader_lost").to_json()), Close(2, 4000, "leader_lost")]
    assert effects[-1] == End(EndReason.LEADER_LOST)
    assert room.next_due_ns() is None


def test_without_grace_a_lost_leader_ends_the_session_at_once() -> None:
    room = full_room(RoomTimes(0, 600 * S, 7200 * S, 60 * S, EVENTS))
    assert room.disconnected(LEADER, 5)[-1] == End(EndReason.LEADER_LOST)


def test_even_without_grace_a_malformed_event_does_not_end_the_session() -> None:
    room = full_room(RoomTimes(0, 600 * S, 7200 * S, 60 * S, EVENTS))
    assert not [e for e in room.received(LEADER, position(positionMs=-1), 0) if isinstance(e, End)]
    assert not room.tick(FAULT_GRACE_NS - 1)
    room.connected(Role.LEADER, 3, FAULT_GRACE_NS - 1)
    assert room.end_reason is None


def test_a_leader_that_never_connected_has_the_idle_time_not_the_grace() -> None:
    room = make_room()
    assert room.tick(3600 * S) == []
    assert room.tick(7200 * S) == [End(EndReason.EXPIRED)]


def test_after_a_restart_the_leader_has_one_grace() -> None:
    room = make_room(follower=BOB, leader_seen=True)
    assert room.next_due_ns() == 10 * S
    assert room.tick(10 * S) == [End(EndReason.LEADER_LOST)]


def test_whoever_could_not_come_back_has_the_full_time_from_then_on() -> None:
    room = full_room()
    room.disconnected(LEADER, 0)
    room.disconnected(FOLLOWER, 0)
    room.renew_grace(8 * S)
    assert room.tick(17 * S) == []
    assert room.tick(18 * S)[-1] == End(EndReason.LEADER_LOST)
    room = full_room()
    room.renew_grace(8 * S)
    assert room.next_due_ns() == TIMES.idle_ns


def test_a_ping_keeps_a_session_from_expiring_and_is_stored_once_a_minute() -> None:
    room = full_room()
    assert room.received(FOLLOWER, '{"type":"ping","id":7}', 30 * S) == [Send(FOLLOWER, Pong(id=7).to_json())]
    assert Persist(room.snapshot, at_once=False) in room.received(LEADER, '{"type":"ping"}', 61 * S)
    assert room.tick(7200 * S) == []
    assert room.tick(7261 * S)[-1] == End(EndReason.EXPIRED)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (position(positionMs=-1), "positionMs"),
        (position(positionMs="5"), "positionMs"),
        (position(correctedMs=5), "correctedMs"),
        (position(trackId=None), "trackId"),
        (transport("dance"), "action"),
        ('{"type":"position"}', "correctedMs"),
        (position(positionMs=float("nan")), "positionMs"),
        (position(unknown=float("nan")), "not JSON"),
        ("", "not JSON"),
        ("[1]", "not a JSON object"),
        ("{}", "type"),
        ('{"type":"snapshot"}', "playlistId"),
        ('{"type":"session_end","reason":"x"}', "type"),
        ('{"type":"participant","state":"left"}', "type"),
        ("[" * 5000, "not JSON"),
    ],
)
def test_a_malformed_event_closes_its_sender_with_the_field_and_reaches_nobody(text: str, field: str) -> None:
    room = full_room()
    before = room.snapshot
    (close,) = room.received(LEADER, text, 0)
    assert isinstance(close, Close)
    assert (close.connection, close.code) == (LEADER, 1008)
    assert close.reason.startswith(field)
    assert len(close.reason.encode()) <= 123
    assert room.snapshot == before
    assert room.received(LEADER, position(), 0) == []


@pytest.mark.parametrize("text", [position(), transport("play")])
def test_a_follower_may_not_steer(text: str) -> None:
    room = full_room()
    (close,) = room.received(FOLLOWER, text, 0)
    assert isinstance(close, Close)
    assert close.code == 1008
    assert "a follower may send ping, ready and leave" in close.reason


def test_a_binary_frame_is_refused() -> None:
    room = full_room()
    assert room.received_binary(LEADER, 0) == [Close(LEADER, 1003, "send JSON in text frames, not binary frames")]


@pytest.mark.parametrize("text", ['{"type":"dance","x":1}', '{"type":"pong"}', '{"type":"ready"}'])
def test_unknown_and_harmless_events_are_ignored(text: str) -> None:
    assert full_room().received(LEADER, text, 0) == []


def test_a_second_socket_of_a_participant_takes_over() -> None:
    room = full_room()
    effects = room.connected(Role.FOLLOWER, 3, 0)
    assert effects[0] == Close(FOLLOWER, 4001, "replaced")
    assert room.received(FOLLOWER, '{"type":"leave"}', 0) == []
    assert room.disconnected(FOLLOWER, 0) == []
    assert Send(3, position(), newest_only=True) in room.received(LEADER, position(), 0)


def test_whoever_connects_after_the_end_is_told_why() -> None:
    room = full_room()
    room.end(EndReason.ENDED_BY_LEADER)
    kinds = [type(effect) for effect in room.connected(Role.FOLLOWER, 9, 0)]
    assert kinds == [Send, Send, Close]


def test_a_close_reason_is_cut_at_a_whole_character() -> None:
    assert Close(1, 1008, "ä" * 100).reason == "ä" * 61

"""The WebSocket with real sockets: what each side hears, and how each connection ends."""

import asyncio
import json
import socket
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import websockets

from protocol.events import Participant, ParticipantState, Pong, Position, SessionEnd, Snapshot, Transport
from protocol.rest import CreateSessionResponse, ErrorBody, SessionDetail
from tests.server.harness import Person, RunningServer, Socket, Start, http


class Pair:
    """A session with its leader and its follower connected."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.ann: Person = server.person("Ann")
        self.bob: Person = server.person("Bob")
        self.session: CreateSessionResponse = self.ann.create()
        self.follower_token = self.bob.join(self.session.join_code).ws_token

    async def connect(self) -> tuple[Socket, Socket]:
        leader, follower = await self.leader(), await self.follower()
        assert isinstance(await leader.event(), Snapshot)
        assert await leader.event() == Participant(state=ParticipantState.JOINED, display_name="Bob")
        assert isinstance(await follower.event(), Snapshot)
        return leader, follower

    async def leader(self) -> Socket:
        return await self.server.socket(self.session.session_id, self.session.ws_token)

    async def follower(self) -> Socket:
        return await self.server.socket(self.session.session_id, self.follower_token)


@pytest.fixture
def pair(server: RunningServer) -> Pair:
    return Pair(server)


async def hang_up(*sides: Socket) -> None:
    for side in sides:
        await side.connection.close()


async def test_events_reach_the_follower_word_for_word_and_in_order(pair: Pair) -> None:
    leader, follower = await pair.connect()
    sent = [
        await leader.transport("play", positionMs=0),
        await leader.transport("seek", positionMs=60_000, newField={"nested": [1, None]}),
        await leader.position(positionMs=60_250),
        await leader.transport("pause"),
    ]
    kinds = [type(await follower.event()) for _ in sent]
    assert follower.texts[1:] == sent
    assert kinds == [Transport, Transport, Position, Transport]


async def test_a_late_follower_gets_the_state_as_it_is(pair: Pair) -> None:
    leader = await pair.leader()
    await leader.transport(
        "play", positionMs=41, playlistPosition=2, trackId="spotify:track:x", correctedMs=1_800_000_000_000
    )
    await leader.send("ping", id=1)
    while not isinstance(await leader.event(), Pong):
        pass
    follower = await pair.follower()
    snapshot = await follower.event()
    assert snapshot == Snapshot(
        playlist_id="playlist",
        playlist_position=2,
        track_id="spotify:track:x",
        position_ms=41,
        is_playing=True,
        corrected_ms=1_800_000_000_000,
    )
    answer = pair.bob.request("GET", f"/runbuddy/sessions/{pair.session.session_id}")
    assert SessionDetail.model_validate(answer.json()).snapshot.position_ms == 41


async def test_both_sides_get_their_ping_back(pair: Pair) -> None:
    leader, follower = await pair.connect()
    for side in (leader, follower):
        await side.send("ping", id=42)
        assert await side.event() == Pong(id=42)
        await side.send("ping")
        assert await side.event() == Pong()


async def test_the_leader_sees_its_follower_come_get_ready_and_go(server: RunningServer) -> None:
    ann, bob = server.person("Ann"), server.person("Bob")
    session = ann.create()
    leader = await server.socket(session.session_id, session.ws_token)
    await leader.event()
    token = await asyncio.to_thread(lambda: bob.join(session.join_code).ws_token)
    assert await leader.event() == Participant(state=ParticipantState.JOINED, display_name="Bob")
    follower = await server.socket(session.session_id, token)
    await follower.send("ready")
    assert await leader.event() == Participant(state=ParticipantState.READY, display_name="Bob")
    await follower.send("leave")
    assert await leader.event() == Participant(state=ParticipantState.LEFT, display_name="Bob")
    assert (await follower.closed())[0] == 1000
    await asyncio.to_thread(server.person("Eve").join, session.join_code)
    assert await leader.event() == Participant(state=ParticipantState.JOINED, display_name="Eve")
    with pytest.raises(websockets.InvalidStatus):
        await server.socket(session.session_id, token)


async def test_the_token_is_also_taken_from_the_header(pair: Pair) -> None:
    leader = await pair.server.socket(pair.session.session_id, pair.session.ws_token, in_header=True)
    assert isinstance(await leader.event(), Snapshot)


async def test_a_token_opens_no_other_session_and_no_wrong_one_opens_any(pair: Pair) -> None:
    other = await asyncio.to_thread(pair.bob.create)
    addresses = [
        f"?sessionId={other.session_id}&token={pair.session.ws_token}",
        f"?sessionId={pair.session.session_id}&token=wrong",
        f"?sessionId={pair.session.session_id}&token=%ED%A0%80",
        f"?sessionId={pair.session.session_id}&token={pair.ann.token}",
        f"?sessionId={pair.session.session_id}",
        f"?sessionId=nonsense&token={pair.session.ws_token}",
        f"?token={pair.session.ws_token}",
        "",
    ]
    for address in addresses:
        with pytest.raises(websockets.InvalidStatus) as caught:
            await websockets.connect(f"{pair.session.ws_url}{address}")
        assert caught.value.response.status_code == (401 if "sessionId" in address else 422)
        assert ErrorBody.model_validate_json(bytes(caught.value.response.body)).message


async def test_ending_over_rest_tells_both_and_closes_both(pair: Pair) -> None:
    leader, follower = await pair.connect()
    await asyncio.to_thread(pair.ann.request, "POST", f"/runbuddy/sessions/{pair.session.session_id}/end")
    for side in (leader, follower):
        assert await side.event() == SessionEnd(reason="ended_by_leader")
        assert await side.closed() == (4000, "ended_by_leader")


async def test_whoever_was_away_at_the_end_is_told_when_it_comes_back(pair: Pair) -> None:
    leader, follower = await pair.connect()
    await hang_up(follower)
    await leader.send("leave")
    assert await leader.closed() == (4000, "ended_by_leader")
    back = await pair.follower()
    assert isinstance(await back.event(), Snapshot)
    assert await back.event() == SessionEnd(reason="ended_by_leader")
    assert await back.closed() == (4000, "ended_by_leader")


async def test_leaving_over_rest_closes_the_followers_socket(pair: Pair) -> None:
    leader, follower = await pair.connect()
    await asyncio.to_thread(pair.bob.request, "POST", f"/runbuddy/sessions/{pair.session.session_id}/leave")
    assert await leader.event() == Participant(state=ParticipantState.LEFT, display_name="Bob")
    assert await follower.closed() == (1000, "the follower left")


async def test_a_second_socket_takes_over_and_the_first_is_told_why(pair: Pair) -> None:
    leader, follower = await pair.connect()
    second = await pair.follower()
    assert await follower.closed() == (4001, "replaced")
    assert isinstance(await second.event(), Snapshot)
    text = await leader.position()
    await second.event()
    assert second.texts[-1] == text


def read_all(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


BAD_FRAMES: list[tuple[Any, int, str]] = [
    ('{"type":"position"}', 1008, "correctedMs"),
    ('{"type":"transport","action":"dance"}', 1008, "action"),
    ("not json", 1008, "not JSON"),
    ("", 1008, "not JSON"),
    ('{"type":"snapshot"}', 1008, "playlistId"),
    ('{"type":"session_end","reason":"x"}', 1008, "type"),
    (b"\x00\x01", 1003, "text frames"),
    ("x" * 9000, 1009, ""),
]


@pytest.mark.parametrize(("frame", "code", "reason"), BAD_FRAMES)
async def test_a_broken_frame_closes_its_sender_and_the_session_goes_on(
    pair: Pair, frame: Any, code: int, reason: str
) -> None:
    leader, follower = await pair.connect()
    await leader.connection.send(frame)
    closed, why = await leader.closed()
    assert closed == code
    assert reason in str(why)
    again = await pair.leader()
    text = await again.transport("play")
    await follower.event()
    assert follower.texts[1:] == [text]


async def test_text_that_is_not_utf8_closes_its_sender_and_the_session_goes_on(pair: Pair) -> None:
    leader, follower = await pair.connect()
    await leader.connection.send(b"\xff\xfe", text=True)
    assert (await leader.closed())[0] == 1007
    again = await pair.leader()
    text = await again.transport("play")
    await follower.event()
    assert follower.texts[1:] == [text]


async def test_a_follower_that_steers_is_shown_the_door_and_the_leader_hears_nothing(pair: Pair) -> None:
    leader, follower = await pair.connect()
    await follower.transport("play")
    code, reason = await follower.closed()
    assert (code, reason) == (1008, "type: a follower may send ping, ready and leave, not transport")
    await leader.send("ping", id=1)
    assert await leader.event() == Pong(id=1)


async def test_events_of_a_newer_version_are_ignored(pair: Pair) -> None:
    leader, follower = await pair.connect()
    await leader.send("heart_rate", bpm=170)
    text = await leader.position()
    await follower.event()
    assert follower.texts[1:] == [text]


async def test_a_lost_leader_ends_the_session_after_the_grace(start: Start) -> None:
    pair = Pair(start(leader_grace_s=0.2))
    leader, follower = await pair.connect()
    leader.connection.transport.abort()
    assert await follower.event() == SessionEnd(reason="leader_lost")
    assert await follower.closed() == (4000, "leader_lost")
    answer = pair.bob.request("GET", f"/runbuddy/sessions/{pair.session.session_id}")
    assert answer.json()["status"] == "ended"


async def test_a_leader_back_within_the_grace_goes_on(pair: Pair) -> None:
    leader, follower = await pair.connect()
    leader.connection.transport.abort()
    again = await pair.leader()
    assert isinstance(await again.event(), Snapshot)
    assert await again.event() == Participant(state=ParticipantState.JOINED, display_name="Bob")
    text = await again.transport("play")
    await follower.event()
    assert follower.texts[1:] == [text]


async def test_grace_zero_ends_at_once(start: Start) -> None:
    pair = Pair(start(leader_grace_s=0))
    leader, follower = await pair.connect()
    await hang_up(leader)
    assert await follower.event() == SessionEnd(reason="leader_lost")


async def test_an_idle_session_expires_for_those_connected_too(start: Start) -> None:
    pair = Pair(start(idle_ttl_s=1.0))
    leader, follower = await pair.connect()
    for side in (leader, follower):
        assert await side.event() == SessionEnd(reason="expired")


async def test_an_expired_token_opens_nothing_until_the_participant_joins_again(start: Start, tmp_path: Path) -> None:
    pair = Pair(start())
    with sqlite3.connect(tmp_path / "server.db") as database:
        database.execute("UPDATE runbuddy_ws_tokens SET expires_at = 1")
    database.close()
    for connect in (pair.leader, pair.follower):
        with pytest.raises(websockets.InvalidStatus):
            await connect()
    fresh = await asyncio.to_thread(pair.ann.join, pair.session.session_id)
    leader = await pair.server.socket(pair.session.session_id, fresh.ws_token)
    assert isinstance(await leader.event(), Snapshot)
    assert await leader.event() == Participant(state=ParticipantState.JOINED, display_name="Bob")


async def test_a_session_that_idled_away_unseen_is_over_for_a_socket_too(start: Start, tmp_path: Path) -> None:
    server = start(sweep_interval_s=3600)
    session = server.person("Ann").create()
    with sqlite3.connect(tmp_path / "server.db", timeout=10) as database:
        database.execute("UPDATE runbuddy_sessions SET expires_at = 1")
    database.close()
    late = await server.socket(session.session_id, session.ws_token)
    assert isinstance(await late.event(), Snapshot)
    assert await late.event() == SessionEnd(reason="expired")
    assert await late.closed() == (4000, "expired")


async def test_a_former_followers_token_opens_nothing_once_somebody_else_sits_there(pair: Pair) -> None:
    _, follower = await pair.connect()
    await follower.send("leave")
    await follower.closed()
    eve = pair.server.person("Eve")
    token = (await asyncio.to_thread(eve.join, pair.session.join_code)).ws_token
    assert isinstance(await (await pair.server.socket(pair.session.session_id, token)).event(), Snapshot)
    with pytest.raises(websockets.InvalidStatus):
        await pair.follower()


async def test_a_wrong_token_in_the_query_is_not_mended_by_a_right_one_in_the_header(pair: Pair) -> None:
    address = f"{pair.session.ws_url}?sessionId={pair.session.session_id}&token=wrong"
    headers = {"Authorization": f"Bearer {pair.session.ws_token}"}
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(address, additional_headers=headers)


async def test_a_token_in_use_is_kept_alive(start: Start, tmp_path: Path) -> None:
    pair = Pair(start(token_ttl_s=2.0))
    database = sqlite3.connect(tmp_path / "server.db")

    def first_to_expire_ms() -> int:
        return int(database.execute("SELECT min(expires_at) FROM runbuddy_ws_tokens").fetchone()[0])

    created_ms = first_to_expire_ms()
    leader, follower = await pair.connect()
    async with asyncio.timeout(10):
        while first_to_expire_ms() < created_ms + 2000:
            for side in (leader, follower):
                await side.send("ping")
                await side.event()
    database.close()
    await hang_up(leader, follower)
    await pair.connect()


async def test_no_token_is_stored_as_it_is(start: Start, tmp_path: Path) -> None:
    pair = Pair(start())
    leader, follower = await pair.connect()
    await hang_up(leader, follower)
    stored = read_all(tmp_path)
    assert pair.session.session_id.encode() in stored
    for token in (pair.ann.token, pair.bob.token, pair.session.ws_token, pair.follower_token):
        assert token.encode() not in stored


async def test_a_follower_that_does_not_read_delays_nobody(server: RunningServer) -> None:
    """The stalled session's socket is full long before the end; the leader and another session go on."""
    stalled, other = Pair(server), Pair(server)
    address = f"{stalled.session.ws_url}?sessionId={stalled.session.session_id}&token={stalled.follower_token}"
    narrow = socket.create_connection(("127.0.0.1", server.port))
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 128 * 1024)
    sleeper = await websockets.connect(address, sock=narrow, max_queue=1)
    sleeper.transport.pause_reading()
    leader = await stalled.leader()
    await leader.event()
    fat = {"padding": "x" * 7000}
    for _ in range(1200):
        await leader.position(**fat)
    await leader.send("ping", id=1)
    while not isinstance(event := await leader.event(), Pong):
        pass
    assert event == Pong(id=1)
    one, two = await other.connect()
    text = await one.position()
    await two.event()
    assert two.texts[-1] == text
    last = await leader.position(positionMs=777, **fat)
    sleeper.transport.resume_reading()
    received: list[str] = []
    while not received or json.loads(received[-1]).get("positionMs") != 777:
        received.append(str(await asyncio.wait_for(sleeper.recv(), 10)))
    assert received[-1] == last
    assert len(received) < 1200
    await sleeper.close()


async def test_an_unknown_websocket_address_is_refused(server: RunningServer) -> None:
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(f"ws://127.0.0.1:{server.port}/elsewhere")


def test_the_websocket_address_is_nothing_for_plain_http(server: RunningServer) -> None:
    assert http("GET", f"{server.base_url}/runbuddy/ws").status_code == 404

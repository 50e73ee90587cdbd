"""Events go both ways over a real connection, and its end is a clean one."""

import asyncio
import json
import socket
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.errors import SessionEndedError
from client.socket import CloseKind, RunBuddyWebSocketClient, SocketState
from protocol.events import (
    Leave,
    Ping,
    Pong,
    Ready,
    SessionEnd,
)
from tests.client.buddy import POSITION, SNAPSHOT, TOKEN, Buddy, Room, listen, say, transport


async def test_events_arrive_in_order_and_the_end_ends_it():
    events = [SNAPSHOT, POSITION, transport(), SessionEnd(reason="ended_by_leader")]
    async with Room(say(*events)) as room, Buddy(room.url) as buddy:
        reason = await buddy.run
        assert [buddy.events.get_nowait() for _ in events] == events
    assert reason.kind is CloseKind.SESSION_ENDED
    assert isinstance(reason.error, SessionEndedError)
    assert reason.error.reason == "ended_by_leader"
    assert str(reason.error).startswith("the leader ended the session")
    assert buddy.states == [SocketState.CONNECTING, SocketState.CONNECTED, SocketState.CLOSED]


async def test_session_and_token_go_into_the_query_percent_encoded():
    async with Room(say()) as room, Buddy(room.url) as buddy:
        await buddy.run
    query = urlsplit(room.paths[0]).query
    assert parse_qs(query, strict_parsing=True) == {"sessionId": ["s 1"], "token": [TOKEN]}
    assert TOKEN not in query


async def test_what_is_sent_arrives_in_order():
    async with Room(listen) as room, Buddy(room.url) as buddy:
        await buddy.events.get()
        sent = [Ready(), POSITION, transport(1), Ping(id=1), transport(2)]
        assert all(buddy.client.send(event) for event in sent)
        assert [await room.received.get() for _ in sent] == sent


async def test_close_sends_what_is_queued_first():
    async with Room(listen) as room, Buddy(room.url) as buddy:
        await buddy.events.get()
        buddy.client.send(transport(1))
        buddy.client.send(Leave())
        await buddy.client.close()
        reason = await buddy.run
        assert (reason.kind, reason.error) == (CloseKind.CLOSED, None)
        assert [await room.received.get() for _ in range(2)] == [transport(1), Leave()]
        assert not buddy.client.send(transport(2))
    assert buddy.states[-1] is SocketState.CLOSED


async def test_after_leave_a_normal_close_is_the_end():
    async def script(connection, room):
        await connection.send(SNAPSHOT.to_json())
        await connection.recv()
        await connection.close(1000)

    async with Room(script) as room, Buddy(room.url) as buddy:
        await buddy.events.get()
        buddy.client.send(Leave())
        assert (await buddy.run).kind is CloseKind.CLOSED
        assert len(room.paths) == 1


async def test_a_callback_that_fails_leaves_no_connection_behind():
    def fail(event):
        raise OSError("a defect")

    async with Room(listen) as room:
        client = RunBuddyWebSocketClient(room.url, "s", "t", on_event=fail, on_state=lambda state: None)
        with pytest.raises(OSError, match="a defect"):
            await client.run()


async def test_bad_events_are_reported_and_unknown_ones_ignored():
    bad = [
        "{",
        "[]",
        "{}",
        '{"type": "position"}',
        json.dumps({**POSITION.to_wire(), "positionMs": -1}),
        b"\xff",
        "x" * 9000,
    ]
    messages = [*bad, '{"type": "fireworks"}', '{"type": "pong", "id": 4, "later": true}', SNAPSHOT]
    async with Room(say(*messages)) as room, Buddy(room.url) as buddy:
        await buddy.run
    assert len(buddy.bad) == len(bad)
    assert [buddy.events.get_nowait() for _ in range(2)] == [Pong(id=4), SNAPSHOT]
    assert buddy.events.empty()


@given(st.lists(st.text() | st.binary(), min_size=1, max_size=5))
def test_whatever_the_other_side_says_the_connection_goes_on(messages):
    async def scenario():
        async with Room(say(*messages, SNAPSHOT)) as room, Buddy(room.url) as buddy:
            assert (await buddy.run).kind is CloseKind.SESSION_ENDED
            assert len(room.paths) == 1
            assert buddy.events.get_nowait() == SNAPSHOT

    asyncio.run(scenario())


async def test_close_before_run_and_twice():
    client = RunBuddyWebSocketClient("ws://127.0.0.1:9/x", "s", "t", on_event=print, on_state=lambda state: None)
    await client.close()
    assert (await client.run()).kind is CloseKind.CLOSED
    await client.close()
    assert not client.send(transport())


async def test_a_cancelled_run_leaves_no_connection_behind():
    async with Room(listen) as room:
        buddy = Buddy(room.url)
        run = asyncio.create_task(buddy.client.run())
        await buddy.events.get()
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        assert buddy.states[-1] is SocketState.CLOSED
        await buddy.client.close()


async def test_it_sends_small_frames_at_once(monkeypatch):
    connections = []
    from client import dial as module

    original = module._send_at_once
    monkeypatch.setattr(
        module, "_send_at_once", lambda connection: (connections.append(connection), original(connection))
    )
    async with Room(listen) as room, Buddy(room.url) as buddy:
        await buddy.events.get()
        sock = connections[0].transport.get_extra_info("socket")
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert connections[0].protocol.extensions == []

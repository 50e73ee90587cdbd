import asyncio
import base64
import contextlib
import hashlib
import json
import logging
import re
import socket
import struct
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.server import serve

from client.backoff import Backoff
from client.errors import AddressError, ApiError, ServerUnreachableError, SessionEndedError, SessionRefusedError
from client.socket import CloseKind, RunBuddyWebSocketClient, SocketState
from protocol.events import (
    Leave,
    Ping,
    Pong,
    Position,
    Ready,
    SessionEnd,
    Snapshot,
    Transport,
    TransportAction,
    parse_event,
)

TOKEN = "to/ken+with=odd&signs"
NOW_MS = 1_800_000_000_000
SNAPSHOT = Snapshot(playlist_id="p", playlist_position=0, position_ms=0, is_playing=False, corrected_ms=NOW_MS)
POSITION = Position(corrected_ms=NOW_MS, position_ms=1, is_playing=True, playlist_position=0, track_id="t")


def transport(number=0):
    return Transport(
        action=TransportAction.PLAY, corrected_ms=NOW_MS, position_ms=number, playlist_position=0, track_id="t"
    )


class Room:
    """A real WebSocket server whose connections follow scripts, one after the other; the last one repeats."""

    def __init__(self, *scripts, refuse=lambda path: None):
        self._scripts = scripts
        self._refuse = refuse
        self.paths = []
        self.received = asyncio.Queue()

    async def __aenter__(self):
        logger = logging.Logger("test server", level=logging.CRITICAL + 1)
        self._server = await serve(
            self._serve, "127.0.0.1", 0, process_request=self._process, logger=logger, close_timeout=0.1
        )
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"ws://127.0.0.1:{self.port}/runbuddy/ws"
        return self

    async def __aexit__(self, *failure):
        self._server.close()
        await self._server.wait_closed()

    def _process(self, connection, request):
        self.paths.append(request.path)
        status = self._refuse(request.path)
        return None if status is None else connection.respond(status, "")

    async def _serve(self, connection):
        served = len(self.paths) - 1
        await self._scripts[min(served, len(self._scripts) - 1)](connection, self)


async def listen(connection, room):
    """Send the snapshot, then queue what comes until the client goes."""
    await connection.send(SNAPSHOT.to_json())
    async for message in connection:
        room.received.put_nowait(parse_event(message))


def say(*messages, code=4000, reason="ended_by_leader"):
    """Send messages and close."""

    async def script(connection, room):
        for message in messages:
            await connection.send(message if isinstance(message, str | bytes) else message.to_json())
        await connection.close(code, reason)

    return script


async def break_off(connection, room):
    await connection.send(SNAPSHOT.to_json())
    connection.transport.abort()


class Buddy:
    """A client under test that runs in a task, with everything that it said."""

    def __init__(self, url, **options):
        self.events = asyncio.Queue()
        self.states = []
        self.bad = []
        self._connected = asyncio.Condition()
        options.setdefault("backoff", Backoff(first_s=0.001, limit_s=0.01))
        self.client = RunBuddyWebSocketClient(
            url, "s 1", options.pop("token", TOKEN), on_event=self.events.put_nowait, on_state=self.states.append,
            on_bad_event=self.bad.append, **options,
        )  # fmt: skip

    async def __aenter__(self):
        self.run = asyncio.create_task(self.client.run())
        return self

    async def __aexit__(self, *failure):
        await self.client.close()
        with contextlib.suppress(asyncio.CancelledError):
            await self.run


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


@pytest.mark.parametrize(
    "lost",
    [break_off, say(SNAPSHOT, code=1000), say(SNAPSHOT, code=1012), say(SNAPSHOT, code=1011), say(SNAPSHOT, code=1008)],
)
async def test_a_lost_connection_is_made_anew(lost):
    async with Room(lost, lost, listen) as room, Buddy(room.url) as buddy:
        for _ in range(3):
            assert await buddy.events.get() == SNAPSHOT
        assert len(room.paths) == 3
        assert buddy.client.trouble is None
    connected, again = SocketState.CONNECTED, SocketState.RECONNECTING
    assert buddy.states == [SocketState.CONNECTING, connected, again, connected, again, connected, SocketState.CLOSED]


async def test_offline_only_the_newest_transport_waits_for_the_reconnect():
    async with Room(listen) as room:
        buddy = Buddy(room.url)
        assert not buddy.client.send(POSITION)
        assert not buddy.client.send(Ping())
        assert buddy.client.send(transport(1))
        assert buddy.client.send(transport(2))
        async with buddy:
            assert await room.received.get() == transport(2)
            buddy.client.send(POSITION)
            assert await room.received.get() == POSITION


async def test_a_transport_that_was_being_sent_when_the_connection_broke_is_sent_again(monkeypatch):
    sending = asyncio.Event()
    send = ClientConnection.send

    async def stall_once(connection, message):
        if not sending.is_set():
            sending.set()
            await asyncio.Event().wait()
        await send(connection, message)

    async def stalled(connection, room):
        await sending.wait()
        connection.transport.abort()

    monkeypatch.setattr(ClientConnection, "send", stall_once)
    async with Room(stalled, listen) as room, Buddy(room.url) as buddy:
        buddy.client.send(transport(1))
        assert await room.received.get() == transport(1)


async def test_a_callback_that_fails_leaves_no_connection_behind():
    def fail(event):
        raise OSError("a defect")

    async with Room(listen) as room:
        client = RunBuddyWebSocketClient(room.url, "s", "t", on_event=fail, on_state=lambda state: None)
        with pytest.raises(OSError, match="a defect"):
            await client.run()


async def test_a_server_that_is_not_there_yet_is_waited_for():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    retried = asyncio.Event()

    class Watched(Backoff):
        def next_delay_s(self):
            if self._tries > 2:
                retried.set()
            return super().next_delay_s()

    async with Buddy(f"ws://127.0.0.1:{port}/x", backoff=Watched(first_s=0.001, limit_s=0.01)) as buddy:
        await retried.wait()
        assert buddy.client.trouble.startswith("no connection to the session (")
        assert buddy.states == [SocketState.CONNECTING, SocketState.RECONNECTING]
        async with asyncio.timeout(60):
            async with await serve(lambda connection: connection.send(SNAPSHOT.to_json()), "127.0.0.1", port):
                assert await buddy.events.get() == SNAPSHOT


@pytest.mark.parametrize("status", [500, 502, 503, 429])
async def test_a_server_in_trouble_is_asked_again(status):
    room = Room(listen, refuse=lambda path: status if len(room.paths) < 3 else None)
    async with room, Buddy(room.url) as buddy:
        assert await buddy.events.get() == SNAPSHOT
        assert len(room.paths) == 3


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "refused this session's token; join the session again"),
        (403, "refused this session's token; join the session again"),
        (404, "does not know this session any more"),
        (410, "does not know this session any more"),
        (400, r"no RunBuddy session \(HTTP 400\)"),
        (302, r"no RunBuddy session \(HTTP 302\)"),
    ],
)
async def test_a_final_refusal_ends_it(status, sentence):
    async with Room(refuse=lambda path: status) as room, Buddy(room.url) as buddy:
        reason = await buddy.run
    assert reason.kind is CloseKind.REFUSED
    with pytest.raises(SessionRefusedError, match=sentence):
        raise reason.error
    assert len(room.paths) == 1


async def test_a_redirect_does_not_carry_the_token_elsewhere():
    def redirect(connection, request):
        response = connection.respond(302, "")
        response.headers["Location"] = elsewhere.url
        return response

    logger = logging.Logger("test server", level=logging.CRITICAL + 1)
    async with Room(listen) as elsewhere:
        server = await serve(break_off, "127.0.0.1", 0, process_request=redirect, logger=logger)
        async with server, Buddy(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/x") as buddy:
            assert (await buddy.run).kind is CloseKind.REFUSED
        assert elsewhere.paths == []


@pytest.mark.parametrize(
    ("code", "kind"), [(4001, CloseKind.REPLACED), (4000, CloseKind.SESSION_ENDED), (4999, CloseKind.REFUSED)]
)
async def test_a_final_close_code_ends_it(code, kind):
    async with Room(say(SNAPSHOT, code=code, reason="why")) as room, Buddy(room.url) as buddy:
        reason = await buddy.run
    assert reason.kind is kind
    assert str(reason.error)
    assert len(room.paths) == 1


async def test_a_refused_token_is_renewed_once():
    async def renew():
        return "fresh"

    room = Room(listen, refuse=lambda path: None if "token=fresh" in path else 403)
    async with room, Buddy(room.url, renew_token=renew) as buddy:
        assert await buddy.events.get() == SNAPSHOT
        assert len(room.paths) == 2


async def test_a_renewed_token_that_is_refused_too_ends_it():
    renewed = []

    async def renew():
        renewed.append("fresh")
        return "fresh"

    async with Room(refuse=lambda path: 403) as room, Buddy(room.url, renew_token=renew) as buddy:
        assert (await buddy.run).kind is CloseKind.REFUSED
    assert renewed == ["fresh"]
    assert len(room.paths) == 2


async def test_a_refused_renewal_ends_it_with_its_reason():
    refusal = ApiError(410, "session_ended", "The session is over.")

    async def renew():
        raise refusal

    async with Room(refuse=lambda path: 401) as room, Buddy(room.url, renew_token=renew) as buddy:
        reason = await buddy.run
    assert (reason.kind, reason.error) == (CloseKind.REFUSED, refusal)


@pytest.mark.parametrize(
    "trouble",
    [
        ServerUnreachableError("no server"),
        ApiError(503, "unavailable", "Spotify is busy."),
        ApiError(429, "too_many_requests", "Too often."),
    ],
)
async def test_a_renewal_that_has_to_wait_is_tried_again(trouble):
    answers = [trouble, trouble, None]

    async def renew():
        if (answer := answers.pop(0)) is not None:
            raise answer
        return "fresh"

    room = Room(listen, refuse=lambda path: None if "token=fresh" in path else 403)
    async with room, Buddy(room.url, renew_token=renew) as buddy:
        assert await buddy.events.get() == SNAPSHOT


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


async def test_a_peer_that_does_not_answer_pings_is_dead(monkeypatch):
    monkeypatch.setattr("client.dial.PING_INTERVAL_S", 0.01)
    monkeypatch.setattr("client.dial.PING_TIMEOUT_S", 0.01)
    monkeypatch.setattr("client.dial.CLOSE_TIMEOUT_S", 0.01)

    async def freeze(reader, writer):
        """Shake hands, send the snapshot, and from then on answer nothing (RFC 6455, section 4.2.2)."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        key = re.search(r"Sec-WebSocket-Key: (\S+)", head, re.IGNORECASE)[1]
        accept = base64.b64encode(hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()).decode()
        writer.write(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
        )
        text = SNAPSHOT.to_json().encode()
        writer.write(struct.pack("!BBH", 0x81, 126, len(text)) + text)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(freeze, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, Buddy(f"ws://127.0.0.1:{port}/x") as buddy:
        for _ in range(2):
            assert await buddy.events.get() == SNAPSHOT
    assert buddy.states[1:4] == [SocketState.CONNECTED, SocketState.RECONNECTING, SocketState.CONNECTED]


async def test_close_while_connecting_is_heard_at_once():
    connected = asyncio.Event()

    async def stall(reader, writer):
        connected.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(stall, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, Buddy(f"ws://127.0.0.1:{port}/x") as buddy:
        await connected.wait()
        await buddy.client.close()
        assert (await buddy.run).kind is CloseKind.CLOSED


async def test_close_while_waiting_to_reconnect_is_heard_at_once():
    async with Room(break_off) as room, Buddy(room.url, backoff=Backoff(first_s=3600, limit_s=3600)) as buddy:
        await buddy.events.get()
        await buddy.client.close()
        assert (await buddy.run).kind is CloseKind.CLOSED


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


async def test_the_token_is_in_no_log_no_repr_and_no_error(caplog):
    caplog.set_level(logging.DEBUG)
    token = "sesame0123456789"
    async with Room(say(SNAPSHOT)) as room, Buddy(room.url, token=token) as buddy:
        await buddy.run
    async with Room(refuse=lambda path: 404) as refusing, Buddy(refusing.url, token=token) as refused:
        reason = await refused.run
    assert f"token={token}" in room.paths[0]
    assert token not in caplog.text
    assert token not in repr(buddy.client) + repr(reason) + str(reason.error)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://host/ws",
        "ws://",
        "ws:///x",
        "ws://u:p@host",
        "ws://host:x",
        "ws://host?x=1",
        "ws://host#x",
        "ws://[::1",
    ],
)
def test_what_is_no_websocket_address_is_refused(url):
    with pytest.raises(AddressError, match="no usable WebSocket address"):
        RunBuddyWebSocketClient(url, "s", "t", on_event=print, on_state=print)

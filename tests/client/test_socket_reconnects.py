"""A connection that is lost, late or dead is made anew, and nothing that counts is lost with it."""

import asyncio
import base64
import hashlib
import re
import socket
import struct

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.server import serve

from client.backoff import Backoff
from client.socket import CloseKind, SocketState
from protocol.events import (
    Ping,
)
from tests.client.buddy import POSITION, SNAPSHOT, Buddy, Room, break_off, listen, say, transport


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

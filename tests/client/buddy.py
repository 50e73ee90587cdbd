"""A real WebSocket server that says what it is told to, and a client that notes what it hears."""

import asyncio
import contextlib
import logging

from websockets.asyncio.server import serve

from client.backoff import Backoff
from client.socket import RunBuddyWebSocketClient
from protocol.events import (
    Position,
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

"""Whatever is sent, the server lives, says no error, and other sessions hear nothing of it.

LOCKSTEP_FUZZ_FRAMES sets how many frames (`scripts/fuzz` sends 100,000), LOCKSTEP_FUZZ_SEED another beginning.
"""

import asyncio
import json
import logging
import os
import random

import pytest
import websockets

from protocol.events import Participant, ParticipantState, Pong, Snapshot, parse_event
from protocol.wire import ProtocolError
from tests.patience import WAIT_S
from tests.server.frame_fuzz import harmless, hostile
from tests.server.harness import OPENED, Person, RunningServer, Socket, Start, http

FRAMES = int(os.environ.get("LOCKSTEP_FUZZ_FRAMES", "1500"))
SEED = int(os.environ.get("LOCKSTEP_FUZZ_SEED", "1"))
ATTACKERS = 4


class Attacker:
    """Somebody in a session of its own, in either role, who sends anything."""

    def __init__(self, server: RunningServer, number: int) -> None:
        self._server = server
        self._rng = random.Random(f"{SEED} {number}")
        self._people: list[Person] = [server.person("Eve"), server.person("Mallory")]
        self._session_id = self._people[0].create().session_id
        self.sent = 0

    async def send_frames(self, count: int) -> None:
        while self.sent < count:
            who = self._rng.choice(self._people)
            await self._one_connection(await asyncio.to_thread(self._token, who))

    def _token(self, person: Person) -> str:
        joined = person.request("POST", f"/runbuddy/sessions/{self._session_id}/join")
        if joined.status_code == 410:
            self._session_id = self._people[0].create().session_id
            return self._token(person)
        assert joined.status_code == 200, joined.text
        return str(joined.json()["wsToken"])

    async def _one_connection(self, token: str) -> None:
        for _ in range(20):
            socket = await self._open(token)
            if socket is None:
                return
            try:
                await self._send_some(socket)
            except websockets.ConnectionClosed:
                pass
            finally:
                socket.connection.transport.abort()
                OPENED.remove(socket.connection)

    async def _open(self, token: str) -> Socket | None:
        """Return a connection; None when this participant has left and its token with it."""
        try:
            return await self._server.socket(self._session_id, token)
        except websockets.InvalidStatus as refusal:
            status = refusal.response.status_code
        assert status == 401
        return None

    async def _send_some(self, socket: Socket) -> None:
        for _ in range(self._rng.randrange(6)):
            self.sent += 1
            await socket.connection.send(harmless(self._rng))
        await self._heard_back(socket)
        self.sent += 1
        await hostile(self._rng).send(socket.connection)
        # Bytes that are the beginning of a long frame swallow what comes after: then there is no answer.
        if self._rng.random() < 0.5:
            await self._heard_back(socket, patience_s=0.05)

    async def _heard_back(self, socket: Socket, patience_s: float = WAIT_S) -> None:
        await socket.send("ping", id=77)
        try:
            async with asyncio.timeout(patience_s):
                while '"id":77' not in str(await socket.connection.recv()):
                    pass
        except TimeoutError:
            assert patience_s < WAIT_S, "the server fell silent"


async def bystanders(server: RunningServer, over: asyncio.Event) -> int:
    """Lead and follow beside it all: every event arrives, word for word and in order; return how many."""
    ann, bob = await asyncio.to_thread(lambda: (server.person("Ann"), server.person("Bob")))
    session = await asyncio.to_thread(ann.create)
    token = (await asyncio.to_thread(bob.join, session.join_code)).ws_token
    leader = await server.socket(session.session_id, session.ws_token)
    follower = await server.socket(session.session_id, token)
    assert isinstance(await follower.event(), Snapshot)
    count = 0
    while not over.is_set():
        text = await leader.transport("seek", positionMs=count)
        await follower.event()
        assert follower.texts[-1] == text
        count += 1
        await asyncio.sleep(0.01)
    await leader.send("ping", id=5)
    assert isinstance(await leader.event(), Snapshot)
    assert await leader.event() == Participant(state=ParticipantState.JOINED, display_name="Bob")
    assert await leader.event() == Pong(id=5)
    return count


async def test_no_frame_harms_the_server_or_another_session(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    server = start()
    attackers = await asyncio.to_thread(lambda: [Attacker(server, number) for number in range(ATTACKERS)])
    over = asyncio.Event()
    beside = asyncio.create_task(bystanders(server, over))
    await asyncio.gather(*(attacker.send_frames(FRAMES // ATTACKERS) for attacker in attackers))
    over.set()
    assert await beside > 0
    assert sum(attacker.sent for attacker in attackers) >= FRAMES
    assert http("GET", f"{server.base_url}/runbuddy/info").status_code == 200
    assert [record.getMessage() for record in caplog.records if record.name.startswith(("server", "uvicorn"))] == []


def test_what_is_fuzzed_is_both_good_and_bad() -> None:
    rng = random.Random(SEED)
    for _ in range(1000):
        assert json.loads(harmless(rng))
    refused = 0
    for _ in range(1000):
        frame = hostile(rng)
        if isinstance(frame.payload, str):
            try:
                parse_event(frame.payload)
            except ProtocolError:
                refused += 1
    assert 300 < refused < 900

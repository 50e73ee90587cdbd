"""A server that is killed and started again on the same database: sessions go on."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
import websockets

from client.socket import RunBuddyWebSocketClient
from protocol.events import Event, Participant, ParticipantState, Pong, Position, SessionEnd, Snapshot
from tests.patience import WAIT_S
from tests.server.harness import RunningServer, local_settings, now_ms, running

EventT = TypeVar("EventT", bound=Event)

_PROGRAM = """
import asyncio, sys
from server.main import serve
from server.settings import AccountsMode, Settings
settings = Settings(database=sys.argv[1], port=int(sys.argv[2]), accounts=AccountsMode.LOCAL)
asyncio.run(serve(settings, on_ready=lambda port, ntp_port: print(port, flush=True)))
"""


@contextmanager
def server_process(
    database: str, port: int = 0, program: str = _PROGRAM
) -> Iterator[tuple[subprocess.Popen[str], RunningServer]]:
    command = [sys.executable, "-c", program, database, str(port)]
    with Path(f"{database.removeprefix('sqlite+aiosqlite:///')}.log").open("a") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        assert process.stdout is not None
        yield process, RunningServer(int(process.stdout.readline()), None)
    finally:
        process.kill()
        process.communicate()


async def test_a_killed_server_comes_back_and_both_go_on_with_the_same_tokens(tmp_path: Path) -> None:
    database = local_settings(tmp_path / "server.db").database
    with server_process(database) as (process, server):
        ann, bob = server.person("Ann"), server.person("Bob")
        session = ann.create()
        token = bob.join(session.join_code).ws_token
        leader = await server.socket(session.session_id, session.ws_token)
        follower = await server.socket(session.session_id, token)
        await leader.transport("play", positionMs=4321)
        for side in (leader, follower):
            # The first pong may come before the write, the answer of REST comes after it.
            await side.send("ping", id=1)
            while not isinstance(await side.event(), Pong):
                pass
        await asyncio.to_thread(bob.join, session.join_code)
        process.send_signal(signal.SIGKILL)
        assert (await leader.closed())[0] == (await follower.closed())[0] == 1006
    with server_process(database, server.port) as (_, server):
        follower = await server.socket(session.session_id, token)
        leader = await server.socket(session.session_id, session.ws_token)
        for side in (leader, follower):
            snapshot = await side.event()
            assert isinstance(snapshot, Snapshot)
            assert (snapshot.position_ms, snapshot.is_playing) == (4321, True)
        assert await leader.event() == Participant(state=ParticipantState.JOINED, display_name="Bob")
        text = await leader.transport("pause")
        await follower.event()
        assert follower.texts[-1] == text


class Client:
    """One participant as the apps have it: it comes back by itself."""

    def __init__(self, server: RunningServer, session_id: str, token: str) -> None:
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self.socket = RunBuddyWebSocketClient(
            f"ws://127.0.0.1:{server.port}/runbuddy/ws",
            session_id,
            token,
            on_event=self.events.put_nowait,
            on_state=lambda _state: None,
        )
        self.runner = asyncio.create_task(self.socket.run())

    async def next(self, kind: type[EventT]) -> EventT:
        async with asyncio.timeout(WAIT_S):
            while not isinstance(event := await self.events.get(), kind):
                pass
        return event

    async def close(self) -> None:
        await self.socket.close()
        await self.runner


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
async def test_both_apps_come_back_by_themselves_and_little_is_lost(tmp_path: Path, how: signal.Signals) -> None:
    database = local_settings(tmp_path / "server.db").database
    with server_process(database) as (process, server):
        ann, bob = server.person("Ann"), server.person("Bob")
        session = ann.create()
        leader = Client(server, session.session_id, session.ws_token)
        follower = Client(server, session.session_id, bob.join(session.join_code).ws_token)
        for side in (leader, follower):
            assert (await side.next(Snapshot)).corrected_ms <= now_ms()
        await leader.next(Participant)
        # Longer than the second in which the server collects positions: some are stored, the last are not.
        for _ in range(32):
            sent = _position(now_ms())
            leader.socket.send(sent)
            assert await follower.next(Position) == sent
            await asyncio.sleep(0.05)
        process.send_signal(how)
        process.wait(WAIT_S)
    with server_process(database, server.port):
        snapshots = [await side.next(Snapshot) for side in (leader, follower)]
        assert snapshots[0] == snapshots[1]
        lost_ms = sent.corrected_ms - snapshots[0].corrected_ms
        # A second, and what a busy machine needs to write; a polite stop loses nothing.
        assert 0 <= lost_ms <= (2000 if how is signal.SIGKILL else 0)
        sent = _position(now_ms())
        leader.socket.send(sent)
        assert await follower.next(Position) == sent
        await leader.close()
        await follower.close()


def _position(corrected_ms: int) -> Position:
    return Position(corrected_ms=corrected_ms, position_ms=1, is_playing=True, playlist_position=0, track_id="t")


async def test_after_a_restart_a_leader_that_stays_away_ends_the_session(tmp_path: Path) -> None:
    with running(local_settings(tmp_path / "server.db")) as server:
        ann, bob = server.person("Ann"), server.person("Bob")
        session = ann.create()
        token = bob.join(session.join_code).ws_token
        leader = await server.socket(session.session_id, session.ws_token)
        assert isinstance(await leader.event(), Snapshot)
    with running(local_settings(tmp_path / "server.db", leader_grace_s=0.5)) as server:
        follower = await server.socket(session.session_id, token)
        assert isinstance(await follower.event(), Snapshot)
        assert await follower.event() == SessionEnd(reason="leader_lost")


async def test_without_grace_a_restart_ends_what_was_running(tmp_path: Path) -> None:
    with running(local_settings(tmp_path / "server.db")) as server:
        ann = server.person("Ann")
        session = ann.create()
        leader = await server.socket(session.session_id, session.ws_token)
        assert isinstance(await leader.event(), Snapshot)
    with running(local_settings(tmp_path / "server.db", leader_grace_s=0)) as server:
        ann.base_url = server.base_url
        assert ann.request("GET", f"/runbuddy/sessions/{session.session_id}").json()["status"] == "ended"


async def test_a_graceful_stop_tells_both_to_come_back_and_ends_nothing(tmp_path: Path) -> None:
    with running(local_settings(tmp_path / "server.db", leader_grace_s=0)) as server:
        ann, bob = server.person("Ann"), server.person("Bob")
        session = ann.create()
        waiting = bob.create()
        token = bob.join(session.join_code).ws_token
        leader = await server.socket(session.session_id, session.ws_token)
        follower = await server.socket(session.session_id, token)
        assert isinstance(await follower.event(), Snapshot)
        await leader.position(positionMs=99)
        assert isinstance(await follower.event(), Position)
    assert (await leader.closed())[0] == (await follower.closed())[0] == 1012
    with running(local_settings(tmp_path / "server.db")) as server:
        leader = await server.socket(session.session_id, session.ws_token)
        snapshot = await leader.event()
        assert isinstance(snapshot, Snapshot)
        assert snapshot.position_ms == 99
        ann.base_url = server.base_url
        assert ann.request("GET", f"/runbuddy/sessions/{session.join_code}").json()["status"] == "active"
        assert ann.request("GET", f"/runbuddy/sessions/{waiting.join_code}").json()["status"] == "waiting"


async def test_nothing_that_the_server_prints_contains_a_token(tmp_path: Path) -> None:
    program = "import logging; logging.basicConfig(level=logging.DEBUG)\n" + _PROGRAM
    database = local_settings(tmp_path / "server.db").database
    with server_process(database, program=program) as (process, server):
        ann, bob = server.person("Ann"), server.person("Bob")
        session = ann.create()
        token = bob.join(session.join_code).ws_token
        leader = await server.socket(session.session_id, session.ws_token)
        await leader.event()
        for frame, is_text in (("{broken", True), (b"\xff", True), ("x" * 9000, True), (b"x", False)):
            follower = await server.socket(session.session_id, token)
            await follower.connection.send(frame, text=is_text)
            await follower.closed()
        with pytest.raises(websockets.InvalidStatus):
            await server.socket(session.session_id, "wrong-token-1234")
        await leader.connection.close()
        process.send_signal(signal.SIGTERM)
        printed = process.communicate(timeout=10)[0] + (tmp_path / "server.db.log").read_text()
        assert process.returncode == 0
    assert "connected" in printed
    assert "Traceback" not in printed
    assert "ERROR" not in printed
    for secret in ("wrong-token-1234", ann.token, bob.token, session.ws_token, token):
        assert secret not in printed

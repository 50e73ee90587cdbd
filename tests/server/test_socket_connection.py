"""Sockets outlive the request that opened them."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.main import serve
from tests.patience import WAIT_S
from tests.server.harness import RunningServer, Socket, local_settings


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[RunningServer]:
    """Return a server in the test's own event loop, where its tasks can be seen."""
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    settings = local_settings(tmp_path / "server.db")
    task = asyncio.create_task(serve(settings, on_ready=lambda port, _ntp_port: ready.set_result(port)))
    yield RunningServer(await ready, None)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def opened(server: RunningServer) -> tuple[Socket, str, str]:
    """Return the socket of a new session's leader, the session's id and the leader's token."""
    ann = await asyncio.to_thread(server.person, "Ann")
    session = await asyncio.to_thread(ann.create)
    socket = await server.socket(session.session_id, session.ws_token)
    await socket.event()
    return socket, session.session_id, session.ws_token


def handshake(path: str, port: int) -> bytes:
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


async def applications_end() -> None:
    """Wait until no application runs for any request."""
    running = [task for task in asyncio.all_tasks() if "run_asgi" in str(task.get_coro())]
    await asyncio.wait_for(asyncio.gather(*running), WAIT_S)


async def test_the_application_is_done_with_a_socket_that_is_open(here: RunningServer) -> None:
    socket, _, _ = await opened(here)
    await socket.send("ping", id=1)
    await socket.event()
    await applications_end()
    await socket.send("leave")
    assert (await socket.closed())[0] == 4000


async def test_a_client_that_is_gone_before_its_answer_leaves_nothing_behind(here: RunningServer) -> None:
    _, session_id, token = await opened(here)
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", here.port)) as hasty:
            hasty.sendall(handshake(f"/runbuddy/ws?sessionId={session_id}&token={token}", here.port))
            hasty.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    again = await here.socket(session_id, token)
    await again.event()
    await again.send("ping", id=7)
    assert json.loads((await again.event()).to_json())["id"] == 7
    await applications_end()


@pytest.mark.parametrize("token", ["right", "wrong"])
async def test_a_client_that_is_gone_before_its_answer_is_no_failure_of_the_database(
    here: RunningServer, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    _, session_id, right = await opened(here)
    shown = right if token == "right" else "x" * len(right)
    for _ in range(10):
        with socket.create_connection(("127.0.0.1", here.port)) as hasty:
            hasty.sendall(handshake(f"/runbuddy/ws?sessionId={session_id}&token={shown}", here.port))
        # Its end comes while the database is asked for its token.
        await asyncio.sleep(0)
    again = await here.socket(session_id, right)
    await again.event()
    await applications_end()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_a_server_that_stops_while_clients_come_has_no_error_to_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    settings = local_settings(tmp_path / "server.db")
    task = asyncio.create_task(serve(settings, on_ready=lambda port, _ntp_port: ready.set_result(port)))
    server = RunningServer(await ready, None)
    _, session_id, token = await opened(server)
    streams = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(10)]
    for _, writer in streams:
        writer.write(handshake(f"/runbuddy/ws?sessionId={session_id}&token={token}", server.port))
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    for _, writer in streams:
        writer.close()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []

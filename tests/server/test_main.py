"""Starting and stopping the whole server."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.errors import StartError
from server.main import serve
from server.settings import Settings, sqlite_url
from tests.server.harness import RunningServer, local_settings, running


async def test_it_serves_in_the_loop_that_is_there_until_it_is_cancelled(tmp_path: Path) -> None:
    ready: asyncio.Future[tuple[int, int | None]] = asyncio.get_running_loop().create_future()
    settings = local_settings(tmp_path / "server.db", ntp_port=0)
    task = asyncio.create_task(serve(settings, on_ready=lambda *ports: ready.set_result(ports)))
    port, ntp_port = await ready
    assert ntp_port
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"http://127.0.0.1:{port}/openapi.json")).status_code == 200
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(httpx.ConnectError):
            await client.get(f"http://127.0.0.1:{port}/openapi.json")


async def test_a_port_in_use_is_said_so(server: RunningServer, tmp_path: Path) -> None:
    with pytest.raises(StartError, match=f"Port {server.port} on 127.0.0.1 cannot be opened"):
        await serve(local_settings(tmp_path / "server.db", port=server.port))


async def test_a_broken_database_stops_the_start_and_frees_the_ports(tmp_path: Path) -> None:
    file = tmp_path / "server.db"
    file.write_bytes(b"x" * 5000)
    with pytest.raises(StartError, match="cannot be opened"):
        await serve(local_settings(file, ntp_port=0))


def test_two_servers_can_start_one_after_the_other_on_the_same_port(tmp_path: Path) -> None:
    with running(local_settings(tmp_path / "server.db")) as first:
        pass
    with running(local_settings(tmp_path / "server.db", port=first.port)) as second:
        assert second.port == first.port


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"leader_grace_s": -1.0}, "leader_grace_s"),
        ({"token_ttl_s": float("nan")}, "token_ttl_s"),
        ({"idle_ttl_s": float("inf")}, "idle_ttl_s"),
        ({"port": 70_000}, "port 70000"),
        ({"ntp_port": -1}, "NTP port -1"),
    ],
)
def test_a_setting_that_cannot_be_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(StartError, match=message):
        Settings(database="sqlite+aiosqlite://", **changes)


def test_a_file_becomes_the_url_of_its_database() -> None:
    assert sqlite_url(Path("/data/server.db")) == "sqlite+aiosqlite:////data/server.db"

"""The same name is the same account again, on a real server."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from client.api import RunBuddyApiClient
from client.local_accounts import sign_in
from protocol.events import Role
from tests.server.harness import RunningServer, local_settings, running


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with running(local_settings(tmp_path / "server.db")) as found:
        yield found


async def token_of(server: RunningServer, folder: Path, name: str = "Bob", role: Role = Role.FOLLOWER) -> str:
    """Sign in as a new process would, and return what is kept for the next one."""
    async with RunBuddyApiClient(server.base_url) as api:
        await sign_in(api, folder, server.base_url, name, role)
        await api.list_sessions()
    kept: dict[str, str] = json.loads((folder / "local-accounts.json").read_text())
    return kept[json.dumps([server.base_url, role.value, name])]


async def test_a_follower_that_crashed_has_its_seat_at_once(server: RunningServer, tmp_path: Path) -> None:
    session = server.person("Ann").create()
    for _ in range(2):
        async with RunBuddyApiClient(server.base_url) as api:
            await sign_in(api, tmp_path / "data", server.base_url, "Bob", Role.FOLLOWER)
            assert (await api.join(session.session_id)).role is Role.FOLLOWER


async def test_each_name_and_role_has_its_account(server: RunningServer, tmp_path: Path) -> None:
    people = [("Bob", Role.FOLLOWER), ("Bob", Role.LEADER), ("Ann", Role.LEADER)]
    first = [await token_of(server, tmp_path, *person) for person in people]
    assert len(set(first)) == 3
    assert [await token_of(server, tmp_path, *person) for person in people] == first


async def test_a_server_that_forgot_the_account_gives_a_new_one(server: RunningServer, tmp_path: Path) -> None:
    first = await token_of(server, tmp_path)
    with running(local_settings(tmp_path / "other.db")) as other:
        kept = json.loads((tmp_path / "local-accounts.json").read_text())
        moved = {key.replace(server.base_url, other.base_url): token for key, token in kept.items()}
        (tmp_path / "local-accounts.json").write_text(json.dumps(moved))
        second = await token_of(other, tmp_path)
        assert second != first
        assert await token_of(other, tmp_path) == second


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"a": 5}', "\x00", '{"k": "a b"}'])
async def test_a_broken_file_is_written_anew(server: RunningServer, tmp_path: Path, content: str) -> None:
    key = json.dumps([server.base_url, "follower", "Bob"])
    (tmp_path / "local-accounts.json").write_text(content.replace('"k"', json.dumps(key)))
    token = await token_of(server, tmp_path)
    assert await token_of(server, tmp_path) == token


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a user's folder to the user by itself")
async def test_the_file_is_for_its_owner_alone(server: RunningServer, tmp_path: Path) -> None:
    await token_of(server, tmp_path)
    assert (tmp_path / "local-accounts.json").stat().st_mode & 0o777 == 0o600


async def test_a_folder_that_cannot_be_written_costs_nothing_else(server: RunningServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    async with RunBuddyApiClient(server.base_url) as api:
        await sign_in(api, tmp_path / "file", server.base_url, "Bob", Role.FOLLOWER)
        await api.list_sessions()

"""The same name is the same account again, on a real server."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from client.api import RunBuddyApiClient
from client.errors import ApiError, LocalAccountError
from client.local_accounts import PAUSE_S, LocalAccount
from protocol.events import Role
from protocol.rest import AccountsMode
from tests.server.harness import RunningServer, local_settings, running


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with running(local_settings(tmp_path / "server.db")) as found:
        yield found


def signed_in(url: str, folder: Path, name: str = "Bob", role: Role = Role.FOLLOWER) -> RunBuddyApiClient:
    return RunBuddyApiClient(url, bearer=LocalAccount(folder, url, name, role).access_token)


async def token_of(server: RunningServer, folder: Path, name: str = "Bob", role: Role = Role.FOLLOWER) -> str:
    """Sign in as a new process would, and return what is kept for the next one."""
    async with signed_in(server.base_url, folder, name, role) as api:
        await api.list_sessions()
    kept: dict[str, str] = json.loads((folder / "local-accounts.json").read_text())
    return kept[json.dumps([server.base_url, role.value, name])]


async def test_a_follower_that_crashed_has_its_seat_at_once(server: RunningServer, tmp_path: Path) -> None:
    session = server.person("Ann").create()
    for _ in range(2):
        async with signed_in(server.base_url, tmp_path / "data") as api:
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
    async with signed_in(server.base_url, tmp_path / "file") as api:
        await api.list_sessions()


async def test_a_server_that_refuses_its_own_accounts_is_not_asked_for_ever(http_server, http, tmp_path: Path) -> None:
    def answer(method, path, headers, body):
        if path == "/local/accounts":
            return http(201, json.dumps({"accountId": "a", "accessToken": f"token-{len(server.requests)}"}))
        return http(401, json.dumps({"error": "unauthorized", "message": "Who are you?"}))

    now_s = [1000.0]
    async with http_server(answer) as server:
        account = LocalAccount(tmp_path, server.url, "Bob", Role.FOLLOWER, mono_s=lambda: now_s[0])
        async with RunBuddyApiClient(server.url, bearer=account.access_token) as api:
            for _ in range(20):
                with pytest.raises(LocalAccountError, match="does not take the account that it has just given out"):
                    await api.list_sessions()
            assert [path for _, path, *_ in server.requests].count("/local/accounts") == 2
            now_s[0] += PAUSE_S
            with pytest.raises(LocalAccountError):
                await api.list_sessions()
            assert [path for _, path, *_ in server.requests].count("/local/accounts") == 3


async def test_a_server_that_is_in_trouble_meanwhile_is_asked_again_later(http_server, http, tmp_path: Path) -> None:
    wants = {"token-1": 401, "token-2": 503}

    def answer(method, path, headers, body):
        if path == "/local/accounts":
            given = sum(path == "/local/accounts" for _, path, *_ in server.requests)
            return http(201, json.dumps({"accountId": "a", "accessToken": f"token-{given}"}))
        status = wants.get(headers["authorization"].removeprefix("Bearer "), 200)
        refusal = json.dumps({"error": "unavailable", "message": "Wait a moment."})
        return http(status, '{"sessions": []}' if status == 200 else refusal)

    async with http_server(answer) as server, signed_in(server.url, tmp_path) as api:
        with pytest.raises(ApiError, match="Wait a moment"):
            await api.list_sessions()
        assert await api.list_sessions() == []


async def test_a_server_that_gives_out_no_accounts_any_more_says_so(tmp_path: Path) -> None:
    with running(local_settings(tmp_path / "server.db")) as server:
        account = LocalAccount(tmp_path, server.base_url, "Bob", Role.FOLLOWER)
        token, port = await account.access_token(), server.port
    spotify = local_settings(tmp_path / "server.db", port=port, accounts=AccountsMode.SPOTIFY)
    with running(spotify), pytest.raises(LocalAccountError, match="no accounts of its own; sign in to Spotify"):
        await account.access_token(token)

"""Who this person is at a real server, and what becomes of it when the server changes its mind."""

import pytest

from client.spotify.errors import SignedOutError
from protocol.events import Role
from protocol.rest import AccountsMode
from server.spotify_stand_in.running import stand_in
from tests.server.harness import local_settings, running
from ui.desktop.accounts import Accounts, NameNeededError


async def nobody(refused):
    raise SignedOutError.nobody()


async def test_each_role_has_an_account_of_its_own_and_keeps_its_client(server, tmp_path):
    accounts = Accounts(tmp_path, server.base_url, "Ana", nobody)
    leader, follower = await accounts.signed_in(Role.LEADER), await accounts.signed_in(Role.FOLLOWER)
    assert await accounts.signed_in(Role.LEADER) is leader
    session = await leader.create_session("spotify:playlist:p", "Run", 1)
    assert (await follower.join(session.session_id)).role is Role.FOLLOWER
    await accounts.aclose()


async def test_a_server_made_anew_is_signed_in_to_again(tmp_path):
    with running(local_settings(tmp_path / "first.db")) as server:
        accounts = Accounts(tmp_path, server.base_url, "Ana", nobody)
        leader, follower = await accounts.signed_in(Role.LEADER), await accounts.signed_in(Role.FOLLOWER)
        await follower.list_sessions()
    with running(local_settings(tmp_path / "second.db", port=server.port)):
        session = await leader.create_session("spotify:playlist:p", "Run", 1)
        (entry,) = await follower.list_sessions()
        assert (entry.session_id, entry.host_display_name) == (session.session_id, "Ana")
        assert (await follower.join(session.join_code)).role is Role.FOLLOWER
    await accounts.aclose()


async def test_a_server_that_takes_spotifys_accounts_by_now_wants_somebody_signed_in_there(tmp_path):
    with running(local_settings(tmp_path / "first.db")) as server:
        accounts = Accounts(tmp_path, server.base_url, "Ana", nobody)
        follower = await accounts.signed_in(Role.FOLLOWER)
    with stand_in() as spotify:
        settings = {"accounts": AccountsMode.SPOTIFY, "spotify_base_url": spotify.url}
        with running(local_settings(tmp_path / "second.db", port=server.port, **settings)):
            with pytest.raises(SignedOutError):
                await follower.list_sessions()
            assert await accounts.mode() is AccountsMode.SPOTIFY
    await accounts.aclose()


async def test_a_server_that_takes_local_accounts_by_now_gets_one(tmp_path):
    async def spotify(refused):
        return "a-token-of-spotify"

    with running(local_settings(tmp_path / "first.db", accounts=AccountsMode.SPOTIFY)) as server:
        accounts = Accounts(tmp_path, server.base_url, "Ana", spotify)
        nameless = Accounts(tmp_path, server.base_url, "", spotify)
        known, unknown = await accounts.signed_in(Role.FOLLOWER), await nameless.signed_in(Role.FOLLOWER)
    with running(local_settings(tmp_path / "second.db", port=server.port)):
        assert await known.list_sessions() == []
        with pytest.raises(NameNeededError, match="enter it in the settings"):
            await unknown.list_sessions()
    await accounts.aclose()
    await nameless.aclose()

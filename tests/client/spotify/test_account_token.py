"""The token: renewed, shared, kept where the system keeps secrets, and never shown."""

import asyncio
import logging
import stat
import sys

import pytest
from keyring.backends.chainer import ChainerBackend
from keyring.backends.fail import Keyring as FailKeyring

from client.errors import ClientError
from client.spotify.errors import (
    SignedOutError,
    SpotifyUnreachableError,
    VaultError,
)
from tests.client.spotify.conftest import HungKeyring, NullKeyring
from tests.client.spotify.signed_in import HOUR_S, MIXED


async def test_a_revoked_sign_in_is_forgotten_and_never_tried_again(person, spotify, keyring_):
    async with person.signed_in() as account:
        spotify.state.authority.revoke_all()
        asked = spotify.state.count_asked("/api/token")
        for _ in range(2):
            with pytest.raises(SignedOutError, match=r"sign in again|not signed in"):
                await account.playlists()
        assert spotify.state.count_asked("/api/token") == asked + 1
        assert account.state.profile is None
        assert not keyring_.kept
    assert person.states[-1].profile is None


async def test_an_expired_token_is_renewed_before_it_is_used_and_after_a_401(person, spotify, time_):
    async with person.signed_in() as account:
        first = await account.access_token()
        time_.now_s += HOUR_S - 61
        assert await account.access_token() == first
        time_.now_s += 2
        assert await account.access_token() != first
        spotify.state.authority.expire_access_tokens()
        assert await account.playlists()
        assert spotify.state.count_asked("/api/token") == 3


async def test_a_token_that_is_never_taken_is_renewed_once(person, spotify, fault):
    async with person.signed_in() as account:
        fault("/v1/", "unauthorized", times=9)
        with pytest.raises(SignedOutError):
            await account.playlists()
        assert spotify.state.count_asked("/v1/me/playlists") == 2


async def test_a_new_refresh_token_is_kept_and_the_old_one_where_none_comes(person, spotify, keyring_, time_):
    async with person.signed_in() as account:
        (former,) = keyring_.kept.values()
        time_.now_s += HOUR_S
        await account.access_token()
        assert list(keyring_.kept.values()) == [former]
        spotify.state.authority.rotates = True
        for _ in range(2):
            time_.now_s += HOUR_S
            await account.access_token()
        (latest,) = keyring_.kept.values()
        assert latest != former
    async with person.account() as account:
        assert await account.access_token()


async def test_many_who_want_a_token_share_one_renewal(person, spotify, time_):
    async with person.signed_in() as account:
        time_.now_s += HOUR_S
        spotify.state.authority.rotates = True
        asked = spotify.state.count_asked("/api/token")
        first = asyncio.create_task(account.access_token())
        others = [asyncio.create_task(account.access_token()) for _ in range(20)]
        await asyncio.sleep(0)
        first.cancel()
        assert len({await other for other in others}) == 1
        assert spotify.state.count_asked("/api/token") == asked + 1


async def test_two_programs_with_one_data_directory_renew_one_after_the_other(person, spotify, time_):
    spotify.state.authority.rotates = True
    async with person.signed_in() as account, person.account() as other:
        time_.now_s += HOUR_S
        tokens = await asyncio.gather(account.access_token(), other.access_token())
        assert len(set(tokens)) == 2
        assert account.state.profile == other.state.profile != None  # noqa: E711


@pytest.mark.parametrize("tries", [2, 3])
async def test_trouble_of_the_sign_in_service_is_tried_three_times(person, fault, time_, tries):
    async with person.signed_in() as account:
        time_.now_s += HOUR_S
        fault("/api/token", "server_error", times=tries)
        if tries < 3:
            assert await account.access_token()
        else:
            with pytest.raises(SpotifyUnreachableError, match="HTTP 503"):
                await account.access_token()
        assert account.state.profile is not None


@pytest.mark.parametrize("keyring", [FailKeyring(), ChainerBackend(), NullKeyring()])
async def test_without_a_keyring_the_token_is_in_a_file_for_its_owner_alone(person, tmp_path, keyring):
    async with person.signed_in(keyring=keyring):
        pass
    file = tmp_path / "spotify-token"
    assert file.read_text().startswith("refresh-")
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "no keyring that can be used" in person.notices[0]
    assert str(file) in person.notices[0]
    async with person.account(keyring=keyring) as account:
        assert await account.access_token()
        await account.logout()
    assert not file.exists()


async def test_a_keyring_that_hangs_holds_nobody_up(person, tmp_path):
    keyring = HungKeyring()
    try:
        async with person.signed_in(keyring=keyring, keyring_timeout_s=0.05):
            assert "did not answer within" in person.notices[0]
            assert (tmp_path / "spotify-token").exists()
    finally:
        keyring.released.set()


async def test_a_keyring_that_is_locked_later_costs_no_sign_in(person, time_):
    async with person.signed_in():
        pass
    async with person.account(keyring=FailKeyring()) as account:
        with pytest.raises(VaultError, match="unlock it, or sign in again"):
            await account.access_token()
        assert account.state.profile is not None
    async with person.account() as account:
        assert await account.access_token()


async def test_no_token_is_in_any_log_message_or_representation(person, spotify, caplog, keyring_, time_, fault):
    caplog.set_level(logging.DEBUG)
    async with person.signed_in() as account:
        access = await account.access_token()
        (refresh,) = keyring_.kept.values()
        await account.playlist(MIXED)
        fault("/v1/me/playlists", "garbage")
        shown = [repr(account), repr(account._session), repr(account._session._tokens), repr(account._account)]
        with pytest.raises(ClientError) as caught:
            await account.playlists()
        shown += [str(caught.value), repr(caught.value)]
        time_.now_s += HOUR_S
        renewed = await account.access_token()
        spotify.state.authority.revoke_all()
        time_.now_s += HOUR_S
        with pytest.raises(ClientError) as ended:
            await account.access_token()
        shown.append(str(ended.value))
    secrets = [access, refresh, renewed]
    assert caplog.records
    for text in [*shown, caplog.text, *(str(record.__dict__) for record in caplog.records)]:
        assert not any(secret in text for secret in secrets)

"""What Spotify refuses, limits or fails to answer, and what is known without it."""

import asyncio

import httpx
import pytest

from client.spotify.account import SpotifyAccount
from client.spotify.endpoints import stand_in_endpoints
from client.spotify.errors import (
    BlockedError,
    NoSuchPlaylistError,
    NotAllowListedError,
    NotReadableError,
    OwnerNotPremiumError,
    SignedOutError,
    SpotifyAnswerError,
    SpotifyUnreachableError,
)
from server.spotify_stand_in.library import (
    DEMO_PLAYLIST,
    LARGE_PLAYLIST,
)
from tests.client.spotify.conftest import CLIENT_ID
from tests.client.spotify.signed_in import HOUR_S, MIXED


@pytest.mark.parametrize(
    ("key", "error"),
    [
        ("followed00000000000000", NotReadableError),
        ("37i9dQZF1DXlockstep000", NoSuchPlaylistError),
        ("nosuchplaylist00000000", NoSuchPlaylistError),
    ],
)
async def test_what_spotify_hides_from_apps_is_said_with_the_way_out(person, spotify, key, error):
    async with person.signed_in() as account:
        with pytest.raises(error, match=r"own or collaborate on; copy it .* CSV"):
            await account.playlist(key)
        assert spotify.state.count_asked(f"/v1/playlists/{key}") == 1


@pytest.mark.parametrize(
    ("kind", "error", "said"),
    [
        ("not_allow_listed", NotAllowListedError, "User Management"),
        ("owner_not_premium", OwnerNotPremiumError, "has no Spotify Premium"),
        ("not_owner", NotReadableError, "collaborate"),
    ],
)
async def test_each_kind_of_403_is_told_apart_and_never_retried(person, spotify, fault, kind, error, said):
    async with person.signed_in() as account:
        fault("/v1/playlists/", kind, times=5)
        with pytest.raises(error, match=said):
            await account.playlist(MIXED)
        assert spotify.state.count_asked("/v1/playlists/") == 1


async def test_somebody_who_is_not_allow_listed_is_not_signed_in(person, fault, keyring_):
    fault("/v1/me", "not_allow_listed")
    async with person.account() as account:
        with pytest.raises(NotAllowListedError):
            await account.login(person.browser, client_id=CLIENT_ID, timeout_s=20)
        assert account.state.profile is None
    assert not keyring_.kept


async def test_a_short_rate_limit_is_waited_for(person, fault, time_):
    async with person.signed_in() as account:
        fault("/v1/me/playlists", "rate", retry_after_s=7)
        assert await account.playlists()
    assert len(time_.slept) == 1
    assert 7 <= time_.slept[0] <= 9


async def test_a_long_rate_limit_is_told_with_its_end(person, fault, spotify):
    async with person.signed_in() as account:
        fault("/v1/me/playlists", "rate", retry_after_s=31)
        with pytest.raises(BlockedError, match=r"asked too often; try again after \d\d:\d\d on"):
            await account.playlists()
        assert spotify.state.count_asked("/v1/me/playlists") == 1


async def test_a_quota_for_thirteen_hours_ends_all_calls_until_then_and_the_cache_serves(person, fault, spotify, time_):
    async with person.signed_in() as account:
        saved = await account.playlist(MIXED)
        listed = await account.playlists()
        fault("/v1/playlists/", "quota", retry_after_s=13 * 3600)
        assert await account.playlist(MIXED) == saved
        assert "no calls left" in person.notices[0]
        assert "as it was at" in person.notices[0]
    # It counts after a restart, too.
    async with person.account() as account:
        assert account.state.blocked_until_s == time_.now_s + 13 * 3600
        assert "no calls until" in str(account.state)
        asked = spotify.state.count_asked("/v1/")
        assert await account.playlists() == listed
        with pytest.raises(BlockedError):
            await account.playlist(LARGE_PLAYLIST)
        assert spotify.state.count_asked("/v1/") == asked
        time_.now_s += 13 * 3600
        assert account.state.blocked_until_s is None
        assert await account.playlists() == listed
        assert spotify.state.count_asked("/v1/") == asked + 1


@pytest.mark.parametrize("kind", ["server_error", "hang"])
async def test_trouble_is_tried_three_times_with_growing_pauses(person, fault, time_, spotify, kind):
    async with person.signed_in() as account:
        account._transport._http.timeout = httpx.Timeout(0.2)
        fault("/v1/me/playlists", kind, times=2)
        assert await account.playlists()
        assert time_.slept == [0.5 * 1.125, 2.0 * 1.125]
        fault("/v1/playlists/", kind, times=3)
        with pytest.raises(SpotifyUnreachableError, match=r"HTTP 503|no answer within"):
            await account.playlist(MIXED)
        assert spotify.state.count_asked("/v1/playlists/") == 3


async def test_what_is_no_json_is_said(person, fault):
    async with person.signed_in() as account:
        fault("/v1/me/playlists", "garbage")
        with pytest.raises(SpotifyAnswerError, match="can't be understood"):
            await account.playlists()


async def test_offline_the_saved_copy_serves_and_the_rest_is_said(person, spotify, tmp_path, time_, keyring_):
    async with person.signed_in() as account:
        saved = await account.playlist(MIXED)
    async with await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0) as server:
        nobody = stand_in_endpoints(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    async with await SpotifyAccount.open(tmp_path, nobody, keyring=keyring_, clock=time_.clock) as account:
        assert account.state.profile is None
        with pytest.raises(SignedOutError):
            await account.playlists()
    async with person.signed_in() as account:
        await account.playlist(MIXED)
        account._session._url = f"{nobody.accounts_url}/api/token"
        account._endpoints = nobody
        assert await account.playlist(MIXED) == saved
        assert "can't be reached" in person.notices[-1]
        with pytest.raises(SpotifyUnreachableError, match="check the network"):
            await account.playlist(DEMO_PLAYLIST)
        time_.now_s += HOUR_S
        with pytest.raises(SpotifyUnreachableError):
            await account.access_token()
        assert account.state.profile is not None


async def test_a_damaged_database_is_kept_aside_and_said(person, tmp_path):
    (tmp_path / "spotify.db").write_bytes(b"this is no database at all, " * 100)
    async with person.account() as account:
        assert account.state.profile is None
        assert "spotify.damaged-1.db" in person.notices[0]

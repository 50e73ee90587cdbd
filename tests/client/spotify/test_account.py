"""Signing in and out, the token, playlists: against a real stand-in over real sockets."""

import asyncio
import logging
import stat
import sys

import httpx
import pytest
from keyring.backends.chainer import ChainerBackend
from keyring.backends.fail import Keyring as FailKeyring

from client.errors import ClientError
from client.playlist.model import TrackKind
from client.spotify.account import SpotifyAccount
from client.spotify.endpoints import stand_in_endpoints
from client.spotify.errors import (
    BlockedError,
    ClientIdError,
    NoSuchPlaylistError,
    NotAllowListedError,
    NotReadableError,
    OwnerNotPremiumError,
    PlaylistChangingError,
    SignedOutError,
    SignInDeniedError,
    SignInError,
    SignInTimeoutError,
    SpotifyAnswerError,
    SpotifyUnreachableError,
    VaultError,
)
from client.spotify.models import Access
from server.spotify_stand_in.library import (
    DEMO_PLAYLIST,
    LARGE_PLAYLIST,
    ItemKind,
    StoredPlaylist,
    large_playlist,
)
from tests.client.spotify.conftest import CLIENT_ID, HungKeyring, NullKeyring, query_of

MIXED = "mixedbag0000000000000a"
HOUR_S = 3600.0


def everything_in(folder):
    """Return all bytes of a data directory."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


async def test_a_sign_in_is_kept_for_the_next_start_and_the_token_renewed(person, spotify, keyring_):
    async with person.account() as account:
        assert account.state.profile is None
        profile = await account.login(person.browser, client_id=CLIENT_ID)
        assert (profile.name, profile.user_id, profile.account_id) == ("Ann", "ann", "acct-nna")
        assert str(account.state) == "signed in as Ann"
        first = await account.access_token()
    assert next(iter(keyring_.kept.values())).startswith("refresh-")
    async with person.account(endpoints=None) as account:
        assert account.state.profile == profile
        second = await account.access_token()
        assert second not in {first, ""}
        assert await account.access_token() == second
    assert [state.profile for state in person.states] == [profile]
    assert not person.notices
    assert spotify.state.count_asked("/api/token") == 2


async def test_the_browser_is_asked_for_no_more_than_reading_playlists(person, browser):
    async with person.signed_in():
        query = query_of(browser.opened[0])
    assert query["scope"] == "playlist-read-private playlist-read-collaborative"
    assert query["code_challenge_method"] == "S256"
    assert query["redirect_uri"].startswith("http://127.0.0.1:")
    assert query["redirect_uri"].endswith("/callback")
    browser.close()
    assert "You can close this window" in browser.answers[0].text


async def test_the_address_is_shown_for_a_browser_that_does_not_open(person, browser):
    shown = []

    def no_browser(_url):
        raise OSError("no browser")

    async with person.account() as account:
        signing_in = asyncio.create_task(
            account.login(no_browser, on_url=lambda url: (shown.append(url), browser(url)), client_id=CLIENT_ID)
        )
        assert (await signing_in).name == "Ann"
    assert shown[0].startswith(f"{person.url}/authorize?client_id={CLIENT_ID}")


async def test_a_person_may_say_no(person, spotify, browser):
    spotify.state.signs_in = None

    def say_no(url):
        form = query_of(url) | {"person": ""}
        browser.in_thread(
            lambda: httpx.post(f"{spotify.url}/authorize", data=form, follow_redirects=True, verify=False)
        )

    async with person.account() as account:
        with pytest.raises(SignInDeniedError, match="said no"):
            await account.login(say_no, client_id=CLIENT_ID, timeout_s=20)
        assert account.state.profile is None


async def test_a_browser_that_is_closed_ends_the_sign_in_in_time(person):
    async with person.account() as account:
        with pytest.raises(SignInTimeoutError, match="nobody finished"):
            await account.login(lambda _url: None, client_id=CLIENT_ID, timeout_s=0.05)


async def test_an_answer_with_the_wrong_state_is_refused_and_the_right_one_still_counts(person, spotify, browser):
    forged = []

    def attack_first(url):
        redirect = query_of(url)["redirect_uri"]

        def requests():
            for bad in ("?code=evil&state=wrong", "?code=evil", "?code=a&code=b&state=x", ""):
                answer = httpx.get(redirect + bad, verify=False)
                forged.append(answer.status_code)
            forged.append(httpx.get(redirect.replace("/callback", "/favicon.ico"), verify=False).status_code)
            httpx.get(url, follow_redirects=True, verify=False)

        browser.in_thread(requests)

    async with person.account() as account:
        assert (await account.login(attack_first, client_id=CLIENT_ID, timeout_s=20)).name == "Ann"
    assert forged == [400, 400, 400, 400, 404]


async def test_a_port_that_is_taken_is_said(person):
    async with await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with person.account() as account:
            with pytest.raises(SignInError, match=f"port {port} of 127.0.0.1 can't be opened"):
                await account.login(person.browser, client_id=CLIENT_ID, port=port)


async def test_a_client_id_is_wanted_once_and_then_known(person, spotify):
    async with person.account() as account:
        with pytest.raises(ClientIdError, match=r"docs/spotify\.md"):
            await account.login(person.browser)
        with pytest.raises(ClientIdError, match="Client ID"):
            await account.login(person.browser, client_id="my id")
        await account.login(person.browser, client_id=f" {CLIENT_ID}\n")
        await account.logout()
        assert account.client_id == CLIENT_ID
        assert (await account.login(person.browser)).name == "Ann"


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


async def test_signing_out_deletes_token_cache_and_account(person, tmp_path, keyring_):
    async with person.signed_in() as account:
        await account.playlists()
        await account.playlist(DEMO_PLAYLIST)
        assert b"Morning Mile" in everything_in(tmp_path)
        await account.logout()
        assert not keyring_.kept
        assert account.state.profile is None
        with pytest.raises(SignedOutError):
            await account.access_token()
        left = everything_in(tmp_path)
    for secret in (b"Ann", b"nna", b"Morning Mile", b"refresh-", b"access-", b"Ben"):
        assert secret not in left + everything_in(tmp_path)


async def test_signing_out_can_be_repeated_when_the_keyring_was_locked(person, keyring_):
    async with person.signed_in():
        pass
    async with person.account(keyring=FailKeyring()) as account:
        with pytest.raises(VaultError, match="sign out again"):
            await account.logout()
    async with person.account() as account:
        await account.logout()
        assert account.state.profile is None
    assert not keyring_.kept


async def test_signing_out_when_nobody_is_signed_in_is_fine(person):
    async with person.account(keyring=FailKeyring()) as account:
        await account.logout()


async def test_somebody_else_who_signs_in_finds_nothing_of_the_former(person, spotify, tmp_path, keyring_):
    async with person.signed_in() as account:
        await account.playlist(MIXED)
        spotify.state.signs_in = "ben"
        assert (await account.login(person.browser)).name == "Ben"
        assert len(keyring_.kept) == 1
        assert b"Home recording" not in everything_in(tmp_path)


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


async def test_every_kind_of_playlist_is_listed_and_null_entries_are_guarded(person, spotify):
    spotify.state.library.null_entries = True
    async with person.signed_in() as account:
        listed = {entry.playlist_id: entry for entry in await account.playlists()}
    assert len(listed) == 5
    assert listed[f"spotify:playlist:{DEMO_PLAYLIST}"].access is Access.OWNED
    assert listed[f"spotify:playlist:{LARGE_PLAYLIST}"].count_tracks == 10_000
    assert not listed["spotify:playlist:followed00000000000000"].is_readable
    assert not listed["spotify:playlist:37i9dQZF1DXlockstep000"].is_readable


async def test_a_long_list_of_playlists_is_paged(person, spotify):
    for number in range(120):
        spotify.state.library.add(StoredPlaylist(f"list{number:018d}", f"List {number}", "ann"))
    told = []
    async with person.signed_in() as account:
        assert len(await account.playlists(lambda done, total: told.append((done, total)))) == 125
    assert told == [(50, 125), (100, 125), (125, 125)]


@pytest.mark.parametrize("former_names", [False, True])
async def test_a_collaborator_reads_a_playlist_by_either_name_of_its_rows(person, spotify, former_names):
    spotify.state.signs_in = "ben"
    spotify.state.library.former_names = former_names
    async with person.signed_in() as account:
        entry = next(entry for entry in await account.playlists() if entry.playlist_id.endswith(DEMO_PLAYLIST))
        assert (entry.access, entry.count_tracks, entry.owner) == (Access.COLLABORATIVE, 3, "Ann")
        found = await account.playlist(f"https://open.spotify.com/playlist/{DEMO_PLAYLIST}?si=abc")
    assert found.playlist_id == f"spotify:playlist:{DEMO_PLAYLIST}"
    assert [track.track_id for track in found.tracks] == [f"spotify:track:lockstepdemo000000000{n}" for n in (1, 2, 3)]
    assert found.tracks[0].title == "Morning Mile"


async def test_every_row_keeps_its_place(person):
    async with person.signed_in() as account:
        found = await account.playlist(f"spotify:playlist:{MIXED}")
    kinds = [track.kind for track in found.tracks]
    assert kinds == [
        TrackKind.TRACK,
        TrackKind.LOCAL,
        TrackKind.UNSUPPORTED,
        TrackKind.UNAVAILABLE,
        TrackKind.TRACK,
        TrackKind.UNAVAILABLE,
        TrackKind.TRACK,
        TrackKind.TRACK,
    ]
    assert [track.playlist_position for track in found.tracks] == list(range(8))
    assert found.tracks[0].track_id == found.tracks[4].track_id
    local = found.tracks[1]
    assert local.track_id == "spotify:local:My+Band:Attic+tapes:Home+recording:95"
    assert (local.title, local.artists, local.album) == ("Home recording", ("My Band",), "Attic tapes")
    assert found.tracks[6].isrc == "RUA1B8800001"
    assert found.tracks[7].title == "夜に駆ける"
    assert found.count_pairable == 5


async def test_ten_thousand_rows_are_read_in_order_and_reopened_with_one_call(person, spotify):
    told = []
    async with person.signed_in() as account:
        found = await account.playlist(LARGE_PLAYLIST, lambda done, total: told.append((done, total)))
        assert [track.title for track in found.tracks] == [f"Track number {n}" for n in range(10_000)]
        assert told[0] == (50, 10_000)
        assert told[-1] == (10_000, 10_000)
        assert spotify.state.count_asked("/v1/playlists/") == 1 + 199 + 1
        again = await account.playlist(LARGE_PLAYLIST)
        assert again == found
        assert spotify.state.count_asked("/v1/playlists/") == 202


async def test_a_playlist_that_changes_while_it_is_read_is_read_again_once(person, spotify, fault):
    key = spotify.state.library.add(large_playlist("ann", 160)).playlist_id
    path = f"/v1/playlists/{key}/items"
    async with person.signed_in() as account:
        fault(path, "change", skip=1, playlist_id=key)
        found = await account.playlist(key)
        assert spotify.state.count_asked("/v1/playlists/") == 3 + 5
        assert len(found.tracks) == 161
        assert [track.title for track in found.tracks[:2]] == ["Added 1", "Track number 0"]
        assert found.tracks[160].title == "Track number 159"
        for _ in range(2):
            fault(path, "change", skip=1, playlist_id=key)
        spotify.state.library.playlists[key].version += 1
        with pytest.raises(PlaylistChangingError, match="twice"):
            await account.playlist(key)


async def test_rows_that_only_changed_places_while_they_were_read_are_noticed_by_the_snapshot(person, spotify):
    playlist = spotify.state.library.add(large_playlist("ann", 160))

    def reorder(done, _total):
        if done == 150 and playlist.version == 1:
            playlist.rows.reverse()
            playlist.version += 1

    async with person.signed_in() as account:
        found = await account.playlist(playlist.playlist_id, reorder)
    assert found.tracks[0].title == "Track number 159"
    assert found.tracks[159].title == "Track number 0"
    assert found.snapshot_id == playlist.snapshot_id


async def test_a_saved_playlist_that_has_changed_since_is_read_anew(person, spotify):
    async with person.signed_in() as account:
        await account.playlist(MIXED)
        spotify.state.library.playlists[MIXED].insert(0, None)
        assert len((await account.playlist(MIXED)).tracks) == 9


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


async def test_a_damaged_database_is_kept_aside_and_said(person, tmp_path):
    (tmp_path / "spotify.db").write_bytes(b"this is no database at all, " * 100)
    async with person.account() as account:
        assert account.state.profile is None
        assert "spotify.damaged-1.db" in person.notices[0]


def test_the_kinds_of_items_are_those_that_rows_have():
    assert {kind.value for kind in ItemKind} == {"track", "episode", "local", "withdrawn"}

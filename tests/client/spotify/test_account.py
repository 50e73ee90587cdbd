"""Signing in and out, against a real stand-in over real sockets."""

import asyncio

import httpx
import pytest
from keyring.backends.fail import Keyring as FailKeyring

from client.spotify.errors import (
    ClientIdError,
    SignedOutError,
    SignInDeniedError,
    SignInError,
    SignInTimeoutError,
    VaultError,
)
from server.spotify_stand_in.library import (
    DEMO_PLAYLIST,
)
from tests.client.spotify.conftest import CLIENT_ID, query_of
from tests.client.spotify.signed_in import MIXED, everything_in


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

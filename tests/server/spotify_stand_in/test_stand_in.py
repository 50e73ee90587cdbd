"""The stand-in behaves as Spotify does: over real HTTP, as somebody who knows Spotify alone would ask it."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.spotify_accounts import SpotifyAccounts
from server.spotify_stand_in.library import DEMO_PLAYLIST, LARGE_PLAYLIST
from server.spotify_stand_in.running import stand_in
from server.spotify_stand_in.shapes import parse_fields, select
from server.spotify_stand_in.state import StandInState

VERIFIER = "v" * 64
REDIRECT = "http://127.0.0.1:40000/callback"
QUERY = {
    "client_id": "client",
    "response_type": "code",
    "redirect_uri": REDIRECT,
    "scope": "playlist-read-private",
    "state": "the-state",
    "code_challenge_method": "S256",
    "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode(),
}


@pytest.fixture
def spotify():
    with stand_in(StandInState(signs_in="ann")) as running, httpx.Client(base_url=running.url, verify=False) as http:
        running.state.now_s = lambda: 1_000_000.0
        yield running, http


def code_of(http, **changes):
    answer = http.get("/authorize", params=QUERY | changes)
    assert answer.status_code == 302, answer.text
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["state"] == ["the-state"]
    return query["code"][0]


def exchange(http, **changes):
    form = {
        "grant_type": "authorization_code",
        "code": changes.pop("code", None) or code_of(http),
        "redirect_uri": REDIRECT,
        "client_id": "client",
        "code_verifier": VERIFIER,
    }
    return http.post("/api/token", data=form | changes)


def bearer(http):
    return {"Authorization": f"Bearer {exchange(http).json()['access_token']}"}


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "http://localhost:40000/callback"},
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": "http://127.0.0.1:40000/other"},
        {"client_id": ""},
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
        {"code_challenge": "short"},
    ],
)
def test_a_wrong_request_gets_an_error_page_and_no_redirect(spotify, changes):
    answer = spotify[1].get("/authorize", params=QUERY | changes)
    assert answer.status_code == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "w" * 64}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:40001/callback"}, "invalid_grant"),
        ({"client_id": "another"}, "invalid_client"),
        ({"code": "made up"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_code_is_given_for_the_right_proof_alone(spotify, changes, error):
    answer = exchange(spotify[1], **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_a_code_counts_once_and_a_refresh_token_until_it_is_revoked(spotify):
    _, http = spotify
    code = code_of(http)
    first = exchange(http, code=code).json()
    assert exchange(http, code=code).json()["error"] == "invalid_grant"
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"], "client_id": "client"}
    second = http.post("/api/token", data=form).json()
    assert "refresh_token" not in second
    assert second["access_token"] != first["access_token"]
    assert http.post("/control/tokens/revoke").status_code == 204
    refused = http.post("/api/token", data=form)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    me = http.get("/v1/me", headers={"Authorization": f"Bearer {second['access_token']}"})
    assert (me.status_code, me.json()["error"]["status"]) == (401, 401)


def test_the_page_asks_who_it_is_and_takes_a_no(spotify):
    _, http = spotify
    assert http.put("/control/signs-in", json={"person": None}).status_code == 204
    page = http.get("/authorize", params=QUERY | {"state": '"><script>'})
    assert "Agree as Ann" in page.text
    assert "<script>" not in page.text
    answer = http.post("/authorize", data=QUERY | {"person": ""})
    assert answer.headers["Location"] == f"{REDIRECT}?error=access_denied&state=the-state"
    assert "code=" in http.post("/authorize", data=QUERY | {"person": "ben"}).headers["Location"]
    assert http.put("/control/signs-in", json={"person": "eve"}).status_code == 404


def test_pages_have_spotifys_limits_and_addresses(spotify):
    _, http = spotify
    headers, path = bearer(http), f"/v1/playlists/{LARGE_PLAYLIST}/items"
    page = http.get(path, params={"limit": 50, "offset": 9950}, headers=headers).json()
    assert (len(page["items"]), page["total"], page["next"]) == (50, 10_000, None)
    first = http.get(path, headers=headers).json()
    assert (len(first["items"]), first["previous"]) == (20, None)
    assert http.get(first["next"], headers=headers).json()["offset"] == 20
    for wrong in ({"limit": 51}, {"limit": 0}, {"offset": -1}, {"offset": 100_001}, {"fields": "items((("}):
        assert http.get(path, params=wrong, headers=headers).status_code == 400


def test_fields_leave_out_the_rest(spotify):
    _, http = spotify
    headers = bearer(http)
    found = http.get(
        f"/v1/playlists/{DEMO_PLAYLIST}",
        params={"fields": "id,items(total,items(item(name),nothing))"},
        headers=headers,
    )
    assert found.json() == {
        "id": DEMO_PLAYLIST,
        "items": {
            "total": 3,
            "items": [{"item": {"name": f"{name}"}} for name in ("Morning Mile", "Long Way Round", "Last Lap")],
        },
    }


def test_what_is_not_ones_own_has_no_rows(spotify):
    _, http = spotify
    headers = bearer(http)
    assert "items" not in http.get("/v1/playlists/followed00000000000000", headers=headers).json()
    assert http.get("/v1/playlists/followed00000000000000/items", headers=headers).status_code == 403
    assert http.get("/v1/playlists/37i9dQZF1DXlockstep000", headers=headers).status_code == 404
    assert http.get(f"/v1/playlists/{DEMO_PLAYLIST}/tracks", headers=headers).status_code == 403
    assert http.get("/v1/me").status_code == 401


def test_it_fails_as_it_is_told_to_and_then_no_more(spotify):
    _, http = spotify
    headers = bearer(http)
    fault = {"path": "/v1/me", "kind": "quota", "retry_after_s": 46800, "skip": 1}
    assert http.post("/control/faults", json=fault).status_code == 204
    answers = [http.get("/v1/me", headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 429, 200]
    assert answers[1].headers["Retry-After"] == "46800"
    assert answers[1].json()["error"]["reason"] == "QUOTA_EXCEEDED"
    assert http.post("/control/faults", json={"path": "/v1/me", "kind": "dance"}).status_code == 422
    http.post("/control/faults", json={"path": "/v1/me", "kind": "server_error"})
    assert http.delete("/control/faults").status_code == 204
    assert http.get("/v1/me", headers=headers).status_code == 200
    asked = http.get("/control/asked").json()
    assert asked[-1] == {"method": "GET", "path": "/v1/me", "query": ""}


def test_a_change_gives_another_snapshot(spotify):
    _, http = spotify
    headers = bearer(http)
    before = http.get(f"/v1/playlists/{DEMO_PLAYLIST}", headers=headers).json()
    assert http.post(f"/control/playlists/{DEMO_PLAYLIST}/change").status_code == 204
    after = http.get(f"/v1/playlists/{DEMO_PLAYLIST}", headers=headers).json()
    assert after["snapshot_id"] != before["snapshot_id"]
    assert after["items"]["total"] == 4
    assert http.post("/control/playlists/none/change").status_code == 404


async def test_the_session_server_asks_it_whose_token_it_is(spotify):
    running, http = spotify
    token = exchange(http).json()["access_token"]
    accounts = SpotifyAccounts(running.url, 5, 3000)
    account = await accounts.verify(token, "here")
    assert (account.account_id, account.display_name) == ("acct-nna", "Ann")
    await accounts.close()


@given(st.text(alphabet="ab(),", max_size=20))
def test_any_filter_is_a_tree_or_refused(text):
    try:
        fields = parse_fields(text)
    except ValueError:
        return
    assert select({"a": [{"b": 1}], "b": 2, "c": 3}, fields).keys() <= {"a", "b"}

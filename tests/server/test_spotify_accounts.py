"""Verification by Spotify's /v1/me, against a small HTTP server that stands in for it."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from protocol.rest import ErrorBody
from server.errors import RefusedError
from server.settings import AccountsMode
from server.spotify_accounts import SpotifyAccounts
from tests.server.harness import Person, Start, http

S = 1_000_000_000
ME = {"account_id": "acc1", "id": "ann", "display_name": "Ann"}


@dataclass
class StandIn:
    """What the stand-in answers, and what it was asked."""

    base_url: str = ""
    status: int = 200
    body: bytes = json.dumps(ME).encode()
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    was_asked: threading.Event = field(default_factory=threading.Event)
    hang: threading.Event | None = None


@pytest.fixture
def spotify() -> Iterator[StandIn]:
    stand_in = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            stand_in.asked.append((self.path, self.headers["Authorization"]))
            stand_in.was_asked.set()
            if stand_in.hang is not None:
                stand_in.hang.wait(10)
            self.send_response(stand_in.status)
            for name, value in stand_in.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(stand_in.body)))
            self.end_headers()
            self.wfile.write(stand_in.body)

        def log_message(self, *args: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    # A client that hung up on purpose is no news.
    http.handle_error = lambda *_: None  # type: ignore[method-assign]
    stand_in.base_url = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, args=(0.02,))
    thread.start()
    yield stand_in
    if stand_in.hang is not None:
        stand_in.hang.set()
    http.shutdown()
    thread.join()
    http.server_close()


async def refusal(base_url: str, timeout_s: float = 5) -> RefusedError:
    accounts = SpotifyAccounts(base_url, timeout_s, 3000)
    with pytest.raises(RefusedError) as caught:
        await accounts.verify("token", "here")
    await accounts.close()
    return caught.value


async def verified(spotify: StandIn, body: dict[str, Any]) -> tuple[str, str]:
    spotify.body = json.dumps(body).encode()
    accounts = SpotifyAccounts(spotify.base_url, 5, 3000)
    account = await accounts.verify("token", "here")
    await accounts.close()
    return account.account_id, account.display_name


async def test_the_account_id_counts_and_the_id_where_there_is_none(spotify: StandIn) -> None:
    assert await verified(spotify, ME) == ("acc1", "Ann")
    assert await verified(spotify, {"id": "ann", "display_name": "Ann"}) == ("ann", "Ann")
    assert spotify.asked[0] == ("/v1/me", "Bearer token")


@pytest.mark.parametrize("name", [None, "", "  ", 5])
async def test_somebody_without_a_name_is_shown_by_id(spotify: StandIn, name: object) -> None:
    assert await verified(spotify, {"id": "ann", "display_name": name}) == ("ann", "ann")


async def test_a_name_that_would_break_the_wire_is_cleaned(spotify: StandIn) -> None:
    body = {"id": "ann", "display_name": "An\u202en\x00\n\x1b[31m " + "x" * 400}
    _, shown = await verified(spotify, body)
    assert shown.startswith("An n [31m xxx")
    assert len(shown) == 300


async def test_an_id_that_would_break_the_wire_is_refused(spotify: StandIn) -> None:
    spotify.body = json.dumps({"id": "an\x00n"}).encode()
    assert (await refusal(spotify.base_url)).status == 503


async def test_spotify_is_asked_once_until_the_memory_ends(spotify: StandIn) -> None:
    now_ns = [0]
    accounts = SpotifyAccounts(spotify.base_url, 5, 3000, lambda: now_ns[0])
    for now_ns[0] in (0, 2999 * S):
        await accounts.verify("token", "here")
    assert len(spotify.asked) == 1
    await accounts.verify("other", "here")
    now_ns[0] = 3000 * S
    await accounts.verify("token", "here")
    assert len(spotify.asked) == 3
    await accounts.close()


async def test_many_requests_with_one_new_token_are_one_question(spotify: StandIn) -> None:
    accounts = SpotifyAccounts(spotify.base_url, 5, 3000)
    found = await asyncio.gather(*(accounts.verify("token", "here") for _ in range(20)))
    assert {account.account_id for account in found} == {"acc1"}
    assert len(spotify.asked) == 1
    await accounts.close()


async def test_whoever_asked_first_may_hang_up(spotify: StandIn) -> None:
    spotify.hang = threading.Event()
    accounts = SpotifyAccounts(spotify.base_url, 5, 3000)
    first = asyncio.create_task(accounts.verify("token", "here"))
    second = asyncio.create_task(accounts.verify("token", "here"))
    await asyncio.to_thread(spotify.was_asked.wait, 10)
    first.cancel()
    spotify.hang.set()
    assert (await second).account_id == "acc1"
    assert first.cancelled()
    assert len(spotify.asked) == 1
    await accounts.close()


async def test_stopping_does_not_wait_for_spotify(spotify: StandIn) -> None:
    spotify.hang = threading.Event()
    accounts = SpotifyAccounts(spotify.base_url, 60, 3000)
    asking = asyncio.create_task(accounts.verify("token", "here"))
    await asyncio.to_thread(spotify.was_asked.wait, 10)
    await accounts.close()
    with pytest.raises(asyncio.CancelledError):
        await asking


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_token_is_refused_for_a_minute_without_asking_again(spotify: StandIn, status: int) -> None:
    now_ns = [0]
    spotify.status = status
    accounts = SpotifyAccounts(spotify.base_url, 5, 3000, lambda: now_ns[0])
    for now_ns[0] in (0, 60 * S - 1):
        with pytest.raises(RefusedError) as caught:
            await accounts.verify("token", "here")
        assert caught.value.status == status
    assert len(spotify.asked) == 1
    now_ns[0] = 60 * S
    spotify.status = 200
    assert (await accounts.verify("token", "here")).account_id == "acc1"
    await accounts.close()


async def test_a_busy_spotify_is_left_alone_as_long_as_it_asks_for_at_most_a_minute(spotify: StandIn) -> None:
    now_ns = [0]
    accounts = SpotifyAccounts(spotify.base_url, 5, 3000, lambda: now_ns[0])
    for wait, told_later in (("20", "5"), ("3600", "3585")):
        spotify.status, spotify.headers = 429, {"Retry-After": wait}
        start_ns, asked = now_ns[0], len(spotify.asked)
        told = []
        for now_ns[0] in (start_ns, start_ns + 15 * S):
            with pytest.raises(RefusedError) as caught:
                await accounts.verify("token", "here")
            assert caught.value.status == 503
            told.append(caught.value.headers["Retry-After"])
        assert told == [wait, told_later]
        assert len(spotify.asked) == asked + 1
        now_ns[0] = start_ns + min(int(wait), 60) * S
    spotify.status, spotify.headers = 200, {}
    assert (await accounts.verify("token", "here")).account_id == "acc1"
    await accounts.close()


async def test_trouble_is_not_remembered(spotify: StandIn) -> None:
    accounts = SpotifyAccounts(spotify.base_url, 5, 3000)
    spotify.status = 500
    with pytest.raises(RefusedError):
        await accounts.verify("token", "here")
    spotify.status = 200
    assert (await accounts.verify("token", "here")).account_id == "acc1"
    await accounts.close()


async def test_an_address_that_brings_too_many_tokens_is_refused_before_spotify_is_asked(spotify: StandIn) -> None:
    def count(address: str) -> None:
        raise RefusedError(429, "too_many_requests", address)

    accounts = SpotifyAccounts(spotify.base_url, 5, 3000, count_question=count)
    with pytest.raises(RefusedError, match="there"):
        await accounts.verify("token", "there")
    assert spotify.asked == []
    await accounts.close()


@pytest.mark.parametrize(
    ("answered", "expected"), [(401, 401), (403, 403), (429, 503), (500, 503), (503, 503), (404, 503)]
)
async def test_only_a_refused_token_is_the_users_fault(spotify: StandIn, answered: int, expected: int) -> None:
    spotify.status = answered
    error = await refusal(spotify.base_url)
    assert error.status == expected
    assert ("Retry-After" in error.headers) == (expected == 503)


@pytest.mark.parametrize(
    ("header", "passed_on"), [("17", "17"), ("9999999", "86400"), ("soon", "10"), ("-5", "10"), ("0", "1")]
)
async def test_spotifys_retry_after_is_passed_on(spotify: StandIn, header: str, passed_on: str) -> None:
    spotify.status, spotify.headers = 429, {"Retry-After": header}
    assert (await refusal(spotify.base_url)).headers["Retry-After"] == passed_on


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"id":5}', b'{"id":""}', b'{"id":"%s"}' % (b"x" * 300)]
)
async def test_an_answer_that_makes_no_sense_is_spotifys_trouble(spotify: StandIn, body: bytes) -> None:
    spotify.body = body
    assert (await refusal(spotify.base_url)).status == 503


async def test_silence_is_spotifys_trouble(spotify: StandIn) -> None:
    spotify.hang = threading.Event()
    assert (await refusal(spotify.base_url, timeout_s=0.1)).status == 503


async def test_a_spotify_out_of_reach_is_its_trouble() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    assert (await refusal(f"http://127.0.0.1:{port}")).status == 503


def test_the_routes_take_spotifys_tokens_and_pass_on_its_refusals(spotify: StandIn, start: Start) -> None:
    server = start(accounts=AccountsMode.SPOTIFY, spotify_base_url=spotify.base_url)
    ann = Person(server.base_url, "spotify-token")
    session = ann.create()
    answer = ann.request("GET", f"/runbuddy/sessions/{session.join_code}")
    assert answer.json()["hostDisplayName"] == "Ann"
    spotify.status, spotify.headers = 429, {"Retry-After": "33"}
    answer = http("GET", f"{server.base_url}/runbuddy/sessions", headers={"Authorization": "Bearer other"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "33")
    assert ErrorBody.model_validate(answer.json()).error == "unavailable"

import asyncio
import json
import logging
import shutil
import socket
import ssl
import subprocess

import pytest

from client.api import RunBuddyApiClient
from client.errors import (
    AddressError,
    ApiError,
    ClientError,
    CredentialError,
    RequestError,
    ServerAnswerError,
    ServerUnreachableError,
)
from protocol.rest import BillboardSort, QueueTrack, SessionStatus

TOKEN = "sesame-0123456789"
NOW_MS = 1_800_000_000_000
SNAPSHOT = {"playlistId": "p", "playlistPosition": 0, "positionMs": 0, "isPlaying": False, "correctedMs": NOW_MS}
ENTRY = {
    "sessionId": "s1", "hostDisplayName": "Host", "playlistId": "p", "playlistName": "Run", "pairedTrackCount": 3,
    "createdAt": NOW_MS,
}  # fmt: skip
JOINED = {"wsUrl": "ws://127.0.0.1/runbuddy/ws", "wsToken": "w", "snapshot": SNAPSHOT}


async def test_every_route_is_asked_as_the_plan_says(http_server, http):
    answers = {
        ("POST", "/local/accounts"): {"accountId": "a1", "accessToken": TOKEN},
        ("POST", "/runbuddy/sessions"): {"sessionId": "s1", "joinCode": "ABC346", **JOINED},
        ("GET", "/runbuddy/sessions"): {"sessions": [ENTRY]},
        ("GET", "/runbuddy/sessions/s1"): {**ENTRY, "status": "waiting", "snapshot": SNAPSHOT},
        ("POST", "/runbuddy/sessions/ABC346/join"): JOINED,
        ("POST", "/runbuddy/sessions/s1/end"): {"status": "ended"},
        ("POST", "/runbuddy/sessions/s1/leave"): {"status": "waiting"},
    }
    async with http_server(lambda method, path, *_: http(200, json.dumps(answers[method, path]))) as server:
        async with RunBuddyApiClient(f"{server.url}/") as api:
            assert (await api.create_local_account("Ada")).account_id == "a1"
            assert (await api.create_session("p", "Run", 3)).join_code == "ABC346"
            assert [entry.session_id for entry in await api.list_sessions()] == ["s1"]
            assert (await api.get_session("s1")).status is SessionStatus.WAITING
            assert (await api.join("ABC346")).ws_token == "w"
            assert await api.end("s1") is SessionStatus.ENDED
            assert await api.leave("s1") is SessionStatus.WAITING
        assert [(method, path) for method, path, _, _ in server.requests] == list(answers)
        assert json.loads(server.requests[0][3]) == {"displayName": "Ada"}
        assert json.loads(server.requests[1][3]) == {
            "playlistId": "p",
            "playlistName": "Run",
            "pairedTrackCount": 3,
        }
        assert "authorization" not in server.requests[0][2]
        # The account's token is used from then on.
        assert {headers["authorization"] for _, _, headers, _ in server.requests[1:]} == {f"Bearer {TOKEN}"}


async def test_a_server_may_live_under_a_path(http_server, http):
    async with http_server(lambda *_: http(200, '{"sessions": []}')) as server:
        async with RunBuddyApiClient(f"{server.url}/music/") as api:
            assert await api.list_sessions() == []
        assert server.requests[0][1] == "/music/runbuddy/sessions"


@pytest.mark.parametrize(
    ("name", "segment"),
    [("a/b", "a%2Fb"), ("a?b#c", "a%3Fb%23c"), ("../x", "..%2Fx"), ("%2e%2e", "%252e%252e"), ("é", "%C3%A9"),
     (" A ", "A")],
)  # fmt: skip
async def test_a_session_id_can_not_leave_its_place_in_the_path(http_server, http, name, segment):
    async with http_server(lambda *_: http(200, json.dumps(JOINED))) as server:
        async with RunBuddyApiClient(server.url, TOKEN) as api:
            await api.join(name)
        assert server.requests[0][1] == f"/runbuddy/sessions/{segment}/join"


@pytest.mark.parametrize("name", ["", " ", ".", "..", "a\nb", "x" * 257])
async def test_what_can_be_no_session_id_is_not_asked_for(name):
    async with RunBuddyApiClient("http://127.0.0.1:9") as api:
        with pytest.raises(RequestError, match="is not a session id or join code"):
            await api.get_session(name)


async def test_what_breaks_the_contract_is_not_sent():
    async with RunBuddyApiClient("http://127.0.0.1:9") as api:
        with pytest.raises(RequestError, match="displayName"):
            await api.create_local_account("")
        with pytest.raises(RequestError, match="pairedTrackCount"):
            await api.create_session("p", "Run", 0)


async def test_why_there_is_no_connection_is_told_in_the_systems_words():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for address, words in ((f"http://127.0.0.1:{port}", "Connection refused"), ("http://nowhere.invalid", "")):
        async with RunBuddyApiClient(address, "token") as api:
            with pytest.raises(ServerUnreachableError) as told:
                await api.list_sessions()
        assert words in str(told.value)
        assert "Errno" not in str(told.value)


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (401, "invalid_token", "Sign in again."),
        (404, "session_not_found", "There is no such session."),
        (409, "session_full", "Somebody else follows already."),
        (410, "session_ended", "The session is over."),
        (429, "rate_limited", "Wait a minute."),
        (503, "unavailable", "Spotify can't be reached."),
    ],
)
async def test_a_refusal_carries_the_servers_code_and_sentence(http_server, http, status, code, message):
    body = json.dumps({"error": code, "message": message, "more": 1})
    async with http_server(lambda *_: http(status, body)) as server, RunBuddyApiClient(server.url, TOKEN) as api:
        with pytest.raises(ApiError) as caught:
            await api.join("s1")
    assert (caught.value.status, caught.value.code, str(caught.value)) == (status, code, message)


async def test_a_servers_sentence_can_not_play_with_the_terminal(http_server, http):
    body = json.dumps({"error": "x", "message": "a\x1b[2J\nb" + "c" * 1000})
    async with http_server(lambda *_: http(409, body)) as server, RunBuddyApiClient(server.url, TOKEN) as api:
        with pytest.raises(ApiError) as caught:
            await api.join("s1")
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) <= 300


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "<html>hotel wifi</html>"),
        (200, ""),
        (200, "[]"),
        (200, "{}"),
        (200, json.dumps({**JOINED, "wsToken": 3})),
        (200, json.dumps({**JOINED, "snapshot": {**SNAPSHOT, "positionMs": -1}})),
        (200, b"\xff\xfe"),
        (200, "[" * 100_000),
        (302, ""),
        (404, '{"detail": "Not Found"}'),
        (404, "not found"),
    ],
)
async def test_what_is_no_runbuddy_answer_is_said_so(http_server, http, status, body):
    answer = http(status, body, extra="Location: http://127.0.0.1:9/\r\n" if status == 302 else "")
    async with http_server(lambda *_: answer) as server, RunBuddyApiClient(server.url, TOKEN) as api:
        with pytest.raises(
            ServerAnswerError, match=r"does not answer like a RunBuddy server \(.+\); check the server's"
        ):
            await api.join("s1")
        assert len(server.requests) == 1


async def test_a_gateways_error_page_says_that_the_server_is_in_trouble(http_server, http):
    async with http_server(lambda *_: http(502, "<html>")) as server, RunBuddyApiClient(server.url, TOKEN) as api:
        with pytest.raises(ApiError, match=r"in trouble \(HTTP 502\); try again later") as caught:
            await api.join("s1")
    assert caught.value.code == "http_502"


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    ],
)
async def test_what_is_no_http_is_said_so(http_server, answer):
    async with http_server(lambda *_: answer) as server, RunBuddyApiClient(server.url, TOKEN) as api:
        with pytest.raises(ServerAnswerError, match="does not answer like a RunBuddy server"):
            await api.list_sessions()


async def test_an_endless_answer_is_cut(http_server, http, monkeypatch):
    monkeypatch.setattr("client.api.MAX_ANSWER_BYTES", 1000)
    async with http_server(lambda *_: http(200, b"x" * 2000)) as server, RunBuddyApiClient(server.url) as api:
        with pytest.raises(ServerAnswerError, match="too much data"):
            await api.list_sessions()


async def test_a_silent_server_is_given_up(http_server):
    async with http_server(lambda *_: None) as server, RunBuddyApiClient(server.url, timeout_s=0.05) as api:
        with pytest.raises(ServerUnreachableError, match=r"did not answer within 0\.05 s; check"):
            await api.list_sessions()


async def test_a_closed_port_and_an_unknown_host_are_unreachable():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}", "http://no-such-host.invalid"):
        async with RunBuddyApiClient(url) as api:
            with pytest.raises(ServerUnreachableError, match=r"that the server runs|did not answer"):
                await api.list_sessions()


async def serve(greet, context=None):
    """Start a server that is no RunBuddy server; return it and its https address."""
    server = await asyncio.start_server(lambda reader, writer: greet(writer), "127.0.0.1", 0, ssl=context)
    return server, f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_https_to_a_plain_http_server_says_that_there_is_no_secure_connection(http):
    def greet(writer):
        writer.write(http(400, ""))
        writer.close()

    server, url = await serve(greet)
    async with server, RunBuddyApiClient(url) as api:
        with pytest.raises(ServerUnreachableError, match="no secure connection to https://"):
            await api.list_sessions()


@pytest.fixture
def unsigned(tmp_path):
    """Return a TLS context with a certificate that nobody signed."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1",
               "-keyout", tmp_path / "key", "-out", tmp_path / "cert"]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    return context


async def test_a_certificate_that_nobody_signed_is_refused(unsigned):
    server, url = await serve(lambda writer: writer.close(), unsigned)
    async with server, RunBuddyApiClient(url) as api:
        with pytest.raises(ServerUnreachableError, match=r"self.signed certificate.*certificate"):
            await api.list_sessions()


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1:8000", "ftp://host", "http://", "https:///x", "http://user:pw@host", "http://host?x=1", "http://host#x",
     "http://ho st", "http://host:99999", "http://[::1", "ws://host", "file:///etc/passwd"],
)  # fmt: skip
def test_what_is_no_server_address_is_refused_without_repeating_it(url):
    with pytest.raises(AddressError, match="must look like http://HOST:PORT or https://HOST") as caught:
        RunBuddyApiClient(url)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize("token", ["", "a b", "a\r\nX: y", "tökén", "a\0"])
def test_what_can_be_no_token_is_refused_without_repeating_it(token):
    with pytest.raises(CredentialError) as caught:
        RunBuddyApiClient("http://host", token)
    assert not token or token not in str(caught.value)


def test_a_proxy_that_can_not_be_used_is_said_so(monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    with pytest.raises(AddressError, match="proxy"):
        RunBuddyApiClient("http://host")


async def test_the_token_is_in_no_log_and_no_repr(http_server, http, caplog):
    caplog.set_level(logging.DEBUG)
    answer = http(200, '{"sessions": []}')
    async with http_server(lambda *_: answer) as server, RunBuddyApiClient(server.url, TOKEN) as api:
        await api.list_sessions()
        assert TOKEN not in repr(api)
    assert caplog.text
    assert TOKEN not in caplog.text


def test_every_client_error_has_a_code():
    def family(kind):
        return [kind, *(kin for child in kind.__subclasses__() for kin in family(child))]

    assert all(kind.code for kind in family(ClientError))


INFO = {
    "name": "RunBuddy", "version": "1", "accounts": "local",
    "limits": {
        "maxEventBytes": 1, "maxEventsPerSecond": 1, "maxPairedTrackCount": 1, "joinCodeLength": 6,
        "maxBillboardPage": 1, "idleTtlMs": 1, "leaderGraceMs": 1, "seatHoldMs": 1, "tokenTtlMs": 1,
    },
}  # fmt: skip


async def test_what_a_server_is_can_be_asked_without_a_token(http_server, http):
    async def bearer(refused):
        raise AssertionError("nobody has to sign in for this")

    async with http_server(lambda *_: http(200, json.dumps(INFO))) as server:
        async with RunBuddyApiClient(server.url, bearer=bearer) as api:
            assert (await api.info()).accounts == "local"
        assert "authorization" not in server.requests[0][2]


class Bearer:
    """Hands out one token after the other; each is good until it was refused."""

    def __init__(self, *tokens):
        self.tokens = list(tokens)
        self.refused = []

    async def __call__(self, refused):
        if refused is not None:
            self.refused.append(refused)
            if len(self.tokens) > 1:
                self.tokens.remove(refused)
        return self.tokens[0]


def _only(token, http):
    refusal = http(401, '{"error": "unauthorized", "message": "sign in again"}')
    return lambda method, path, headers, body: (
        http(200, '{"sessions": []}') if headers["authorization"] == f"Bearer {token}" else refusal
    )


async def test_a_token_that_has_run_out_is_renewed_and_the_request_made_again(http_server, http):
    bearer = Bearer("old", "new")
    async with http_server(_only("new", http)) as server:
        async with RunBuddyApiClient(server.url, bearer=bearer) as api:
            assert await api.list_sessions() == []
            assert await api.list_sessions() == []
        assert [headers["authorization"] for _, _, headers, _ in server.requests] == [
            "Bearer old", "Bearer new", "Bearer new",
        ]  # fmt: skip
    assert bearer.refused == ["old"]


@pytest.mark.parametrize("tokens", [("old",), ("old", "older")])
async def test_a_renewed_token_that_is_refused_too_ends_in_the_servers_own_words(http_server, http, tokens):
    async with http_server(_only("new", http)) as server:
        async with RunBuddyApiClient(server.url, bearer=Bearer(*tokens)) as api:
            with pytest.raises(ApiError, match="sign in again") as caught:
                await api.list_sessions()
        assert caught.value.status == 401
        assert len(server.requests) == len(tokens)


TRACK = QueueTrack(playlist_position=4, track_id="spotify:track:a")


async def test_a_queue_goes_along_and_a_server_that_takes_no_such_body_gets_one_without(http_server, http):
    created = json.dumps({"sessionId": "s1", "joinCode": "ABC346", **JOINED})
    too_long = http(413, '{"error": "body_too_large", "message": "Send less."}')
    for refuses in (False, True):

        def answer(_method, _path, _headers, body, refuses=refuses):
            return too_long if refuses and b"queue" in body else http(201, created)

        async with http_server(answer) as server, RunBuddyApiClient(server.url, TOKEN) as api:
            assert (await api.create_session("p", "Run", 3, [TRACK])).session_id == "s1"
            assert (await api.create_session("p", "Run", 3, [])).session_id == "s1"
            queues = [json.loads(body).get("queue") for _, _, _, body in server.requests]
        with_it = [{"playlistPosition": 4, "trackId": "spotify:track:a"}]
        assert queues == ([with_it, None, None] if refuses else [with_it, None])


async def test_another_refusal_of_a_queue_is_not_asked_twice(http_server, http):
    answer = http(422, '{"error": "invalid_request", "message": "queue: wrong"}')
    async with http_server(lambda *_: answer) as server, RunBuddyApiClient(server.url, TOKEN) as api:
        with pytest.raises(ApiError, match="queue: wrong"):
            await api.create_session("p", "Run", 3, [TRACK])
        assert len(server.requests) == 1


async def test_the_billboard_is_turned_page_by_page_in_any_order(http_server, http):
    def answer(_method, path, *_):
        page = {"sessions": [ENTRY]} | ({} if "cursor" in path else {"nextCursor": "a/b=&"})
        return http(200, json.dumps(page))

    async with http_server(answer) as server, RunBuddyApiClient(server.url, TOKEN) as api:
        first = await api.billboard(sort=BillboardSort.HOST, limit=1)
        second = await api.billboard(sort=BillboardSort.HOST, limit=1, cursor=first.next_cursor)
        assert [entry.session_id for entry in [*first.sessions, *second.sessions]] == ["s1", "s1"]
        assert second.next_cursor is None
        await api.billboard()
        assert [path.removeprefix("/runbuddy/sessions") for _, path, _, _ in server.requests] == [
            "?sort=host&limit=1", "?sort=host&limit=1&cursor=a%2Fb%3D%26", "",
        ]  # fmt: skip

"""Limits over real connections: guessing, floods, drips, bodies without end, and readers that are gone."""

import asyncio
import json
import socket

import httpx
import pytest
import websockets

from protocol import limits
from protocol.events import Participant, ParticipantState, Pong, SessionEnd, Snapshot
from protocol.rest import ErrorBody
from tests.patience import WAIT_S
from tests.server.harness import Person, RunningServer, Start, http


def limited(answer: httpx.Response) -> str:
    assert answer.status_code == 429, answer.text
    assert int(answer.headers["Retry-After"]) >= 1
    body = ErrorBody.model_validate(answer.json())
    assert body.error == "too_many_requests"
    return body.message


async def heard_while_dripping(server: RunningServer, beginning: bytes, after_answer: bytes = b"") -> bytes:
    """Send the beginning, then a byte now and then until the server hangs up; return what it said."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    heard = bytearray()
    writer.write(beginning)
    if after_answer:
        heard += await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), WAIT_S)
        writer.write(after_answer)

    async def drip() -> None:
        while True:
            await asyncio.sleep(0.05)
            writer.write(b"x")

    dripping = asyncio.create_task(drip())
    try:
        async with asyncio.timeout(WAIT_S):
            while data := await reader.read(65536):
                heard += data
    except ConnectionError:
        # Hung up on in the middle of a drop.
        pass
    finally:
        dripping.cancel()
        writer.close()
        await asyncio.gather(dripping, writer.wait_closed(), return_exceptions=True)
    return bytes(heard)


def guess(person: Person, code: str) -> httpx.Response:
    return person.request("POST", f"/runbuddy/sessions/{code}/join")


def test_who_guesses_codes_is_stopped_and_then_learns_nothing_not_even_from_the_right_one(start: Start) -> None:
    server = start(rate_limits=True)
    session = server.person("Ann").create()
    eve, bob = server.person("Eve"), server.person("Bob")
    unknown = [guess(eve, code) for code in ("AAAAAA", "nonsense", "0", "346789")]
    assert {(answer.status_code, answer.text) for answer in unknown} == {(404, unknown[0].text)}
    for _ in range(6):
        guess(eve, "ABCDEF")
    sentences = {limited(guess(eve, code)) for code in ("ABCDEF", "nonsense", session.join_code)}
    assert len(sentences) == 1
    limited(eve.request("GET", f"/runbuddy/sessions/{session.join_code}"))
    assert eve.request("GET", f"/runbuddy/sessions/{session.session_id}").status_code == 200
    assert guess(bob, session.join_code).status_code == 200


def test_sessions_are_not_created_without_end(start: Start) -> None:
    server = start(rate_limits=True)
    ann = server.person("Ann")
    body = {"playlistId": "p", "playlistName": "n", "pairedTrackCount": 1}
    answers = [ann.request("POST", "/runbuddy/sessions", json=body) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [201] * 10 + [429]
    limited(answers[-1])


def test_accounts_are_not_created_without_end(start: Start) -> None:
    server = start(rate_limits=True)
    with httpx.Client(base_url=server.base_url, verify=False) as client:
        answers = [client.post("/local/accounts", json={"displayName": "x"}) for _ in range(61)]
        # One more is allowed in each second that this took.
        while answers[-1].status_code == 201:
            answers.append(client.post("/local/accounts", json={"displayName": "x"}))
        elsewhere = {"X-Forwarded-For": "192.0.2.7"}
        behind_a_proxy = client.post("/local/accounts", json={"displayName": "x"}, headers=elsewhere)
    assert {answer.status_code for answer in answers[:60]} == {201}
    limited(answers[-1])
    assert behind_a_proxy.status_code == 201


async def test_a_flood_of_messages_closes_its_sender_and_the_session_goes_on(start: Start) -> None:
    server = start(max_events_per_second=2)
    ann, bob = server.person("Ann"), server.person("Bob")
    session = ann.create()
    leader = await server.socket(session.session_id, session.ws_token)
    token = bob.join(session.session_id).ws_token
    follower = await server.socket(session.session_id, token)
    for _ in range(50):
        await follower.send("ping", id=1)
    assert await follower.closed() == (1008, "too many messages a second")
    assert sum('"pong"' in text for text in follower.texts) == 10
    again = await server.socket(session.session_id, token)
    assert isinstance(await again.event(), Snapshot)
    text = await leader.transport("play")
    await again.event()
    assert again.texts[-1] == text


def test_a_body_without_end_is_refused(server: RunningServer) -> None:
    person = server.person()
    for method, path, limit in (
        ("POST", "/runbuddy/sessions", limits.MAX_CREATE_BODY_BYTES),
        ("POST", "/runbuddy/sessions/ABCDEF/join", limits.MAX_BODY_BYTES),
        ("PUT", "/runbuddy/sessions", limits.MAX_BODY_BYTES),
        ("POST", "/local/accounts", limits.MAX_BODY_BYTES),
    ):
        assert person.request(method, path, content=b" " * limit).status_code in {404, 405, 422}
        answer = person.request(method, path, content=b" " * (limit + 1))
        assert answer.status_code == 413
        refused = ErrorBody.model_validate(answer.json())
        assert (refused.error, str(limit) in refused.message) == ("body_too_large", True)
    sent = 0

    def endless() -> object:
        nonlocal sent
        while True:
            sent += 1000
            yield b" " * 1000

    try:
        answer = person.request("POST", "/runbuddy/sessions", content=endless())
        assert answer.status_code == 413
    except httpx.TransportError:
        # The server has hung up while this side still writes; which of both it sees is the network's doing.
        pass
    assert sent < 50_000_000


@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"GET /runbuddy/sessions HTTP/1.1\r\nHost: x\r\n",
        b"POST /local/accounts HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
        b"POST /local/accounts HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
        b"GET /runbuddy/ws?sessionId=a&token=b HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n",
    ],
)
async def test_a_request_that_drips_in_is_cut_off(start: Start, beginning: bytes) -> None:
    server = start(request_timeout_s=0.3)
    assert await heard_while_dripping(server, beginning) == b""
    assert http("GET", f"{server.base_url}/runbuddy/info").status_code == 200


async def test_a_connection_kept_alive_is_not_cut_while_its_requests_are_whole(start: Start) -> None:
    server = start(request_timeout_s=0.3)
    async with httpx.AsyncClient(base_url=server.base_url) as client:
        for _ in range(3):
            assert (await client.get("/runbuddy/info")).status_code == 200
            await asyncio.sleep(0.2)
    person = server.person()
    session = await asyncio.to_thread(person.create)
    leader = await server.socket(session.session_id, session.ws_token)
    await leader.event()
    await asyncio.sleep(0.5)
    await leader.send("ping")
    assert isinstance(await leader.event(), Pong)


@pytest.mark.parametrize("unread", ["nothing", "megabytes"])
async def test_a_reader_that_is_gone_without_a_word_is_given_up(start: Start, unread: str) -> None:
    """Its TCP connection stands, its program hangs: it answers no ping and reads nothing."""
    server = start(ws_ping_interval_s=0.2, ws_ping_timeout_s=1.5, leader_grace_s=0.2)
    ann, bob = server.person("Ann"), server.person("Bob")
    session = ann.create()
    leader = await server.socket(session.session_id, session.ws_token)
    await leader.event()
    token = bob.join(session.session_id).ws_token
    narrow = socket.create_connection(("127.0.0.1", server.port))
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
    address = f"{session.ws_url}?sessionId={session.session_id}&token={token}"
    sleeper = await websockets.connect(address, sock=narrow, max_queue=1)
    sleeper.transport.pause_reading()
    if unread == "megabytes":
        for _ in range(1000):
            await leader.transport("seek", padding="x" * 7000)
            # The leader's own answers to pings are read in between: sending alone would not let them.
            await asyncio.sleep(0)
    states = []
    while not states or states[-1] is not ParticipantState.LEFT:
        event = await leader.event()
        assert isinstance(event, Participant)
        states.append(event.state)
    assert states == [ParticipantState.JOINED, ParticipantState.LEFT]
    sleeper.transport.abort()


async def test_a_frame_that_drips_in_cannot_be_kept_open(start: Start) -> None:
    """In the middle of a frame no pong can be sent, so the server's ping ends it."""
    server = start(ws_ping_interval_s=0.2, ws_ping_timeout_s=0.3, leader_grace_s=0)
    session = server.person("Ann").create()
    handshake = (
        f"GET /runbuddy/ws?sessionId={session.session_id}&token={session.ws_token} HTTP/1.1\r\nHost: x\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    # A masked text frame of 100 bytes, of which the first few come at once.
    first_bytes = bytes([0x81, 0x80 | 100, 0, 0, 0, 0]) + b'{"type":'
    heard = await heard_while_dripping(server, handshake.encode(), first_bytes)
    assert b'"snapshot"' in heard
    assert b"keepalive" in heard


async def test_a_session_superseded_by_its_leader_tells_everybody_in_it(server: RunningServer) -> None:
    ann, bob = server.person("Ann"), server.person("Bob")
    session = ann.create()
    leader = await server.socket(session.session_id, session.ws_token)
    follower = await server.socket(session.session_id, bob.join(session.session_id).ws_token)
    await leader.event()
    await leader.event()
    await follower.event()
    newer = await asyncio.to_thread(ann.create)
    for side in (leader, follower):
        assert await side.event() == SessionEnd(reason="superseded")
        assert await side.closed() == (4000, "superseded")
    found = bob.request("GET", f"/runbuddy/sessions/{session.session_id}").json()
    assert found["status"] == "ended"
    assert json.loads(http("GET", f"{server.base_url}/runbuddy/info").text)["accounts"] == "local"
    assert bob.join(newer.join_code).ws_token

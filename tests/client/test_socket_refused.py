"""What a server refuses for good, and what is asked for a fresh token."""

import logging

import pytest
from websockets.asyncio.server import serve

from client.errors import AddressError, ApiError, ServerUnreachableError, SessionRefusedError
from client.socket import CloseKind, RunBuddyWebSocketClient
from tests.client.buddy import SNAPSHOT, Buddy, Room, break_off, listen, say


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "refused this session's token; join the session again"),
        (403, "refused this session's token; join the session again"),
        (404, "does not know this session any more"),
        (410, "does not know this session any more"),
        (400, r"no RunBuddy session \(HTTP 400\)"),
        (302, r"no RunBuddy session \(HTTP 302\)"),
    ],
)
async def test_a_final_refusal_ends_it(status, sentence):
    async with Room(refuse=lambda path: status) as room, Buddy(room.url) as buddy:
        reason = await buddy.run
    assert reason.kind is CloseKind.REFUSED
    with pytest.raises(SessionRefusedError, match=sentence):
        raise reason.error
    assert len(room.paths) == 1


async def test_a_redirect_does_not_carry_the_token_elsewhere():
    def redirect(connection, request):
        response = connection.respond(302, "")
        response.headers["Location"] = elsewhere.url
        return response

    logger = logging.Logger("test server", level=logging.CRITICAL + 1)
    async with Room(listen) as elsewhere:
        server = await serve(break_off, "127.0.0.1", 0, process_request=redirect, logger=logger)
        async with server, Buddy(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/x") as buddy:
            assert (await buddy.run).kind is CloseKind.REFUSED
        assert elsewhere.paths == []


@pytest.mark.parametrize(
    ("code", "kind"), [(4001, CloseKind.REPLACED), (4000, CloseKind.SESSION_ENDED), (4999, CloseKind.REFUSED)]
)
async def test_a_final_close_code_ends_it(code, kind):
    async with Room(say(SNAPSHOT, code=code, reason="why")) as room, Buddy(room.url) as buddy:
        reason = await buddy.run
    assert reason.kind is kind
    assert str(reason.error)
    assert len(room.paths) == 1


async def test_a_refused_token_is_renewed_once():
    async def renew():
        return "fresh"

    room = Room(listen, refuse=lambda path: None if "token=fresh" in path else 403)
    async with room, Buddy(room.url, renew_token=renew) as buddy:
        assert await buddy.events.get() == SNAPSHOT
        assert len(room.paths) == 2


async def test_a_renewed_token_that_is_refused_too_ends_it():
    renewed = []

    async def renew():
        renewed.append("fresh")
        return "fresh"

    async with Room(refuse=lambda path: 403) as room, Buddy(room.url, renew_token=renew) as buddy:
        assert (await buddy.run).kind is CloseKind.REFUSED
    assert renewed == ["fresh"]
    assert len(room.paths) == 2


async def test_a_refused_renewal_ends_it_with_its_reason():
    refusal = ApiError(410, "session_ended", "The session is over.")

    async def renew():
        raise refusal

    async with Room(refuse=lambda path: 401) as room, Buddy(room.url, renew_token=renew) as buddy:
        reason = await buddy.run
    assert (reason.kind, reason.error) == (CloseKind.REFUSED, refusal)


@pytest.mark.parametrize(
    "trouble",
    [
        ServerUnreachableError("no server"),
        ApiError(503, "unavailable", "Spotify is busy."),
        ApiError(429, "too_many_requests", "Too often."),
    ],
)
async def test_a_renewal_that_has_to_wait_is_tried_again(trouble):
    answers = [trouble, trouble, None]

    async def renew():
        if (answer := answers.pop(0)) is not None:
            raise answer
        return "fresh"

    room = Room(listen, refuse=lambda path: None if "token=fresh" in path else 403)
    async with room, Buddy(room.url, renew_token=renew) as buddy:
        assert await buddy.events.get() == SNAPSHOT


async def test_the_token_is_in_no_log_no_repr_and_no_error(caplog):
    caplog.set_level(logging.DEBUG)
    token = "sesame0123456789"
    async with Room(say(SNAPSHOT)) as room, Buddy(room.url, token=token) as buddy:
        await buddy.run
    async with Room(refuse=lambda path: 404) as refusing, Buddy(refusing.url, token=token) as refused:
        reason = await refused.run
    assert f"token={token}" in room.paths[0]
    assert token not in caplog.text
    assert token not in repr(buddy.client) + repr(reason) + str(reason.error)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://host/ws",
        "ws://",
        "ws:///x",
        "ws://u:p@host",
        "ws://host:x",
        "ws://host?x=1",
        "ws://host#x",
        "ws://[::1",
    ],
)
def test_what_is_no_websocket_address_is_refused(url):
    with pytest.raises(AddressError, match="no usable WebSocket address"):
        RunBuddyWebSocketClient(url, "s", "t", on_event=print, on_state=print)

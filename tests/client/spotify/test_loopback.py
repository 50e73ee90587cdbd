import asyncio
import contextlib

import pytest

from client.spotify.callback import Outcome
from client.spotify.errors import SignInTimeoutError
from client.spotify.loopback import HOST, LoopbackListener

STATE = "state-of-this-sign-in"


async def send(uri, data):
    port = int(uri.rsplit(":", 1)[1].partition("/")[0])
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(data)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


def get(target):
    return f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


async def test_the_state_counts_once():
    async with LoopbackListener() as listener:
        waiting = asyncio.create_task(listener.wait(STATE, 10))
        await asyncio.sleep(0)
        right = get(f"/callback?code=first&state={STATE}")
        answers = await asyncio.gather(*(send(listener.redirect_uri, right) for _ in range(3)))
        assert sorted(answer[9:12] for answer in answers) == [b"200", b"400", b"400"]
        assert (await waiting).outcome is Outcome.CODE


async def test_the_port_is_closed_afterwards():
    async with LoopbackListener() as listener:
        uri = listener.redirect_uri
    with pytest.raises(OSError, match="onnect"):
        await send(uri, get("/callback"))


async def test_connections_that_say_nothing_hold_nobody_up():
    async with LoopbackListener() as listener:
        port = int(listener.redirect_uri.rsplit(":", 1)[1].partition("/")[0])
        silent = [await asyncio.open_connection(HOST, port) for _ in range(3)]
        waiting = asyncio.create_task(listener.wait(STATE, 10))
        await asyncio.sleep(0)
        await send(listener.redirect_uri, get(f"/callback?code=a&state={STATE}"))
        assert (await waiting).code == "a"
    for reader, writer in silent:
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()


async def test_a_request_without_end_is_dropped_and_the_next_is_heard():
    async with LoopbackListener() as listener:
        waiting = asyncio.create_task(listener.wait(STATE, 10))
        await asyncio.sleep(0)
        with contextlib.suppress(ConnectionError):
            await send(listener.redirect_uri, b"GET /" + b"a" * 100_000)
        await send(listener.redirect_uri, get(f"/callback?code=a&state={STATE}"))
        assert (await waiting).code == "a"


async def test_nobody_is_waited_for_for_ever():
    async with LoopbackListener() as listener:
        with pytest.raises(SignInTimeoutError):
            await listener.wait(STATE, 0.01)
        late = await send(listener.redirect_uri, get(f"/callback?code=a&state={STATE}"))
        assert late.startswith(b"HTTP/1.1 400")

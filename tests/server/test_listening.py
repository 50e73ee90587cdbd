import asyncio
import socket

import pytest

from server.listening import listening_socket


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_an_accepted_connection_sends_at_once(host):
    seen: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def on_connection(_reader, writer):
        seen.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    try:
        listener = listening_socket(host, 0)
    except OSError:
        pytest.skip(f"no {host} here")
    async with await asyncio.start_server(on_connection, sock=listener):
        _reader, writer = await asyncio.open_connection(*listener.getsockname()[:2])
        assert await seen
        writer.close()


def test_a_port_that_is_taken_is_refused():
    with listening_socket("127.0.0.1", 0) as first, pytest.raises(OSError, match="in use"):
        listening_socket("127.0.0.1", first.getsockname()[1])

import asyncio

import pytest


class HttpServer:
    """A real HTTP server on loopback; `answer(method, path, headers, body) -> bytes` is what it writes back, raw."""

    def __init__(self, answer):
        self._answer = answer
        self.requests = []

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *failure):
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader, writer):
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            line, *fields = head.split("\r\n")[:-2]
            headers = {name.lower(): value for name, value in (field.split(": ", 1) for field in fields)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            method, path, _ = line.split(" ")
            self.requests.append((method, path, headers, body))
            answer = self._answer(*self.requests[-1])
            if answer is None:
                await reader.read()
            else:
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, UnicodeDecodeError):
            pass
        finally:
            writer.close()


def http_answer(status, body, content_type="application/json", extra=""):
    body = body if isinstance(body, bytes) else body.encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n{extra}\r\n".encode() + body


@pytest.fixture
def http_server():
    """Return the class of raw HTTP servers and what composes an answer."""
    return HttpServer


@pytest.fixture
def http():
    """Compose the bytes of an HTTP answer."""
    return http_answer


@pytest.fixture
async def house(tmp_path):
    """A real server for leaders and followers."""
    from tests.client.house import House

    found = House(tmp_path)
    await found.start()
    yield found
    await found.stop()

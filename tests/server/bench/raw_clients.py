"""Clients that cost next to nothing: the load must not be what is measured."""

import asyncio
import base64
import json
import os
import struct
import time
from collections.abc import Callable
from typing import Any

_SENT = b'"sentNs":'


class RestConnection:
    """One kept-alive HTTP connection that asks one thing at a time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, method: str, path: str, token: str | None = None, body: Any = None) -> Any:
        """Return the answer's JSON; anything but 2xx is an AssertionError."""
        content = json.dumps(body).encode() if body is not None else b""
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nContent-Length: {len(content)}\r\n"
        head += "Content-Type: application/json\r\n" + (f"Authorization: Bearer {token}\r\n" if token else "") + "\r\n"
        try:
            answer = await self._head_of_answer(head.encode() + content)
        except (asyncio.IncompleteReadError, ConnectionError):
            # The server hangs up on a connection that was idle for 5 s, which a busy load may leave it.
            self.close()
            answer = await self._head_of_answer(head.encode() + content)
        assert self._reader is not None
        length = int(answer.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        found = await self._reader.readexactly(length)
        assert answer.split(b" ")[1].startswith(b"2"), (answer, found)
        return json.loads(found)

    async def _head_of_answer(self, request: bytes) -> bytes:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        assert self._reader is not None
        self._writer.write(request)
        return await self._reader.readuntil(b"\r\n\r\n")

    def close(self) -> None:
        """Hang up."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None


class RawSocket(asyncio.Protocol):
    """A WebSocket that masks with zeros and reads `sentNs` out of what comes; `on_relayed` gets nanoseconds."""

    def __init__(self, path: str, port: int, on_relayed: Callable[[int], None]) -> None:
        self.open = asyncio.get_running_loop().create_future()
        self.closed_by_server = False
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        self._on_relayed = on_relayed
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request.encode())

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that it is over."""
        self.closed_by_server = True
        if not self.open.done():
            self.open.set_exception(exc or ConnectionError("closed before the handshake was over"))

    def data_received(self, data: bytes) -> None:
        """Take frames out of what has come."""
        now_ns = time.perf_counter_ns()
        self._buffer += data
        if not self.open.done():
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head.split(b"\r\n")[0]:
                self.open.set_exception(ConnectionError(head.decode()))
                return
            self._buffer = rest
            self.open.set_result(None)
        while (frame := self._next_frame()) is not None:
            opcode, payload = frame
            if opcode == 9:
                self._send_frame(10, payload)
            elif (place := payload.rfind(_SENT)) >= 0:
                self._on_relayed(now_ns - int(payload[place + len(_SENT) :].rstrip(b"}")))

    def send(self, text: bytes) -> None:
        """Send a text frame."""
        self._send_frame(1, text)

    def close(self) -> None:
        """Break off."""
        if self._transport is not None:
            self._transport.abort()

    def _send_frame(self, opcode: int, payload: bytes) -> None:
        assert self._transport is not None
        length = len(payload)
        size = struct.pack("!B", 0x80 | length) if length < 126 else struct.pack("!BH", 0x80 | 126, length)
        self._transport.write(bytes([0x80 | opcode]) + size + b"\0\0\0\0" + payload)

    def _next_frame(self) -> tuple[int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        length, start = buffer[1] & 127, 2
        if length == 126:
            if len(buffer) < 4:
                return None
            length, start = struct.unpack("!H", buffer[2:4])[0], 4
        if len(buffer) < start + length:
            return None
        self._buffer = buffer[start + length :]
        return buffer[0] & 15, buffer[start : start + length]

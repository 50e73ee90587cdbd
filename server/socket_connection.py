"""One open WebSocket without a task of its own: uvicorn's connection hands frames on where they arrive.

An ASGI application that serves a socket in a loop keeps its task, the request, queues and every middleware's frame for
as long as the socket is open, and each WebSocket frame wakes tasks at both ends. Here the application ends with the
handshake: it finds the `Line` among the scope's extensions, gives it a `Listener`, and returns.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Final, Protocol

from uvicorn._types import ASGIReceiveEvent, ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidState
from websockets.frames import Frame
from websockets.http11 import Request

EXTENSION: Final = "lockstep.line"


class Listener(Protocol):
    """Hear one socket; everything is called in the event loop, nothing after `gone`."""

    def received(self, frame: str | None) -> None:
        """Take a frame; None stands for a binary one."""

    def writable(self) -> None:
        """Send on: what was said has left."""

    def gone(self) -> None:
        """Let go: the socket is closed or closing, from whichever side."""


class Line(Protocol):
    """Speak to one socket without waiting."""

    def hand_over(self, listener: Listener) -> None:
        """Tell `listener` what comes, beginning with what has come already, once the loop has control again."""

    @property
    def is_writable(self) -> bool:
        """Return whether a frame would be on its way at once, as far as can be told here."""

    def send_text(self, text: str) -> None:
        """Send a text frame; nothing happens when the socket is closing."""

    def hang_up(self, code: int, reason: str) -> None:
        """Close the socket; nothing happens when it is closing already."""


class SocketConnection(WebSocketsSansIOProtocol):
    """Be the `Line`; give up what a peer does not read once it owes an answer: waiting for it would be forever."""

    _listener: Listener | None = None

    def handle_connect(self, event: Request) -> None:
        """Start the application, which finds this connection among the scope's extensions."""
        super().handle_connect(event)
        if not self.close_sent:
            self.scope["extensions"][EXTENSION] = self  # type: ignore[assignment]

    async def run_asgi(self) -> None:
        """Run the application to its end, which is not the socket's if it was handed over."""
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except Exception:
            self.logger.exception("Exception in ASGI application\n")
            self.send_500_response()
        if self._listener is not None:
            # Whoever listens needs nothing of what the handshake was made of.
            del self.scope, self.response
            self.request.headers.clear()
        elif self.close_timer is None:
            self.transport.close()

    def hand_over(self, listener: Listener) -> None:
        """Tell `listener` what comes, beginning with what has come already."""
        waiting = self.queue
        self._listener = listener
        self.queue = _Inbox(self._deliver)  # type: ignore[assignment]
        self.loop.call_soon(self._deliver_waiting, waiting)

    @property
    def is_writable(self) -> bool:
        """Return whether the transport takes more."""
        return self.writable.is_set()

    def send_text(self, text: str) -> None:
        """Send a text frame; nothing happens when the socket is closing."""
        if self.transport.is_closing():
            return
        with contextlib.suppress(InvalidState):
            self.conn.send_text(text.encode())
            self.transport.write(b"".join(self.conn.data_to_send()))

    def hang_up(self, code: int, reason: str) -> None:
        """Close the socket; nothing happens when it is closing already."""
        if self.close_sent or self.transport.is_closing():
            return
        with contextlib.suppress(InvalidState):
            self.conn.send_close(code, reason)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
            self.close_timer = self.loop.call_later(self.close_timeout, self.transport.close)
            self._give_up_later()
            # Not now: whoever hangs up is in the middle of something.
            self.loop.call_soon(self._lose)

    def send_receive_event_to_app(self) -> None:
        """Hand a frame on, without uvicorn's pause after each: it is for applications that fetch them from a queue."""
        self.read_paused = self.read_paused or self._listener is not None
        super().send_receive_event_to_app()

    def resume_writing(self) -> None:
        """Go on with what waits."""
        super().resume_writing()
        if self._listener is not None:
            self._listener.writable()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the connection is gone."""
        super().connection_lost(exc)
        self._lose()

    def keepalive_timeout(self) -> None:
        """Close a socket whose ping was not answered."""
        super().keepalive_timeout()
        self._give_up()

    def eof_received(self) -> None:
        """Close a socket that says nothing any more."""
        super().eof_received()
        self._give_up_later()

    def handle_close(self, event: Frame) -> None:
        """Answer the peer's goodbye."""
        super().handle_close(event)
        self._give_up_later()

    async def send(self, message: ASGISendEvent) -> None:
        """Send, and after a goodbye wait for the peer's no longer than `close_timeout`."""
        await super().send(message)
        if message["type"] == "websocket.close":
            self._give_up_later()

    def _deliver(self, event: ASGIReceiveEvent) -> None:
        if event["type"] == "websocket.disconnect":
            self._lose()
        elif self._listener is not None and event["type"] == "websocket.receive":
            self._listener.received(event.get("text"))

    def _deliver_waiting(self, waiting: asyncio.Queue[ASGIReceiveEvent]) -> None:
        while not waiting.empty():
            self._deliver(waiting.get_nowait())
        self.transport.resume_reading()

    def _lose(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.gone()

    def _give_up_later(self) -> None:
        self.loop.call_later(self.close_timeout, self._give_up)

    def _give_up(self) -> None:
        if self.transport.get_write_buffer_size():
            self.transport.abort()


class _Inbox:
    """Stand where uvicorn has a queue, and hand on at once."""

    __slots__ = ("_deliver",)

    def __init__(self, deliver: Callable[[ASGIReceiveEvent], None]) -> None:
        self._deliver = deliver

    def put_nowait(self, event: Any) -> None:
        """Hand on what would wait."""
        self._deliver(event)

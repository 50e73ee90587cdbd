"""One open WebSocket: frames go out in a task of their own, so that a slow reader delays nobody else."""

import asyncio

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from server.outbox import Outbox


class Peer:
    """Send what a room wants to say to one socket."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._outbox = Outbox()
        self._wake = asyncio.Event()

    def send(self, text: str, newest_only: bool = False) -> None:
        """Queue a frame and return at once."""
        self._outbox.put(text, newest_only)
        self._wake.set()

    def close(self, code: int, reason: str) -> None:
        """Close the socket after what is queued and return at once."""
        self._outbox.close(code, reason)
        self._wake.set()

    async def pump(self) -> None:
        """Send until the socket is closed from either side."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while (text := self._outbox.pop()) is not None:
                    await self._socket.send_text(text)
                if self._outbox.closing is not None:
                    code, reason = self._outbox.closing
                    await self._socket.close(code, reason)
                    return
        except (WebSocketDisconnect, WebSocketDisconnected):
            return

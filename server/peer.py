"""One open WebSocket: frames go out in a task of their own, so that a slow reader delays nobody else."""

import asyncio
import time
from typing import Protocol

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from server.metrics import Metrics
from server.outbox import Outbox


class AnyPeer(Protocol):
    """Something that a room can speak to: a socket here, or one at another process."""

    def send(self, text: str, newest_only: bool = False, arrived_ns: int | None = None) -> None:
        """Queue a frame and return at once."""

    def close(self, code: int, reason: str) -> None:
        """Close the socket after what is queued and return at once."""


class Peer:
    """Send what a room wants to say to one socket."""

    def __init__(self, socket: WebSocket, metrics: Metrics) -> None:
        self._socket = socket
        self._metrics = metrics
        self._outbox = Outbox()
        self._wake = asyncio.Event()

    def send(self, text: str, newest_only: bool = False, arrived_ns: int | None = None) -> None:
        """Queue a frame and return at once; `arrived_ns` is when a relayed one came here (perf_counter_ns)."""
        coalesced, dropped = self._outbox.coalesced, self._outbox.dropped
        self._outbox.put(text, newest_only, arrived_ns)
        self._metrics.coalesced_positions.inc(self._outbox.coalesced - coalesced)
        self._metrics.dropped_frames.inc(self._outbox.dropped - dropped)
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
                while (frame := self._outbox.pop()) is not None:
                    await self._socket.send_text(frame.text)
                    if frame.arrived_ns is not None:
                        self._metrics.relayed_after(time.perf_counter_ns() - frame.arrived_ns)
                if self._outbox.closing is not None:
                    code, reason = self._outbox.closing
                    await self._socket.close(code, reason)
                    return
        except (WebSocketDisconnect, WebSocketDisconnected):
            return

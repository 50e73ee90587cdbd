"""Between one open WebSocket and its room: what a slow reader does not take waits here and delays nobody else."""

import time
from typing import TYPE_CHECKING, Protocol

from server.metrics import Metrics
from server.outbox import Outbox
from server.records import Grant
from server.socket_connection import Line

if TYPE_CHECKING:
    from server.local_room import AnyRoom


class AnyPeer(Protocol):
    """Something that a room can speak to: a socket here, or one at another process."""

    def send(self, text: str, newest_only: bool = False, arrived_ns: int | None = None) -> None:
        """Queue a frame and return at once."""

    def close(self, code: int, reason: str) -> None:
        """Close the socket after what is queued and return at once."""


class Peer:
    """Say to one socket what a room wants to say, and to the room what comes from there (a `Listener`)."""

    __slots__ = ("_line", "_metrics", "_number", "_outbox", "_room")

    def __init__(self, line: Line, metrics: Metrics) -> None:
        self._line = line
        self._metrics = metrics
        self._outbox = Outbox()
        self._room: AnyRoom | None = None
        self._number = 0

    def enter(self, room: "AnyRoom", grant: Grant) -> None:
        """Put this socket into a room."""
        self._room = room
        self._metrics.sockets.inc()
        self._number = room.connect(grant, self)

    def send(self, text: str, newest_only: bool = False, arrived_ns: int | None = None) -> None:
        """Send or queue a frame and return at once; `arrived_ns` is when a relayed one came here (perf_counter_ns)."""
        coalesced, dropped = self._outbox.coalesced, self._outbox.dropped
        self._outbox.put(text, newest_only, arrived_ns)
        if self._outbox.coalesced > coalesced:
            self._metrics.coalesced_positions.inc(self._outbox.coalesced - coalesced)
        if self._outbox.dropped > dropped:
            self._metrics.dropped_frames.inc(self._outbox.dropped - dropped)
        self.writable()

    def close(self, code: int, reason: str) -> None:
        """Close the socket after what is queued and return at once."""
        self._outbox.close(code, reason)
        self.writable()

    def received(self, frame: str | None) -> None:
        """Hand a frame to the room."""
        if self._room is not None:
            self._room.receive(self._number, frame)

    def writable(self) -> None:
        """Send as much of what waits as the socket takes."""
        while self._line.is_writable:
            frame = self._outbox.pop()
            if frame is None:
                if self._outbox.closing is not None:
                    self._line.hang_up(*self._outbox.closing)
                return
            self._line.send_text(frame.text)
            if frame.arrived_ns is not None:
                self._metrics.relayed_after(time.perf_counter_ns() - frame.arrived_ns)

    def gone(self) -> None:
        """Leave the room."""
        if self._room is not None:
            self._metrics.sockets.dec()
            self._room.disconnect(self._number)
            self._room = None

"""What waits to be sent to one socket: bounded, and never two positions."""

from typing import NamedTuple

from server.effects import CLOSE_TRY_AGAIN_LATER

#: Transports are few; a reader this far behind does better to come back and read the snapshot.
MAX_WAITING_FRAMES = 256


class Frame(NamedTuple):
    """One text frame; `arrived_ns` is when it came to this server if it is relayed (monotonic)."""

    text: str
    newest_only: bool
    arrived_ns: int | None


class Outbox:
    """Queue text frames and at last a close for one socket; count what was replaced (`coalesced`) and `dropped`."""

    __slots__ = ("_close", "_frames", "coalesced", "dropped")

    def __init__(self) -> None:
        self.coalesced = 0
        self.dropped = 0
        # Empty but for slow readers: a list costs a tenth of a deque then.
        self._frames: list[Frame] = []
        self._close: tuple[int, str] | None = None

    def put(self, text: str, newest_only: bool = False, arrived_ns: int | None = None) -> None:
        """Queue a frame; a `newest_only` frame replaces the one that waits. A reader too far behind is closed."""
        if self._close is not None:
            return
        if newest_only and self._frames:
            waiting = len(self._frames)
            self._frames = [frame for frame in self._frames if not frame.newest_only]
            self.coalesced += waiting - len(self._frames)
        if len(self._frames) >= MAX_WAITING_FRAMES:
            self.dropped += len(self._frames) + 1
            self._frames.clear()
            self.close(CLOSE_TRY_AGAIN_LATER, "reading too slowly; come back for the snapshot")
            return
        self._frames.append(Frame(text, newest_only, arrived_ns))

    def close(self, code: int, reason: str) -> None:
        """Close after what waits; the first close counts."""
        self._close = self._close or (code, reason)

    def pop(self) -> Frame | None:
        """Return the next frame, None when none waits."""
        return self._frames.pop(0) if self._frames else None

    @property
    def closing(self) -> tuple[int, str] | None:
        """Return code and reason once the socket is to be closed and nothing waits any more."""
        return None if self._frames else self._close

"""What waits to be sent to one socket: bounded, and never two positions."""

from collections import deque

from server.effects import CLOSE_TRY_AGAIN_LATER

#: Transports are few; a reader this far behind does better to come back and read the snapshot.
MAX_WAITING_FRAMES = 256


class Outbox:
    """Queue text frames and at last a close for one socket."""

    def __init__(self) -> None:
        self._frames: deque[tuple[str, bool]] = deque()
        self._close: tuple[int, str] | None = None

    def put(self, text: str, newest_only: bool = False) -> None:
        """Queue a frame; a `newest_only` frame replaces the one that waits. A reader too far behind is closed."""
        if self._close is not None:
            return
        if newest_only:
            self._frames = deque(frame for frame in self._frames if not frame[1])
        if len(self._frames) >= MAX_WAITING_FRAMES:
            self._frames.clear()
            self.close(CLOSE_TRY_AGAIN_LATER, "reading too slowly; come back for the snapshot")
            return
        self._frames.append((text, newest_only))

    def close(self, code: int, reason: str) -> None:
        """Close after what waits; the first close counts."""
        self._close = self._close or (code, reason)

    def pop(self) -> str | None:
        """Return the next frame, None when none waits."""
        return self._frames.popleft()[0] if self._frames else None

    @property
    def closing(self) -> tuple[int, str] | None:
        """Return code and reason once the socket is to be closed and nothing waits any more."""
        return None if self._frames else self._close

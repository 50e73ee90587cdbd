"""What waits to be sent over the WebSocket, connected or not. Pure."""

from collections import deque

from protocol.events import Event, Leave, Position, Ready, Transport

#: Far more than a healthy connection ever holds; then the oldest positions go first.
MAX_WAITING = 64


class Outbox:
    """Queue events in order; while offline keep only what still matters on reconnect.

    Offline the newest transport, a ready and a leave are kept; positions and pings are stale by then and dropped.
    """

    def __init__(self) -> None:
        self._waiting: deque[Event] = deque()
        self._online = False

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, event: Event) -> bool:
        """Queue an event; return False when it was dropped."""
        if not self._online:
            if not isinstance(event, Transport | Ready | Leave):
                return False
            self._keep_newest(event)
            return True
        if len(self._waiting) >= MAX_WAITING and not self._drop_oldest_position():
            return False
        self._waiting.append(event)
        return True

    def take(self) -> Event | None:
        """Return the next event to send, or None."""
        return self._waiting.popleft() if self._waiting else None

    def go_online(self) -> None:
        """Queue everything from now on."""
        self._online = True

    def go_offline(self, unsent: Event | None = None) -> None:
        """Reduce what waits to what matters on reconnect; `unsent` was taken and did not get through."""
        waiting = [*([] if unsent is None else [unsent]), *self._waiting]
        self._online = False
        self._waiting.clear()
        for event in waiting:
            self.put(event)

    def _keep_newest(self, event: Event) -> None:
        kept = [other for other in self._waiting if type(other) is not type(event)]
        self._waiting = deque([*kept, event])

    def _drop_oldest_position(self) -> bool:
        for index, event in enumerate(self._waiting):
            if isinstance(event, Position):
                del self._waiting[index]
                return True
        return False

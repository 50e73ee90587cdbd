"""What REST and sockets do with a session's room, and how a room of this process does it."""

from typing import Protocol

from protocol.events import EndReason, Role
from server.hub import Hub, LiveRoom
from server.peer import AnyPeer
from server.records import Account, Grant


class AnyRoom(Protocol):
    """One session's room; what is awaited is done and stored."""

    def admits(self, grant: Grant) -> bool:
        """Return whether the holder of this token still has its place."""

    def connect(self, grant: Grant, peer: AnyPeer) -> int:
        """Put a socket of this process into the room and return its number."""

    def receive(self, connection: int, frame: str | None) -> None:
        """Hand a frame to the room; None stands for a binary one."""

    def disconnect(self, connection: int) -> None:
        """Take a socket that is gone out of the room."""

    async def settle(self) -> None:
        """Store what was decided."""

    async def seat(self, account: Account) -> None:
        """Tell the room whom storage has given the follower's seat."""

    async def unseat(self) -> None:
        """Free the follower's seat."""

    async def end(self, reason: EndReason) -> None:
        """End the session."""


class LocalRoom:
    """A room of this process."""

    def __init__(self, hub: Hub, live: LiveRoom) -> None:
        self._hub = hub
        self._live = live

    def admits(self, grant: Grant) -> bool:
        """Return whether the holder of this token still has its place."""
        follower = self._live.room.follower
        return grant.role is Role.LEADER or (follower is not None and follower.account_id == grant.account_id)

    def connect(self, grant: Grant, peer: AnyPeer) -> int:
        """Put a socket into the room and return its number."""
        return self._hub.connect(self._live, grant, peer)

    def receive(self, connection: int, frame: str | None) -> None:
        """Hand a frame to the room."""
        self._hub.receive(self._live, connection, frame)

    def disconnect(self, connection: int) -> None:
        """Take a socket that is gone out of the room."""
        self._hub.disconnect(self._live, connection)

    async def settle(self) -> None:
        """Store what was decided."""
        await self._hub.writer.flush()

    async def seat(self, account: Account) -> None:
        """Tell the room whom storage has given the follower's seat."""
        self._hub.seat_follower(self._live, account)

    async def unseat(self) -> None:
        """Free the follower's seat."""
        self._hub.unseat_follower(self._live)
        await self.settle()

    async def end(self, reason: EndReason) -> None:
        """End the session."""
        self._hub.end(self._live, reason)
        await self.settle()

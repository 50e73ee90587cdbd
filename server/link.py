"""What rooms need of the link between server processes, whatever carries it."""

from typing import Protocol

from server.counters import Counters
from server.errors import ServerError
from server.messages import AnyMessage


class LinkError(ServerError):
    """Other processes cannot be reached just now."""


class LinkUser(Protocol):
    """Hear what comes over the link; everything is called in the event loop."""

    def on_message(self, message: AnyMessage) -> None:
        """Take a message from another process."""

    async def on_up(self) -> None:
        """Take up work: the link is there, for the first time or again. Messages follow only after this."""

    def on_down(self) -> None:
        """Do without the link: messages may have been lost."""

    def on_gone(self, process: str) -> None:
        """Forget a process that does not answer any more."""

    def on_orphans(self, session_ids: list[str]) -> None:
        """Take over rooms whose owner is gone."""


class Link(Protocol):
    """Carry messages between processes, say who owns which room, and count for all of them (`counters`)."""

    process: str

    @property
    def counters(self) -> Counters:
        """Return what counts for all processes together."""

    @property
    def is_up(self) -> bool:
        """Return whether other processes can be reached."""

    async def start(self, user: LinkUser) -> None:
        """Connect; `StartError` when that fails. From then on the link heals by itself."""

    async def stop(self) -> None:
        """Tell the others that this process is gone, so that they take over its rooms, and disconnect."""

    def send(self, process: str, message: AnyMessage) -> None:
        """Send a message without waiting; it is lost when the link is lost, and then `on_down` is called."""

    async def claim(self, session_id: str) -> str:
        """Return the owner of a session's room: this process if no living one has it. Raises `LinkError`."""

    async def release(self, session_id: str) -> None:
        """Give up a room. Raises `LinkError`."""

    async def owner_of(self, session_id: str) -> str | None:
        """Return who owns a session's room, without asking whether it lives. Raises `LinkError`."""

    async def ping(self) -> None:
        """Return when the link answers. Raises `LinkError`."""

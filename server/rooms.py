"""Where a session's room is, in this process or in another one, and the sockets of others in rooms of this one."""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine
from typing import Any

from protocol.events import EndReason
from server.effects import CLOSE_SERVICE_RESTART
from server.errors import RefusedError, ServerError
from server.hosting import Hosting, room_is_away
from server.hub import Hub, LiveRoom
from server.link import Link, LinkError
from server.local_room import AnyRoom, LocalRoom
from server.messages import (
    AnyMessage,
    CloseSocket,
    Connect,
    Disconnected,
    Done,
    EndSession,
    Question,
    Received,
    Reset,
    Seat,
    SendText,
    Unseat,
)
from server.records import Account, Grant
from server.storage import DATABASE_ERRORS

logger = logging.getLogger(__name__)


class Rooms:
    """Find or make a session's room. A process without a link has all rooms itself."""

    def __init__(self, hub: Hub, link: Link | None = None) -> None:
        self.hub = hub
        self.link = link
        self._cluster = _Cluster(hub, link) if link is not None else None

    async def start(self) -> None:
        """Link up, then take up the sessions that nobody looks after."""
        if self._cluster is not None:
            await self._cluster.start()
        await self.hub.start(self._mine)

    async def stop(self) -> None:
        """Store everything, and leave what goes on to the other processes."""
        await self.hub.stop()
        if self._cluster is not None:
            await self._cluster.stop()

    async def open(self, session_id: str) -> AnyRoom | None:
        """Return a session's room; None when the session is over or unknown; `RefusedError` 503 when it is away."""
        live = self.hub.current(session_id)
        if live is None and self._cluster is not None:
            return await self._cluster.open(session_id)
        live = live or await self.hub.open_room(session_id)
        return LocalRoom(self.hub, live) if live is not None else None

    async def end_if_open(self, session_id: str, reason: EndReason) -> None:
        """Tell those in a session's room, wherever it is, that storage has ended it."""
        self.hub.end_if_open(session_id, reason)
        if self._cluster is not None:
            await self._cluster.end_elsewhere(session_id, reason)

    async def _mine(self, session_id: str) -> bool:
        return self._cluster is None or await self._cluster.is_mine(session_id)


class _Cluster:
    """This process among others: claim rooms, host sockets in rooms of others, welcome theirs in ours (a LinkUser)."""

    def __init__(self, hub: Hub, link: Link) -> None:
        self._hub = hub
        self._link = link
        self._hosting = Hosting(link)
        # Sockets of other processes in rooms of ours, by process and its number for the socket.
        self._guests: dict[tuple[str, int], tuple[LiveRoom, int]] = {}
        self._lost_guests: list[tuple[LiveRoom, int]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Link up."""
        self._hub.on_closed = lambda session_id: self._spawn(self._link.release(session_id))
        await self._link.start(self)

    async def stop(self) -> None:
        """Leave the other processes."""
        await self._link.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def open(self, session_id: str) -> AnyRoom | None:
        """Return a session's room, here or there; None when the session is over; `RefusedError` 503 when it is away."""
        try:
            owner = await self._link.claim(session_id) if self._link.is_up else None
        except LinkError:
            owner = None
        if owner is None:
            raise room_is_away()
        if owner != self._link.process:
            return self._hosting.room(session_id, owner)
        live = await self._hub.open_room(session_id)
        if live is None:
            self._spawn(self._link.release(session_id))
            return None
        return LocalRoom(self._hub, live)

    async def end_elsewhere(self, session_id: str, reason: EndReason) -> None:
        """Have another process end a session, if one has its room and can be reached."""
        with contextlib.suppress(LinkError, RefusedError):
            owner = await self._link.owner_of(session_id)
            if owner is not None and owner != self._link.process:
                await self._hosting.room(session_id, owner).end(reason)

    async def is_mine(self, session_id: str) -> bool:
        """Claim a room and return whether this process has it. Raises `LinkError`."""
        return await self._link.claim(session_id) == self._link.process

    def on_message(self, message: AnyMessage) -> None:
        """Take a message from another process."""
        match message:
            case SendText() | CloseSocket() | Done():
                self._hosting.on_message(message)
            case Connect():
                self._welcome(message)
            case Received(sender=sender, connection=number, text=text):
                if (guest := self._guests.get((sender, number))) is not None:
                    self._hub.receive(*guest, text)
            case Disconnected(sender=sender, connection=number):
                if (guest := self._guests.pop((sender, number), None)) is not None:
                    self._hub.disconnect(*guest)
            case Reset(sender=sender):
                self.on_gone(sender)
            case _:
                self._spawn(self._answer(message))

    async def on_up(self) -> None:
        """Say again which rooms are ours, and let go of those that are not any more."""
        for session_id in self._hub.session_ids:
            if not await self.is_mine(session_id):
                self._hub.drop(session_id)
        for live, connection in self._lost_guests:
            self._hub.disconnect(live, connection)
        self._lost_guests.clear()
        self._hub.resume()

    def on_down(self) -> None:
        """Send our sockets in rooms of others back, and keep the places of theirs until they can return."""
        self._hub.pause()
        self._lost_guests += self._guests.values()
        self._guests.clear()
        self._hosting.forget()

    def on_gone(self, process: str) -> None:
        """Forget a process: its sockets are gone, and ours in its rooms look for the new owner."""
        for key in [key for key in self._guests if key[0] == process]:
            self._hub.disconnect(*self._guests.pop(key))
        self._hosting.forget({process})

    def on_orphans(self, session_ids: list[str]) -> None:
        """Take over rooms whose owner is gone: their leaders have one grace to return."""
        self._spawn(self._adopt(session_ids))

    async def _adopt(self, session_ids: list[str]) -> None:
        for session_id in session_ids:
            await self.open(session_id)

    def _welcome(self, message: Connect) -> None:
        peer = _GuestPeer(self._link, message.sender, message.connection)
        live = self._hub.current(message.session_id)
        grant = Grant(message.session_id, message.role, message.account_id, message.token_hash)
        if live is None or not LocalRoom(self._hub, live).admits(grant):
            peer.close(CLOSE_SERVICE_RESTART, "the session moved to another server")
            return
        self._guests[message.sender, message.connection] = (live, self._hub.connect(live, grant, peer))

    async def _answer(self, question: Question) -> None:
        # Not `current`: the room may be about to open, with what storage said before the question's cause.
        live = await self._hub.open_room(question.session_id)
        if live is not None:
            room = LocalRoom(self._hub, live)
            match question:
                case Seat(account_id=account_id, display_name=display_name):
                    await room.seat(Account(account_id, display_name))
                case Unseat():
                    await room.unseat()
                case EndSession(reason=reason):
                    await room.end(reason)
        await self._hub.writer.flush()
        self._link.send(question.sender, Done(sender=self._link.process, question=question.question))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _GuestPeer:
    """The way from a room of this process to a socket of another one."""

    def __init__(self, link: Link, host: str, number: int) -> None:
        self._link = link
        self._host = host
        self._number = number

    def send(self, text: str, newest_only: bool = False, arrived_ns: int | None = None) -> None:  # noqa: ARG002 - clocks of processes differ
        """Send a frame on its way."""
        message = SendText(sender=self._link.process, connection=self._number, text=text, newest_only=newest_only)
        self._link.send(self._host, message)

    def close(self, code: int, reason: str) -> None:
        """Have the socket closed after what is on its way."""
        message = CloseSocket(sender=self._link.process, connection=self._number, code=code, reason=reason)
        self._link.send(self._host, message)


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except (ServerError, *DATABASE_ERRORS) as error:
        logger.warning("something for another process could not be done (%s)", error)

"""Where a session's room is, in this process or in another one, and the way there."""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Coroutine
from typing import Any, Final, Protocol

from protocol.events import EndReason, Role
from server.effects import CLOSE_SERVICE_RESTART
from server.errors import RefusedError, ServerError, unavailable
from server.hub import Hub, LiveRoom
from server.link import Link, LinkError
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
    Settle,
    Unseat,
)
from server.peer import AnyPeer
from server.records import Account, Grant
from server.storage import DATABASE_ERRORS

_ANSWER_TIMEOUT_S: Final = 3.0
_RETRY_AFTER_S: Final = 2
_AWAY: Final = "the server that has this session is out of reach"

logger = logging.getLogger(__name__)


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


class Rooms:
    """Find or make a session's room; with a link, carry participants to rooms of other processes and theirs to ours."""

    def __init__(self, hub: Hub, link: Link | None = None) -> None:
        self.hub = hub
        self.link = link
        self._numbers = itertools.count(1)
        # Sockets of this process in rooms of others, by number; sockets of others in rooms of ours.
        self._hosted: dict[int, tuple[str, AnyPeer]] = {}
        self._guests: dict[tuple[str, int], tuple[LiveRoom, int]] = {}
        self._lost_guests: list[tuple[LiveRoom, int]] = []
        self._questions: dict[int, tuple[str, asyncio.Future[None]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Link up, then take up the sessions that nobody looks after."""
        if self.link is not None:
            self.hub.on_closed = self._release
            await self.link.start(self)
        await self.hub.start(self._mine)

    async def stop(self) -> None:
        """Store everything, and leave what goes on to the other processes."""
        await self.hub.stop()
        if self.link is not None:
            await self.link.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def open(self, session_id: str) -> AnyRoom | None:
        """Return a session's room; None when the session is over or unknown; `RefusedError` 503 when it is away."""
        live = self.hub.current(session_id)
        if live is None and self.link is not None:
            try:
                owner = await self.link.claim(session_id) if self.link.is_up else None
            except LinkError:
                owner = None
            if owner is None:
                raise _away()
            if owner != self.link.process:
                return _RemoteRoom(self, self.link, session_id, owner)
        live = live or await self.hub.open_room(session_id)
        if live is None:
            self._release(session_id)
            return None
        return LocalRoom(self.hub, live)

    async def end_if_open(self, session_id: str, reason: EndReason) -> None:
        """Tell those in a session's room, wherever it is, that storage has ended it."""
        self.hub.end_if_open(session_id, reason)
        if self.link is None:
            return
        with contextlib.suppress(LinkError, RefusedError):
            owner = await self.link.owner_of(session_id)
            if owner is not None and owner != self.link.process:
                await _RemoteRoom(self, self.link, session_id, owner).end(reason)

    def on_message(self, message: AnyMessage) -> None:
        """Take a message from another process."""
        match message:
            case Connect():
                self._welcome(message)
            case Received(sender=sender, connection=number, text=text):
                if (guest := self._guests.get((sender, number))) is not None:
                    self.hub.receive(*guest, text)
            case Disconnected(sender=sender, connection=number):
                if (guest := self._guests.pop((sender, number), None)) is not None:
                    self.hub.disconnect(*guest)
            case SendText(connection=number, text=text, newest_only=newest_only):
                if (hosted := self._hosted.get(number)) is not None:
                    hosted[1].send(text, newest_only)
            case CloseSocket(connection=number, code=code, reason=reason):
                if (hosted := self._hosted.get(number)) is not None:
                    hosted[1].close(code, reason)
            case Done(question=question):
                if (asked := self._questions.pop(question, None)) is not None and not asked[1].done():
                    asked[1].set_result(None)
            case Reset(sender=sender):
                self.on_gone(sender)
            case _:
                self._spawn(self._answer(message))

    async def on_up(self) -> None:
        """Say again which rooms are ours, and let go of those that are not any more."""
        for session_id in self.hub.session_ids:
            if not await self._mine(session_id):
                self.hub.drop(session_id)
        for live, connection in self._lost_guests:
            self.hub.disconnect(live, connection)
        self._lost_guests.clear()
        self.hub.resume()

    def on_down(self) -> None:
        """Send our sockets in rooms of others back, and keep the places of theirs until they can return."""
        self.hub.pause()
        self._lost_guests += self._guests.values()
        self._guests.clear()
        self._forget_owners({owner for owner, _ in (*self._hosted.values(), *self._questions.values())})

    def on_gone(self, process: str) -> None:
        """Forget a process: its sockets are gone, and ours in its rooms look for the new owner."""
        for key in [key for key in self._guests if key[0] == process]:
            self.hub.disconnect(*self._guests.pop(key))
        self._forget_owners({process})

    def on_orphans(self, session_ids: list[str]) -> None:
        """Take over rooms whose owner is gone: their leaders have one grace to return."""
        self._spawn(self._adopt(session_ids))

    def host(self, owner: str, peer: AnyPeer) -> int:
        """Give a socket of this process in a room of another one its number."""
        number = next(self._numbers)
        self._hosted[number] = (owner, peer)
        return number

    def hosts(self, number: int) -> bool:
        """Return whether the owner still knows this socket."""
        return number in self._hosted

    def unhost(self, number: int) -> bool:
        """Forget a hosted socket; return whether the owner still knew it."""
        return self._hosted.pop(number, None) is not None

    async def ask(self, owner: str, question: Question) -> None:
        """Return when the owner has done it; `RefusedError` 503 when it does not answer."""
        assert self.link is not None
        answer = asyncio.get_running_loop().create_future()
        self._questions[question.question] = (owner, answer)
        self.link.send(owner, question)
        try:
            async with asyncio.timeout(_ANSWER_TIMEOUT_S):
                await answer
        except TimeoutError:
            raise _away() from None
        finally:
            self._questions.pop(question.question, None)

    def next_number(self) -> int:
        """Return a number that was never given before."""
        return next(self._numbers)

    async def _mine(self, session_id: str) -> bool:
        return self.link is None or await self.link.claim(session_id) == self.link.process

    def _welcome(self, message: Connect) -> None:
        assert self.link is not None
        live = self.hub.current(message.session_id)
        grant = Grant(message.session_id, message.role, message.account_id, message.token_hash)
        if live is None or not LocalRoom(self.hub, live).admits(grant):
            reason = "the session moved to another server"
            self.link.send(message.sender, _close(self.link, message.connection, CLOSE_SERVICE_RESTART, reason))
            return
        peer = _GuestPeer(self.link, message.sender, message.connection)
        self._guests[message.sender, message.connection] = (live, self.hub.connect(live, grant, peer))

    async def _answer(self, question: AnyMessage) -> None:
        assert self.link is not None
        assert isinstance(question, Question)
        # Not `current`: the room may be about to open, with what storage said before the question's cause.
        live = await self.hub.open_room(question.session_id)
        if live is not None:
            room = LocalRoom(self.hub, live)
            match question:
                case Seat(account_id=account_id, display_name=display_name):
                    await room.seat(Account(account_id, display_name))
                case Unseat():
                    await room.unseat()
                case EndSession(reason=reason):
                    await room.end(reason)
        await self.hub.writer.flush()
        self.link.send(question.sender, Done(sender=self.link.process, question=question.question))

    async def _adopt(self, session_ids: list[str]) -> None:
        for session_id in session_ids:
            await self.open(session_id)

    def _forget_owners(self, owners: set[str]) -> None:
        for number in [number for number, (owner, _) in self._hosted.items() if owner in owners]:
            self._hosted.pop(number)[1].close(CLOSE_SERVICE_RESTART, _AWAY)
        for owner, answer in list(self._questions.values()):
            if owner in owners and not answer.done():
                answer.set_exception(_away())

    def _release(self, session_id: str) -> None:
        if self.link is not None:
            self._spawn(self.link.release(session_id))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _RemoteRoom:
    """A room of another process: everything is said over the link."""

    def __init__(self, rooms: Rooms, link: Link, session_id: str, owner: str) -> None:
        self._rooms = rooms
        self._link = link
        self._session_id = session_id
        self._owner = owner

    def admits(self, grant: Grant) -> bool:
        """Leave it to the owner."""
        return grant.session_id == self._session_id

    def connect(self, grant: Grant, peer: AnyPeer) -> int:
        """Put a socket of this process into the room and return its number."""
        number = self._rooms.host(self._owner, peer)
        message = Connect(
            sender=self._link.process,
            connection=number,
            session_id=self._session_id,
            role=grant.role,
            account_id=grant.account_id,
            token_hash=grant.token_hash,
        )
        self._link.send(self._owner, message)
        if not self._link.is_up:
            self._rooms.on_gone(self._owner)
        return number

    def receive(self, connection: int, frame: str | None) -> None:
        """Carry a frame to the room."""
        if self._rooms.hosts(connection):
            message = Received(sender=self._link.process, connection=connection, text=frame)
            self._link.send(self._owner, message)

    def disconnect(self, connection: int) -> None:
        """Tell the room that a socket is gone."""
        if self._rooms.unhost(connection):
            self._link.send(self._owner, Disconnected(sender=self._link.process, connection=connection))

    async def settle(self) -> None:
        """Have the owner store what was decided."""
        await self._rooms.ask(self._owner, Settle(**self._question()))

    async def seat(self, account: Account) -> None:
        """Tell the room whom storage has given the follower's seat."""
        seat = Seat(**self._question(), account_id=account.account_id, display_name=account.display_name)
        await self._rooms.ask(self._owner, seat)

    async def unseat(self) -> None:
        """Free the follower's seat."""
        await self._rooms.ask(self._owner, Unseat(**self._question()))

    async def end(self, reason: EndReason) -> None:
        """End the session."""
        await self._rooms.ask(self._owner, EndSession(**self._question(), reason=reason))

    def _question(self) -> dict[str, Any]:
        number = self._rooms.next_number()
        return {"sender": self._link.process, "question": number, "session_id": self._session_id}


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
        self._link.send(self._host, _close(self._link, self._number, code, reason))


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except (ServerError, *DATABASE_ERRORS) as error:
        logger.warning("something for another process could not be done (%s)", error)


def _close(link: Link, number: int, code: int, reason: str) -> CloseSocket:
    return CloseSocket(sender=link.process, connection=number, code=code, reason=reason)


def _away() -> RefusedError:
    return unavailable("This session's server cannot be reached just now. Try again in a moment.", _RETRY_AFTER_S)

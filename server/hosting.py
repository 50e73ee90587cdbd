"""Sockets of this process in rooms of other processes: everything is said over the link."""

import asyncio
import itertools
from typing import Any, Final

from protocol.events import EndReason
from server.effects import CLOSE_SERVICE_RESTART
from server.errors import RefusedError, unavailable
from server.link import Link
from server.messages import (
    CloseSocket,
    Connect,
    Disconnected,
    Done,
    EndSession,
    Question,
    Received,
    Seat,
    SendText,
    Settle,
    Unseat,
)
from server.peer import AnyPeer
from server.records import Account, Grant

_ANSWER_TIMEOUT_S: Final = 3.0
_RETRY_AFTER_S: Final = 2
_AWAY: Final = "the server that has this session is out of reach"


def room_is_away() -> RefusedError:
    """Return the refusal for a session whose room cannot be reached now."""
    return unavailable("This session's server cannot be reached just now. Try again in a moment.", _RETRY_AFTER_S)


class Hosting:
    """Keep this process's sockets in rooms of others, by number, and the questions that their owners were asked."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._numbers = itertools.count(1)
        self._sockets: dict[int, tuple[str, AnyPeer]] = {}
        self._questions: dict[int, tuple[str, asyncio.Future[None]]] = {}

    def room(self, session_id: str, owner: str) -> "RemoteRoom":
        """Return a session's room at another process."""
        return RemoteRoom(self, self._link, session_id, owner)

    def on_message(self, message: SendText | CloseSocket | Done) -> None:
        """Take what an owner says to one of our sockets, or its answer."""
        match message:
            case SendText(connection=number, text=text, newest_only=newest_only):
                if (found := self._sockets.get(number)) is not None:
                    found[1].send(text, newest_only)
            case CloseSocket(connection=number, code=code, reason=reason):
                if (found := self._sockets.get(number)) is not None:
                    found[1].close(code, reason)
            case Done(question=question):
                if (asked := self._questions.get(question)) is not None and not asked[1].done():
                    asked[1].set_result(None)

    def forget(self, owners: set[str] | None = None) -> None:
        """Send the sockets in rooms of these owners (None: of all) back to look for the new one."""
        for number in [number for number, (owner, _) in self._sockets.items() if owners is None or owner in owners]:
            self._sockets.pop(number)[1].close(CLOSE_SERVICE_RESTART, _AWAY)
        for owner, answer in self._questions.values():
            if (owners is None or owner in owners) and not answer.done():
                answer.set_exception(room_is_away())

    def next_number(self) -> int:
        """Return a number that was never given before."""
        return next(self._numbers)

    def take_in(self, owner: str, peer: AnyPeer) -> int:
        """Give a socket in a room of `owner` its number."""
        number = self.next_number()
        self._sockets[number] = (owner, peer)
        return number

    def has(self, number: int) -> bool:
        """Return whether the owner still knows this socket."""
        return number in self._sockets

    def let_go(self, number: int) -> bool:
        """Forget a socket; return whether the owner still knew it."""
        return self._sockets.pop(number, None) is not None

    async def ask(self, owner: str, question: Question) -> None:
        """Return when the owner has done it; `RefusedError` 503 when it does not answer."""
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._questions[question.question] = (owner, answer)
        self._link.send(owner, question)
        try:
            async with asyncio.timeout(_ANSWER_TIMEOUT_S):
                await answer
        except TimeoutError:
            raise room_is_away() from None
        finally:
            self._questions.pop(question.question, None)


class RemoteRoom:
    """A room of another process: everything is said over the link."""

    def __init__(self, hosting: "Hosting", link: Link, session_id: str, owner: str) -> None:
        self._hosting = hosting
        self._link = link
        self._session_id = session_id
        self._owner = owner

    def admits(self, grant: Grant) -> bool:
        """Leave it to the owner."""
        return grant.session_id == self._session_id

    def connect(self, grant: Grant, peer: AnyPeer) -> int:
        """Put a socket of this process into the room and return its number."""
        number = self._hosting.take_in(self._owner, peer)
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
            self._hosting.forget({self._owner})
        return number

    def receive(self, connection: int, frame: str | None) -> None:
        """Carry a frame to the room."""
        if self._hosting.has(connection):
            message = Received(sender=self._link.process, connection=connection, text=frame)
            self._link.send(self._owner, message)

    def disconnect(self, connection: int) -> None:
        """Tell the room that a socket is gone."""
        if self._hosting.let_go(connection):
            self._link.send(self._owner, Disconnected(sender=self._link.process, connection=connection))

    async def settle(self) -> None:
        """Have the owner store what was decided."""
        await self._hosting.ask(self._owner, Settle(**self._question()))

    async def seat(self, account: Account) -> None:
        """Tell the room whom storage has given the follower's seat."""
        seat = Seat(**self._question(), account_id=account.account_id, display_name=account.display_name)
        await self._hosting.ask(self._owner, seat)

    async def unseat(self) -> None:
        """Free the follower's seat."""
        await self._hosting.ask(self._owner, Unseat(**self._question()))

    async def end(self, reason: EndReason) -> None:
        """End the session."""
        await self._hosting.ask(self._owner, EndSession(**self._question(), reason=reason))

    def _question(self) -> dict[str, Any]:
        number = self._hosting.next_number()
        return {"sender": self._link.process, "question": number, "session_id": self._session_id}

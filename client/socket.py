"""RunBuddyWebSocketClient: one session's events, reconnecting (plan, section 3)."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Coroutine
from enum import StrEnum
from typing import Any, Final, TypeVar

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidProxy, InvalidStatus, InvalidURI

from client.backoff import Backoff
from client.close_reason import (
    TOKEN_REFUSED,
    CloseKind,
    CloseReason,
    ended,
    reason_of_close,
    reason_of_refusal,
    refused,
)
from client.dial import bad_ws_address, checked_ws_url, dial
from client.errors import (
    AddressError,
    ApiError,
    ClientError,
    ServerUnreachableError,
    one_line,
)
from client.outbox import Outbox
from protocol.events import Event, Leave, SessionEnd, parse_event
from protocol.wire import ProtocolError

__all__ = ["CloseKind", "CloseReason", "RunBuddyWebSocketClient", "SocketState"]

#: How long `close()` goes on sending what is queued.
FLUSH_TIMEOUT_S: Final = 1.0

#: A connection that lived so long was a good one: the next reconnect is at once again.
STABLE_S: Final = 2.0

_TRY_AGAIN = {408, 425, 429}

_T = TypeVar("_T")


class SocketState(StrEnum):
    """Where the connection is in its life."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    CLOSED = "closed"


class RunBuddyWebSocketClient:
    """Carry one session's events both ways, over as many connections as it takes.

    Use from one event loop. `on_event` is called with every understood event in order, `on_state` with every change
    of state, `on_bad_event` with what breaks the contract (it is dropped). `renew_token` is awaited when the server
    refuses the token; a ClientError from it is final unless the server is out of reach or asks to wait. Raises
    AddressError when `ws_url` is not ws:// or wss://.
    """

    def __init__(
        self,
        ws_url: str,
        session_id: str,
        token: str,
        *,
        on_event: Callable[[Event], None],
        on_state: Callable[[SocketState], None],
        on_bad_event: Callable[[ProtocolError], None] | None = None,
        renew_token: Callable[[], Awaitable[str]] | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        self._ws_url = checked_ws_url(ws_url)
        self._session_id = session_id
        self._token = token
        self._on_event = on_event
        self._on_state = on_state
        self._on_bad_event = on_bad_event
        self._renew_token = renew_token
        self._backoff = backoff or Backoff()
        self._outbox = Outbox()
        self._outgoing = asyncio.Event()
        self._closing = asyncio.Event()
        self._over = asyncio.Event()
        self._runner: asyncio.Task[Any] | None = None
        self._state: SocketState | None = None
        self._in_flight: Event | None = None
        self._left = False
        self._renewed = False
        self._trouble: str | None = None

    @property
    def trouble(self) -> str | None:
        """Return why there is no connection at the moment, a sentence, or None."""
        return self._trouble

    async def run(self) -> CloseReason:
        """Connect, read and reconnect until `close()`, the session's end or a final refusal; return which."""
        self._runner = asyncio.current_task()
        self._enter(SocketState.CONNECTING)
        try:
            while True:
                reason = await self._once()
                if reason is not None:
                    return reason
                self._enter(SocketState.RECONNECTING)
        finally:
            self._enter(SocketState.CLOSED)
            self._over.set()

    def send(self, event: Event) -> bool:
        """Queue an event without waiting; return False when it was dropped.

        While offline positions and pings are dropped, and of the transports the newest is kept for the reconnect.
        """
        if self._closing.is_set() or self._state is SocketState.CLOSED:
            return False
        queued = self._outbox.put(event)
        self._outgoing.set()
        return queued

    async def close(self) -> None:
        """Send what is queued (for at most 1 s), close for good, and wait until `run` has returned."""
        self._closing.set()
        if self._runner is not None and self._runner is not asyncio.current_task():
            await self._over.wait()

    async def _once(self) -> CloseReason | None:
        """Wait, connect and carry events until this connection is over; return None to try again."""
        try:
            await self._unless_closing(asyncio.sleep(self._backoff.next_delay_s()))
            if self._closing.is_set():
                return CloseReason(CloseKind.CLOSED)
            connection = await self._unless_closing(dial(self._ws_url, self._session_id, self._token))
        except InvalidStatus as refusal:
            return await self._after_refusal(refusal.response.status_code)
        except ssl.SSLCertVerificationError as error:
            return refused(
                f"no secure connection to the session ({one_line(error.verify_message)}); "
                "check this computer's date and the server's certificate"
            )
        except (ImportError, InvalidProxy):
            return CloseReason(
                CloseKind.REFUSED,
                AddressError("the proxy set in this environment can't be used; add the server to NO_PROXY"),
            )
        except (InvalidURI, UnicodeError):
            return CloseReason(CloseKind.REFUSED, bad_ws_address())
        except (OSError, InvalidHandshake) as error:
            self._trouble = f"no connection to the session ({one_line(str(error)) or 'timed out'}); trying again"
            return None
        if connection is None:
            return CloseReason(CloseKind.CLOSED)
        return await self._carry(connection)

    async def _carry(self, connection: ClientConnection) -> CloseReason | None:
        """Read and write until the connection or this client closes."""
        loop = asyncio.get_running_loop()
        opened_at_s = loop.time()
        self._renewed = False
        self._trouble = None
        self._outbox.go_online()
        reader = asyncio.create_task(self._read(connection))
        writer = asyncio.create_task(self._write(connection))
        closing = asyncio.create_task(self._closing.wait())
        try:
            self._enter(SocketState.CONNECTED)
            await asyncio.wait({reader, closing}, return_when=asyncio.FIRST_COMPLETED)
            if reader.done():
                reason = reader.result()
                return reason or self._after_close(connection, lived_s=loop.time() - opened_at_s)
            self._outgoing.set()
            await asyncio.wait({writer, reader}, timeout=FLUSH_TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED)
            return CloseReason(CloseKind.CLOSED)
        finally:
            for task in (reader, writer, closing):
                task.cancel()
            await asyncio.gather(reader, writer, closing, return_exceptions=True)
            self._outbox.go_offline(self._in_flight)
            self._in_flight = None
            await connection.close()

    async def _read(self, connection: ClientConnection) -> CloseReason | None:
        """Hand events on until the connection closes; return a reason when the session ended."""
        while True:
            try:
                frame = await connection.recv()
            except ConnectionClosed:
                return None
            try:
                event = parse_event(frame)
            except ProtocolError as error:
                if self._on_bad_event is not None:
                    self._on_bad_event(error)
                continue
            if event is None:
                continue
            self._on_event(event)
            if isinstance(event, SessionEnd):
                return ended(event.reason)

    async def _write(self, connection: ClientConnection) -> None:
        """Send what is queued until the connection closes, or, when closing, until the queue is empty."""
        while True:
            while (event := self._outbox.take()) is not None:
                self._in_flight = event
                try:
                    await connection.send(event.to_json())
                except ConnectionClosed:
                    return
                self._in_flight = None
                self._left = self._left or isinstance(event, Leave)
            if self._closing.is_set():
                return
            self._outgoing.clear()
            await self._outgoing.wait()

    def _after_close(self, connection: ClientConnection, *, lived_s: float) -> CloseReason | None:
        code, text = connection.close_code, one_line(connection.close_reason or "")
        reason = reason_of_close(code, text, left=self._left)
        if reason is not None:
            return reason
        if lived_s >= STABLE_S:
            self._backoff.reset()
        self._trouble = f"the connection to the session was lost ({text or code or 'no answer'}); trying again"
        return None

    async def _after_refusal(self, status: int) -> CloseReason | None:
        """Return None when it is worth trying again, with a fresh token if the old one was refused."""
        if _is_worth_a_wait(status):
            self._trouble = f"the server is not ready (HTTP {status}); trying again"
            return None
        if status not in TOKEN_REFUSED or self._renew_token is None or self._renewed:
            return reason_of_refusal(status)
        try:
            token = await self._unless_closing(_as_coroutine(self._renew_token()))
        except ServerUnreachableError as error:
            self._trouble = str(error)
            return None
        except ClientError as error:
            if not (isinstance(error, ApiError) and _is_worth_a_wait(error.status)):
                return CloseReason(CloseKind.REFUSED, error)
            self._trouble = f"{error}; trying again"
            return None
        if token is not None:
            self._token = token
            self._renewed = True
        return None

    async def _unless_closing(self, work: Coroutine[Any, Any, _T]) -> _T | None:
        """Return the result of `work`, or None as soon as `close()` is called."""
        task = asyncio.create_task(work)
        closing = asyncio.create_task(self._closing.wait())
        try:
            await asyncio.wait({task, closing}, return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            closing.cancel()
            task.cancel()
            await asyncio.gather(task, closing, return_exceptions=True)

    def _enter(self, state: SocketState) -> None:
        if state is not self._state:
            self._state = state
            self._on_state(state)


def _is_worth_a_wait(status: int) -> bool:
    return status >= 500 or status in _TRY_AGAIN


async def _as_coroutine(work: Awaitable[_T]) -> _T:
    return await work

"""Listen on the loopback address until the browser comes back from Spotify's page (thin shell around callback.py)."""

import asyncio
import contextlib
from types import TracebackType
from typing import Final, Self

from client.errors import one_line
from client.spotify.callback import CALLBACK_PATH, MAX_HEAD_BYTES, Callback, judge, page
from client.spotify.errors import SignInError, SignInTimeoutError

#: The literal address: Spotify refuses "localhost", and nobody outside this machine can connect.
HOST: Final = "127.0.0.1"

_REQUEST_TIMEOUT_S: Final = 10.0


class LoopbackListener:
    """Wait for one sign-in; `async with` opens and closes it. Port 0 lets the system choose.

    Errors: SignInError when the port can't be had.
    """

    def __init__(self, port: int = 0) -> None:
        self._wanted_port = port
        self._state: str | None = None
        self._answer: asyncio.Future[Callback] | None = None
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def redirect_uri(self) -> str:
        """Return where Spotify's page is to send the browser; registered there without the port."""
        assert self._server is not None
        return f"http://{HOST}:{self._server.sockets[0].getsockname()[1]}{CALLBACK_PATH}"

    async def wait(self, state: str, timeout_s: float) -> Callback:
        """Return the answer that brings this state; it counts once. Errors: SignInTimeoutError."""
        self._state = state
        self._answer = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout_s):
                return await self._answer
        except TimeoutError:
            raise SignInTimeoutError(
                f"nobody finished the sign-in in the browser within {timeout_s / 60:.3g} minutes; start it again"
            ) from None
        finally:
            self._state = None

    async def __aenter__(self) -> Self:
        try:
            self._server = await asyncio.start_server(self._connected, HOST, self._wanted_port, limit=MAX_HEAD_BYTES)
        except OSError as error:
            raise SignInError(
                f"port {self._wanted_port} of {HOST} can't be opened ({one_line(error.strerror or str(error))}); "
                "choose another, or 0 for any that is free"
            ) from None
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        # The browser still gets the page for the request that ended the sign-in; idle connections are not waited for.
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            async with asyncio.timeout(_REQUEST_TIMEOUT_S):
                await self._serve(reader, writer)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            # A browser that hung up, opened a connection in advance or sent too much has nothing to be told.
            pass
        finally:
            self._connections.discard(task)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        verdict = judge(head, self._state)
        if verdict.callback is not None:
            self._state = None
        writer.write(page(verdict))
        try:
            await writer.drain()
        finally:
            if verdict.callback is not None and self._answer is not None and not self._answer.done():
                self._answer.set_result(verdict.callback)

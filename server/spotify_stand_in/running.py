"""Run the stand-in on real sockets: until it is cancelled, or in a thread beside a test."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Final

import uvicorn

from server.errors import StartError
from server.listening import listening_socket
from server.spotify_stand_in.app import create_app
from server.spotify_stand_in.state import StandInState

_GRACEFUL_SHUTDOWN_S: Final = 1


@dataclass(frozen=True, slots=True)
class StandIn:
    """A stand-in that runs, and what it knows."""

    url: str
    state: StandInState


async def serve(state: StandInState, host: str, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve until cancelled; `on_ready` gets the base URL. Errors: StartError when the port can't be opened."""
    with _listen(host, port) as listener:
        shown_host = f"[{host}]" if ":" in host else host
        url = f"http://{shown_host}:{listener.getsockname()[1]}"
        server = _Server(_config(state), lambda: on_ready(url))
        task = asyncio.create_task(server.serve([listener]), name="spotify-stand-in")
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            server.should_exit = True
            await task
            raise


@contextmanager
def stand_in(state: StandInState | None = None) -> Iterator[StandIn]:
    """Run a stand-in on a free port of the loopback address, in a thread of its own."""
    known = state or StandInState()
    with _listen("127.0.0.1", 0) as listener:
        ready = threading.Event()
        server = _Server(_config(known), ready.set)
        thread = threading.Thread(target=server.run, args=([listener],), name="spotify-stand-in")
        thread.start()
        try:
            ready.wait()
            yield StandIn(f"http://127.0.0.1:{listener.getsockname()[1]}", known)
        finally:
            server.should_exit = True
            thread.join()


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise StartError(f"The port {port} does not exist; give a number from 0 to 65535.")
    try:
        return listening_socket(host, port)
    except OSError as error:
        raise StartError(
            f"Port {port} on {host} cannot be opened ({error.strerror or error}). Choose another --port or --host."
        ) from error


class _Server(uvicorn.Server):
    """Leave signals to the caller, and say when the server answers."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = on_started

    def capture_signals(self) -> nullcontext[None]:  # type: ignore[override]
        return nullcontext()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_started()


def _config(state: StandInState) -> uvicorn.Config:
    # The access log has addresses with codes in them.
    return uvicorn.Config(
        create_app(state),
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=_GRACEFUL_SHUTDOWN_S,
    )

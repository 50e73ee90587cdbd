"""Run the whole server in the event loop that is there: REST, WebSockets, and SNTP when asked for."""

import asyncio
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import replace

import uvicorn
from fastapi import FastAPI
from websockets.exceptions import WebSocketException

from protocol import limits
from server.app import create_app
from server.connections import http_protocol
from server.errors import StartError
from server.listening import listening_socket
from server.redaction import redact_logs
from server.settings import Settings
from server.sntp_server import SntpServer
from server.socket_connection import SocketConnection

_GRACEFUL_SHUTDOWN_S = 2

OnReady = Callable[[int, int | None], None]


async def serve(settings: Settings, *, on_ready: OnReady | None = None) -> None:
    """Serve until cancelled, or until SIGTERM when that is not handled by anybody else; then close gracefully.

    `on_ready` is called once with the REST port and the NTP port (or None) when both answer. Errors: `StartError` with
    a sentence for people when a port or the database cannot be opened.
    """
    with ExitStack() as stack:
        listener = stack.enter_context(_listen(settings.host, settings.port))
        sntp = SntpServer(settings.host, settings.ntp_port) if settings.ntp_port is not None else None
        if sntp is not None:
            stack.callback(sntp.stop)
            sntp.start()
            settings = replace(settings, ntp_port=sntp.port)
        app = create_app(settings)
        ports = (int(listener.getsockname()[1]), sntp.port if sntp is not None else None)
        async with app.router.lifespan_context(app):
            server = _Server(_uvicorn_config(app, settings), lambda: on_ready(*ports) if on_ready else None)
            await _run(server, app, listener)


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


async def _run(server: _Server, app: FastAPI, listener: socket.socket) -> None:
    def begin_stop() -> None:
        app.state.services.hub.begin_stop()
        server.should_exit = True

    task = asyncio.create_task(server.serve([listener]), name="lockstep-server")
    with _on_sigterm(begin_stop):
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            begin_stop()
            await task
            raise


def _uvicorn_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    # uvicorn writes the address of every WebSocket, token and all, at level INFO and into its access log.
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        http=http_protocol(settings.request_timeout_s),
        ws=SocketConnection,
        ws_max_size=limits.MAX_EVENT_BYTES,
        ws_ping_interval=settings.ws_ping_interval_s,
        ws_ping_timeout=settings.ws_ping_timeout_s,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=_GRACEFUL_SHUTDOWN_S,
    )
    logging.getLogger("uvicorn.error").addFilter(_is_not_the_peers_fault)
    redact_logs()
    return config


def _is_not_the_peers_fault(record: logging.LogRecord) -> bool:
    """Return False for what uvicorn logs when a client breaks the WebSocket protocol or brings a wrong token."""
    error = record.exc_info[1] if record.exc_info else None
    broken_text = isinstance(error, UnicodeDecodeError) and record.msg.startswith("Invalid UTF-8")
    refused = record.msg.startswith("ASGI callable returned without completing handshake")
    return not (broken_text or refused or isinstance(error, WebSocketException))


def _listen(host: str, port: int) -> socket.socket:
    try:
        return listening_socket(host, port)
    except OSError as error:
        raise StartError(
            f"Port {port} on {host} cannot be opened ({error.strerror or error}). "
            "Is another server running there? Choose another --port or --host."
        ) from error


@contextmanager
def _on_sigterm(callback: Callable[[], None]) -> Iterator[None]:
    free = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    if not free or not hasattr(signal, "SIGHUP"):
        yield
        return
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, callback)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTERM)

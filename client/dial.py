"""Open one WebSocket connection: limits, liveness, and no trace of the token."""

import contextlib
import logging
import socket
from typing import Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect

from client.errors import AddressError

#: A lost network shows within six seconds.
PING_INTERVAL_S: Final = 2.0
PING_TIMEOUT_S: Final = 4.0
OPEN_TIMEOUT_S: Final = 5.0
CLOSE_TIMEOUT_S: Final = 1.0

#: Frames above the contract's size are reported, not fatal; only nonsense of this size breaks the connection.
MAX_FRAME_BYTES: Final = 1024 * 1024

# The library logs request lines, and the token is in them; no logging configuration can switch this logger on.
_SILENT = logging.Logger("websockets", level=logging.CRITICAL + 1)


async def dial(ws_url: str, session_id: str, token: str) -> ClientConnection:
    """Return an open connection; the token goes into the query, percent-encoded (plan, section 1).

    Errors: those of `websockets.asyncio.client.connect`; redirects are among its refusals.
    """
    query = urlencode({"sessionId": session_id, "token": token})
    connection = await _Connect(
        f"{ws_url}?{query}",
        compression=None,
        open_timeout=OPEN_TIMEOUT_S,
        ping_interval=PING_INTERVAL_S,
        ping_timeout=PING_TIMEOUT_S,
        close_timeout=CLOSE_TIMEOUT_S,
        max_size=MAX_FRAME_BYTES,
        logger=_SILENT,
    )
    _send_at_once(connection)
    return connection


def checked_ws_url(ws_url: str) -> str:
    """Return the address of a WebSocket; raise AddressError unless it is ws:// or wss:// without query."""
    try:
        parts = urlsplit(ws_url.strip())
        valid = parts.scheme in {"ws", "wss"} and bool(parts.hostname) and parts.port != 0 and parts.username is None
    except ValueError:
        valid = False
    if not valid or parts.query or parts.fragment:
        raise bad_ws_address()
    return urlunsplit(parts)


def bad_ws_address() -> AddressError:
    """Return the error for an address that can't be dialled."""
    return AddressError("the server gave no usable WebSocket address (ws://HOST/PATH or wss://HOST/PATH)")


class _Connect(connect):
    """Connect without following redirects: the token is for this server alone."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


def _send_at_once(connection: ClientConnection) -> None:
    """Switch off Nagle's algorithm, which asyncio's own transports do and others may not."""
    sock = connection.transport.get_extra_info("socket")
    if sock is not None and sock.family in {socket.AF_INET, socket.AF_INET6}:
        # A peer that said all and left has closed the socket already; what it said is still to be read.
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

"""uvicorn's HTTP connection with an end to its patience for a request that drips in."""

import asyncio
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

_UNFINISHED: Final = (h11.IDLE, h11.SEND_BODY)


class PatientHttpProtocol(H11Protocol):
    """Cut a connection whose request is not whole after `request_timeout_s` (slow-loris)."""

    request_timeout_s = 10.0
    _deadline: asyncio.TimerHandle | None = None
    _is_watched = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give the first request its time."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Read on; a drop of data gives no new time."""
        super().data_received(data)
        self._watch()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand the connection over; the WebSocket has pings for its patience."""
        # h11 still waits for the end of a body that no upgrade has.
        self._is_watched = False
        super().handle_websocket_upgrade(event)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the connection is gone."""
        self._forget_deadline()
        super().connection_lost(exc)

    def _watch(self) -> None:
        is_whole = self.conn.their_state not in _UNFINISHED
        if is_whole or not self._is_watched or self.transport.is_closing():
            self._forget_deadline()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self.request_timeout_s, self._too_slow)

    def _too_slow(self) -> None:
        self._deadline = None
        self.transport.abort()

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def http_protocol(request_timeout_s: float) -> type[PatientHttpProtocol]:
    """Return the protocol class for uvicorn, which makes its connections itself."""
    return type("HttpProtocol", (PatientHttpProtocol,), {"request_timeout_s": request_timeout_s})

"""Count, time and log REST requests by the route's pattern: no id, code or token gets into a label or a log."""

import logging
import time
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.metrics import Metrics

_NS_PER_S: Final = 1_000_000_000
_NO_ROUTE: Final = "(none)"
_QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics"})

logger = logging.getLogger(__name__)


class RequestLog:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note how it went."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        begun_ns = time.perf_counter_ns()
        try:
            await self._app(scope, receive, note_status)
        finally:
            took_s = (time.perf_counter_ns() - begun_ns) / _NS_PER_S
            route = getattr(scope.get("route"), "path_format", _NO_ROUTE)
            method = scope["method"] if route != _NO_ROUTE else "(any)"
            self._metrics.requests.labels(method, route, str(status)).observe(took_s)
            level = logging.DEBUG if route in _QUIET else logging.INFO
            logger.log(level, "%s %s: %d in %.1f ms", method, route, status, took_s * 1000)

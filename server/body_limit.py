"""Bodies are read whole before anything is decided, so their size has a limit (ASGI middleware)."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from protocol import limits
from server.answers import refusal
from server.errors import RefusedError


class BodyLimit:
    """Refuse a longer body with 413, without reading it to its end.

    `larger` has the limits of single routes in bytes, by method and path.
    """

    def __init__(self, app: ASGIApp, larger: Mapping[tuple[str, str], int]) -> None:
        self._app = app
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, then hand the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit_bytes = self._larger.get((scope["method"], scope["path"]), limits.MAX_BODY_BYTES)
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > limit_bytes:
                sentence = f"The body is longer than {limit_bytes} bytes. Send less."
                await refusal(RefusedError(413, "body_too_large", sentence, {"Connection": "close"}))(
                    scope, receive, send
                )
                return
        whole: Message | None = {"type": "http.request", "body": bytes(body), "more_body": False}

        async def replay() -> Message:
            nonlocal whole
            message, whole = whole, None
            return message if message is not None else await receive()

        await self._app(scope, replay, send)

"""Bodies are read whole before anything is decided, so their size has a limit (ASGI middleware)."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.answers import refusal
from server.errors import RefusedError

#: The largest body of the contract has some 4 KB, with every character escaped.
MAX_BODY_BYTES = 16 * 1024


class BodyLimit:
    """Refuse a longer body with 413, without reading it to its end."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, then hand the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > MAX_BODY_BYTES:
                sentence = f"The body is longer than {MAX_BODY_BYTES} bytes. Send less."
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

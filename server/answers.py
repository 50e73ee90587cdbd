"""Refusals as they travel, over REST and before a WebSocket's handshake."""

from fastapi.responses import JSONResponse

from protocol.rest import ErrorBody
from server.errors import RefusedError


def refusal(error: RefusedError) -> JSONResponse:
    """Return a refusal as it travels."""
    return JSONResponse(ErrorBody(error=error.code, message=error.message).to_wire(), error.status, error.headers)

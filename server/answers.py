"""Refusals as they travel, over REST and before a WebSocket's handshake."""

import logging

from fastapi.responses import JSONResponse

from protocol.rest import ErrorBody
from server.errors import RefusedError, unavailable

_RETRY_AFTER_S = 2

logger = logging.getLogger(__name__)


def refusal(error: RefusedError) -> JSONResponse:
    """Return a refusal as it travels."""
    return JSONResponse(ErrorBody(error=error.code, message=error.message).to_wire(), error.status, error.headers)


def database_unavailable(error: Exception) -> RefusedError:
    """Return the refusal for a database that does not serve now, and log why."""
    logger.error("the database failed a request (%s)", getattr(error, "orig", None) or error)
    return unavailable("The server's storage does not answer just now. Try again in a moment.", _RETRY_AFTER_S)

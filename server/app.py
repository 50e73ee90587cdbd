"""The ASGI application: routes, and every refusal as an `ErrorBody`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.websockets import WebSocket
from uvicorn.protocols.utils import ClientDisconnected

from protocol import limits
from server import operations_routes, rest_routes, ws_route
from server.answers import database_unavailable, refusal
from server.body_limit import BodyLimit
from server.docs_page import add_docs
from server.errors import RefusedError
from server.metrics import Metrics
from server.request_log import RequestLog
from server.services import run_services
from server.settings import AccountsMode, Settings
from server.storage import DATABASE_ERRORS

_LARGER_BODIES = {("POST", rest_routes.runbuddy.prefix): limits.MAX_CREATE_BODY_BYTES}
_NOT_AN_OBJECT = "send a JSON object, with Content-Type: application/json"
_SENTENCES = {
    404: "There is nothing at this address. The routes are listed at /docs.",
    405: "This address does not take this method. The routes are listed at /docs.",
}


def create_app(settings: Settings) -> FastAPI:
    """Return the application; its lifespan opens the database and sets `app.state.services`."""
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with run_services(settings, metrics) as services:
            app.state.services = services
            yield

    app = FastAPI(title="Lockstep RunBuddy", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.include_router(rest_routes.info)
    app.include_router(rest_routes.runbuddy)
    app.include_router(ws_route.router)
    app.include_router(operations_routes.router)
    add_docs(app)
    if settings.accounts is AccountsMode.LOCAL:
        app.include_router(rest_routes.local)
    app.add_middleware(BodyLimit, larger=_LARGER_BODIES)
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _broken)
    # An OSError, too, but none of the database.
    app.add_exception_handler(ClientDisconnected, _client_gone)
    for kind in DATABASE_ERRORS:
        app.add_exception_handler(kind, _database_failed)
    app.add_middleware(RequestLog, metrics=metrics)
    return app


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RefusedError)
    return refusal(error)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    finding = error.errors()[0]
    # The first part of the place is where it stood ("body"); broken JSON has an offset where others have a field.
    field = "" if finding["type"] == "json_invalid" else ".".join(str(part) for part in finding["loc"][1:])
    reason = _NOT_AN_OBJECT if finding["type"] == "model_attributes_type" and not field else finding["msg"]
    return refusal(RefusedError(422, "invalid_request", f"{field or 'The body'}: {reason}"))


async def _http_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    message = _SENTENCES.get(error.status_code, f"{error.detail}.")
    return refusal(RefusedError(error.status_code, code, message, error.headers))


async def _database_failed(_request: Request, error: Exception) -> JSONResponse:
    return refusal(database_unavailable(error))


async def _client_gone(_socket: WebSocket, _error: Exception) -> None:
    """Answer nothing: nobody waits for it any more."""


async def _broken(_request: Request, _error: Exception) -> JSONResponse:
    message = "The server made a mistake with this request. Try again later."
    return refusal(RefusedError(500, "internal_error", message))

"""The REST routes of the plan, section 1, and the one that gives out local accounts."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request

from protocol import limits
from protocol.rest import (
    Billboard,
    CreateSessionRequest,
    CreateSessionResponse,
    ErrorBody,
    JoinResponse,
    LocalAccountRequest,
    LocalAccountResponse,
    SessionDetail,
    StatusResponse,
)
from server.accounts import LocalAccounts, bearer_of
from server.errors import RefusedError, unauthorized
from server.records import Account
from server.services import Services

WS_PATH = "/runbuddy/ws"

runbuddy = APIRouter(
    prefix="/runbuddy/sessions",
    tags=["runbuddy"],
    responses={status: {"model": ErrorBody} for status in (401, 403, 404, 409, 410, 422, 503)},
)
local = APIRouter(prefix="/local", tags=["local accounts"], responses={422: {"model": ErrorBody}})


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def _account(
    services: Annotated[Services, Depends(_services)], authorization: Annotated[str | None, Header()] = None
) -> Account:
    token = bearer_of(authorization)
    if token is None:
        raise unauthorized("Sign in first: this request carries no Authorization: Bearer header with a token.")
    return await services.accounts.verify(token)


def _ws_url(request: Request) -> str:
    """Return the WebSocket's address under the name by which the client reached this server."""
    base = request.base_url
    url = str(base.replace(scheme="wss" if base.scheme == "https" else "ws")).rstrip("/") + WS_PATH
    if len(url) > limits.MAX_ID_LENGTH:
        raise RefusedError(400, "bad_host", "The Host header of this request is too long.")
    return url


ServicesDep = Annotated[Services, Depends(_services)]
AccountDep = Annotated[Account, Depends(_account)]
WsUrlDep = Annotated[str, Depends(_ws_url)]


@runbuddy.post("", status_code=201, response_model_exclude_none=True)
async def create_session(
    body: CreateSessionRequest, services: ServicesDep, account: AccountDep, ws_url: WsUrlDep
) -> CreateSessionResponse:
    """Open a session; the caller leads it."""
    return await services.sessions.create(account, body, ws_url)


@runbuddy.get("", response_model_exclude_none=True)
async def list_sessions(services: ServicesDep, _account: AccountDep) -> Billboard:
    """Return the billboard: sessions that wait for a follower, newest first."""
    return await services.sessions.billboard()


@runbuddy.get("/{id_or_code}", response_model_exclude_none=True)
async def get_session(id_or_code: str, services: ServicesDep, _account: AccountDep) -> SessionDetail:
    """Return one session by its id or join code."""
    return await services.sessions.detail(id_or_code)


@runbuddy.post("/{id_or_code}/join", response_model_exclude_none=True)
async def join_session(id_or_code: str, services: ServicesDep, account: AccountDep, ws_url: WsUrlDep) -> JoinResponse:
    """Take the follower's seat, or get a fresh token for the seat already held."""
    return await services.sessions.join(id_or_code, account, ws_url)


@runbuddy.post("/{id_or_code}/end")
async def end_session(id_or_code: str, services: ServicesDep, account: AccountDep) -> StatusResponse:
    """End the session (leader)."""
    return await services.sessions.end(id_or_code, account)


@runbuddy.post("/{id_or_code}/leave")
async def leave_session(id_or_code: str, services: ServicesDep, account: AccountDep) -> StatusResponse:
    """Leave the session (follower)."""
    return await services.sessions.leave(id_or_code, account)


@local.post("/accounts", status_code=201)
async def create_local_account(body: LocalAccountRequest, services: ServicesDep) -> LocalAccountResponse:
    """Give a name an account and its bearer token."""
    if not isinstance(services.accounts, LocalAccounts):
        raise RefusedError(404, "not_found", "This server takes Spotify accounts only.")
    return await services.accounts.create(body)

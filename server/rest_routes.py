"""The REST routes of the plan, section 1, and the one that gives out local accounts."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request

from protocol import limits
from protocol.rest import (
    Billboard,
    BillboardSort,
    CreateSessionRequest,
    CreateSessionResponse,
    ErrorBody,
    JoinResponse,
    LocalAccountRequest,
    LocalAccountResponse,
    ServerInfo,
    SessionDetail,
    StatusResponse,
)
from server.accounts import LocalAccounts, bearer_of
from server.errors import RefusedError, unauthorized
from server.guard import Caller, address_group
from server.services import Services

WS_PATH = "/runbuddy/ws"

info = APIRouter(prefix="/runbuddy", tags=["runbuddy"])
runbuddy = APIRouter(
    prefix="/runbuddy/sessions",
    tags=["runbuddy"],
    responses={status: {"model": ErrorBody} for status in (400, 401, 403, 404, 409, 410, 413, 422, 429, 503)},
)
local = APIRouter(
    prefix="/local",
    tags=["local accounts"],
    responses={status: {"model": ErrorBody} for status in (400, 404, 413, 422, 429)},
)


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def _address(request: Request) -> str:
    return address_group(request.client.host if request.client else None)


async def _caller(
    services: Annotated[Services, Depends(_services)],
    address: Annotated[str, Depends(_address)],
    authorization: Annotated[str | None, Header()] = None,
) -> Caller:
    token = bearer_of(authorization)
    if token is None:
        raise unauthorized("Sign in first: this request carries no Authorization: Bearer header with a token.")
    return Caller(await services.accounts.verify(token, address), address)


def _ws_url(request: Request) -> str:
    """Return the WebSocket's address under the name by which the client reached this server."""
    base = request.base_url
    url = str(base.replace(scheme="wss" if base.scheme == "https" else "ws")).rstrip("/") + WS_PATH
    if len(url) > limits.MAX_ID_LENGTH:
        raise RefusedError(400, "bad_host", "The Host header of this request is too long.")
    return url


ServicesDep = Annotated[Services, Depends(_services)]
CallerDep = Annotated[Caller, Depends(_caller)]
AddressDep = Annotated[str, Depends(_address)]
WsUrlDep = Annotated[str, Depends(_ws_url)]
Limit = Annotated[int, Query(ge=1, le=limits.MAX_BILLBOARD_PAGE, description="Entries on one page.")]
Cursor = Annotated[str | None, Query(max_length=limits.MAX_CURSOR_LENGTH, description="nextCursor of the page before.")]


@info.get("/info")
async def get_info(services: ServicesDep) -> ServerInfo:
    """Say whose accounts this server takes, its version and its limits; needs no token."""
    return services.info


@runbuddy.post("", status_code=201, response_model_exclude_none=True)
async def create_session(
    body: CreateSessionRequest, services: ServicesDep, caller: CallerDep, ws_url: WsUrlDep
) -> CreateSessionResponse:
    """Open a session; the caller leads it, and a session that it led before ends."""
    return await services.sessions.create(caller, body, ws_url)


@runbuddy.get("", response_model_exclude_none=True)
async def list_sessions(
    services: ServicesDep,
    _caller: CallerDep,
    sort: BillboardSort = BillboardSort.NEWEST,
    limit: Limit = limits.MAX_BILLBOARD_PAGE,
    cursor: Cursor = None,
) -> Billboard:
    """Return one page of the billboard: sessions that wait for a follower."""
    return await services.sessions.billboard(sort, limit, cursor)


@runbuddy.get("/{id_or_code}", response_model_exclude_none=True)
async def get_session(id_or_code: str, services: ServicesDep, caller: CallerDep) -> SessionDetail:
    """Return one session by its id or join code."""
    return await services.sessions.detail(id_or_code, caller)


@runbuddy.post("/{id_or_code}/join", response_model_exclude_none=True)
async def join_session(id_or_code: str, services: ServicesDep, caller: CallerDep, ws_url: WsUrlDep) -> JoinResponse:
    """Take the follower's seat, or get a fresh token for the seat already held."""
    return await services.sessions.join(id_or_code, caller, ws_url)


@runbuddy.post("/{id_or_code}/end")
async def end_session(id_or_code: str, services: ServicesDep, caller: CallerDep) -> StatusResponse:
    """End the session (leader)."""
    return await services.sessions.end(id_or_code, caller)


@runbuddy.post("/{id_or_code}/leave")
async def leave_session(id_or_code: str, services: ServicesDep, caller: CallerDep) -> StatusResponse:
    """Leave the session (follower)."""
    return await services.sessions.leave(id_or_code, caller)


@local.post("/accounts", status_code=201)
async def create_local_account(
    body: LocalAccountRequest,
    services: ServicesDep,
    address: AddressDep,
    authorization: Annotated[str | None, Header()] = None,
) -> LocalAccountResponse:
    """Give a name an account and its bearer token; with a former token, the former account under this name."""
    if not isinstance(services.accounts, LocalAccounts):
        raise RefusedError(404, "not_found", "This server takes Spotify accounts only.")
    await services.guard.new_account(address)
    return await services.accounts.create(body, bearer_of(authorization))

"""api.spotify.com: the four reads that Lockstep uses, and the refusals around them."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from server.spotify_stand_in.authority import OAuthError
from server.spotify_stand_in.library import SPOTIFY_ITSELF, Person, StoredPlaylist
from server.spotify_stand_in.shapes import me_json, paging_json, parse_fields, playlist_json, rows_page, select
from server.spotify_stand_in.state import StandInState

MAX_LIMIT = 50
MAX_OFFSET = 100_000
DEFAULT_LIMIT = 20


class ApiRefusal(Exception):  # noqa: N818 - an answer of the Web API, not a failure here
    """An error as the Web API answers it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def api_routes(state: StandInState) -> APIRouter:
    """Return the routes; they raise ApiRefusal and OAuthError, which the app answers."""
    router = APIRouter(prefix="/v1")

    @router.get("/me", response_model=None)
    async def me(request: Request) -> Response:
        with state.lock:
            return JSONResponse(me_json(_person(state, request)))

    @router.get("/me/playlists")
    async def playlists(request: Request) -> Response:
        with state.lock:
            _person(state, request)
            offset, limit = _paging(request)
            api = _api(request)
            rows: list[Any] = []
            for playlist in state.library.playlists.values():
                rows += [None] if state.library.null_entries else []
                rows.append(playlist_json(state.library, playlist, api, rows=None))
            page = rows[offset : offset + limit]
            # Responses are made here: what FastAPI makes of a dict takes ten times as long.
            return JSONResponse(paging_json(f"{api}/me/playlists", page, offset=offset, limit=limit, total=len(rows)))

    @router.get("/playlists/{playlist_id}")
    async def playlist(request: Request, playlist_id: str) -> Response:
        with state.lock:
            person = _person(state, request)
            found = _playlist(state, playlist_id)
            api, readable = _api(request), found.is_readable_by(person.user_id)
            rows = rows_page(state.library, found, api, offset=0, limit=MAX_LIMIT) if readable else None
            return _selected(request, playlist_json(state.library, found, api, rows=rows, counted=False))

    @router.get("/playlists/{playlist_id}/items")
    async def items(request: Request, playlist_id: str) -> Response:
        with state.lock:
            person = _person(state, request)
            found = _playlist(state, playlist_id)
            if not found.is_readable_by(person.user_id):
                raise ApiRefusal(403, "Forbidden")
            offset, limit = _paging(request)
            return _selected(request, rows_page(state.library, found, _api(request), offset=offset, limit=limit))

    @router.get("/playlists/{playlist_id}/tracks")
    async def former_items(playlist_id: str) -> None:  # noqa: ARG001 - the path's name for it
        raise ApiRefusal(403, "Forbidden")

    return router


def _person(state: StandInState, request: Request) -> Person:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not token:
        raise ApiRefusal(401, "No token provided")
    user_id = state.authority.user_of(token, state.now_s())
    person = state.library.person(user_id)
    if person is None:
        raise OAuthError("invalid_token", "Invalid access token", 401)
    return person


def _playlist(state: StandInState, playlist_id: str) -> StoredPlaylist:
    found = state.library.playlists.get(playlist_id)
    if found is None or found.owner_id == SPOTIFY_ITSELF:
        raise ApiRefusal(404, "Resource not found")
    return found


def _paging(request: Request) -> tuple[int, int]:
    offset, limit = (request.query_params.get("offset", "0"), request.query_params.get("limit", str(DEFAULT_LIMIT)))
    if not (limit.isdecimal() and 1 <= int(limit) <= MAX_LIMIT):
        raise ApiRefusal(400, "Invalid limit")
    if not (offset.isdecimal() and int(offset) <= MAX_OFFSET):
        raise ApiRefusal(400, "Invalid offset")
    return int(offset), int(limit)


def _selected(request: Request, found: dict[str, Any]) -> Response:
    fields = request.query_params.get("fields")
    if not fields:
        return JSONResponse(found)
    try:
        return JSONResponse(select(found, parse_fields(fields)))
    except ValueError:
        raise ApiRefusal(400, "Invalid fields") from None


def _api(request: Request) -> str:
    return f"{str(request.base_url).rstrip('/')}/v1"

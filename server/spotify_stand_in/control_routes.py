"""The control API: what a test, or a person with curl, tells the stand-in to do."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from server.spotify_stand_in.faults import Fault
from server.spotify_stand_in.library import Item
from server.spotify_stand_in.state import StandInState


class _SignsIn(BaseModel):
    person: str | None


def control_routes(state: StandInState) -> APIRouter:
    """Return the routes: faults, tokens, whom /authorize lets in, a change of a playlist, and what was asked."""
    router = APIRouter(prefix="/control")

    @router.post("/faults", status_code=204)
    async def add_fault(fault: Fault) -> None:
        with state.lock:
            state.faults.add(fault)

    @router.delete("/faults", status_code=204)
    async def clear_faults() -> None:
        with state.lock:
            state.faults.clear()

    @router.post("/tokens/expire", status_code=204)
    async def expire() -> None:
        with state.lock:
            state.authority.expire_access_tokens()

    @router.post("/tokens/revoke", status_code=204)
    async def revoke() -> None:
        with state.lock:
            state.authority.revoke_all()

    @router.put("/signs-in", response_model=None)
    async def signs_in(wanted: _SignsIn) -> Response:
        with state.lock:
            if wanted.person is not None and state.library.person(wanted.person) is None:
                return JSONResponse({"error": "there is no such person"}, 404)
            state.signs_in = wanted.person
            return Response(status_code=204)

    @router.post("/playlists/{playlist_id}/change", response_model=None)
    async def change(playlist_id: str) -> Response:
        with state.lock:
            if not change_playlist(state, playlist_id):
                return JSONResponse({"error": "there is no such playlist"}, 404)
            return Response(status_code=204)

    @router.get("/asked")
    async def asked() -> list[dict[str, Any]]:
        with state.lock:
            return [{"method": it.method, "path": it.path, "query": it.query} for it in state.asked]

    return router


def change_playlist(state: StandInState, playlist_id: str) -> bool:
    """Insert a row at a playlist's top; return False when there is no such playlist."""
    playlist = state.library.playlists.get(playlist_id)
    if playlist is None:
        return False
    playlist.insert(0, Item(f"added{playlist.version:017d}", f"Added {playlist.version}", ("Somebody",)))
    return True

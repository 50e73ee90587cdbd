"""Put the stand-in together: routes, the faults before them, and errors in Spotify's words."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from server.spotify_stand_in.api_routes import ApiRefusal, api_routes
from server.spotify_stand_in.authority import OAuthError
from server.spotify_stand_in.control_routes import change_playlist, control_routes
from server.spotify_stand_in.faults import FaultKind, fault_answer
from server.spotify_stand_in.oauth_routes import oauth_routes
from server.spotify_stand_in.state import Asked, StandInState


def create_app(state: StandInState) -> FastAPI:
    """Return the stand-in as an ASGI app."""
    app = FastAPI(title="Stand-in for Spotify", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(oauth_routes(state))
    app.include_router(api_routes(state))
    app.include_router(control_routes(state))

    @app.middleware("http")
    async def fail_when_told_to(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        path = request.url.path
        if path.startswith("/control/"):
            return await call_next(request)
        with state.lock:
            state.asked.append(Asked(request.method, path, request.url.query))
            fault = state.faults.take(path)
            if fault is not None and fault.kind is FaultKind.CHANGE and fault.playlist_id is not None:
                change_playlist(state, fault.playlist_id)
        if fault is not None and fault.kind is FaultKind.HANG:
            while (await request.receive())["type"] != "http.disconnect":
                pass
            return Response(status_code=499)
        answer = None if fault is None else fault_answer(fault)
        if answer is None:
            return await call_next(request)
        if isinstance(answer.body, str):
            return PlainTextResponse(answer.body, answer.status, answer.headers)
        return JSONResponse(answer.body, answer.status, answer.headers)

    @app.exception_handler(ApiRefusal)
    async def refuse(_request: Request, error: ApiRefusal) -> Response:
        return JSONResponse({"error": {"status": error.status, "message": error.message}}, error.status)

    @app.exception_handler(OAuthError)
    async def refuse_token(_request: Request, error: OAuthError) -> Response:
        return JSONResponse({"error": {"status": error.status, "message": error.description}}, error.status)

    return app

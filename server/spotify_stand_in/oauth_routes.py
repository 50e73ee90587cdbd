"""accounts.spotify.com: the page on which a person says yes or no, and the token endpoint."""

from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from server.spotify_stand_in.authority import OAuthError, SignInRequest
from server.spotify_stand_in.state import StandInState


def oauth_routes(state: StandInState) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.get("/authorize")
    async def authorize(request: Request) -> Response:
        query = dict(request.query_params)
        with state.lock:
            try:
                wanted = SignInRequest.from_query(query, state.client_ids)
            except OAuthError as error:
                return HTMLResponse(_page("<p>" + escape(error.description) + "</p>"), 400)
            if state.signs_in is not None:
                return _redirect(wanted, {"code": state.authority.allow(wanted, state.signs_in, state.now_s())})
            return HTMLResponse(_page(_consent(state, query, wanted)))

    @router.post("/authorize")
    async def decide(request: Request) -> Response:
        form = await _form(request)
        with state.lock:
            try:
                wanted = SignInRequest.from_query(form, state.client_ids)
            except OAuthError as error:
                return HTMLResponse(_page("<p>" + escape(error.description) + "</p>"), 400)
            person = state.library.person(form.get("person", ""))
            if person is None:
                return _redirect(wanted, {"error": "access_denied"})
            return _redirect(wanted, {"code": state.authority.allow(wanted, person.user_id, state.now_s())})

    @router.post("/api/token")
    async def token(request: Request) -> Response:
        form = await _form(request)
        with state.lock:
            try:
                answer: dict[str, Any] = state.authority.exchange(form, state.now_s())
            except OAuthError as error:
                body = {"error": error.code, "error_description": error.description}
                return JSONResponse(body, error.status)
            return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    return router


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))


def _redirect(wanted: SignInRequest, answer: dict[str, str]) -> Response:
    return RedirectResponse(f"{wanted.redirect_uri}?{urlencode(answer | {'state': wanted.state})}", 302)


def _consent(state: StandInState, query: dict[str, str], wanted: SignInRequest) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in query.items()
    )
    allow = "".join(
        f'<p><button name="person" value="{escape(person.user_id)}">Agree as {escape(person.name or person.user_id)}'
        "</button></p>"
        for person in state.library.people
    )
    return (
        f"<p>The app <code>{escape(wanted.client_id)}</code> asks for: {escape(wanted.scope) or 'nothing'}.</p>"
        f'<form method="post" action="authorize">{hidden}{allow}'
        '<p><button name="person" value="">Cancel</button></p></form>'
    )


def _page(body: str) -> str:
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Stand-in for Spotify</title>'
        f"<h1>Stand-in for Spotify</h1><p>This is not Spotify: it is for tests and demos.</p>{body}</html>"
    )

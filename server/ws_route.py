"""The WebSocket route of the plan, section 1: a token opens it, the room speaks through it."""

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketDisconnected

from protocol.events import EndReason, SessionEnd, Snapshot
from server.accounts import bearer_of
from server.answers import database_unavailable, refusal
from server.effects import CLOSE_SESSION_ENDED
from server.errors import RefusedError, unauthorized
from server.local_room import AnyRoom
from server.peer import Peer
from server.records import Grant, SessionRecord
from server.rest_routes import WS_PATH
from server.services import Services
from server.socket_connection import EXTENSION, Line
from server.storage import DATABASE_ERRORS
from server.tokens import hash_token
from server.wall_clock import epoch_ms

router = APIRouter()


@router.websocket(WS_PATH)
async def runbuddy_socket(socket: WebSocket) -> None:
    """Let one participant in; what it says from then on is its peer's.

    Refused before the handshake with 401 and an error body when the token does not open this session. A session that
    is over is told as such: snapshot, session_end, close 4000.
    """
    services: Services = socket.app.state.services
    try:
        grant, room = await _authorise(socket, services)
    except RefusedError as error:
        await socket.send_denial_response(refusal(error))
        return
    except DATABASE_ERRORS as error:
        await socket.send_denial_response(refusal(database_unavailable(error)))
        return
    await socket.accept()
    if isinstance(room, SessionRecord):
        await _say_goodbye(socket, room)
        return
    line: Line = socket.scope["extensions"][EXTENSION]
    peer = Peer(line, services.metrics)
    line.hand_over(peer)
    peer.enter(room, grant)


async def _authorise(socket: WebSocket, services: Services) -> tuple[Grant, AnyRoom | SessionRecord]:
    """Return what the token allows, and the session's room, or the session itself if it is over."""
    session_id = socket.query_params.get("sessionId")
    token = socket.query_params.get("token") or bearer_of(socket.headers.get("authorization"))
    if not session_id:
        raise RefusedError(422, "invalid_request", "sessionId: missing from the WebSocket's address.")
    if not token:
        raise unauthorized("The WebSocket needs a token: give it as token= or as an Authorization: Bearer header.")
    grant = await services.storage.find_grant(session_id, hash_token(token), epoch_ms())
    if grant is None:
        raise _bad_token()
    room = await services.rooms.open(grant.session_id)
    if room is None:
        record = await services.storage.find_session(session_id)
        if record is None:
            raise _bad_token()
        return grant, record
    if not room.admits(grant):
        raise _bad_token()
    return grant, room


async def _say_goodbye(socket: WebSocket, record: SessionRecord) -> None:
    reason = (record.end_reason or EndReason.ENDED_BY_LEADER).value
    try:
        await socket.send_text(Snapshot(**record.snapshot.model_dump()).to_json())
        await socket.send_text(SessionEnd(reason=reason).to_json())
        await socket.close(CLOSE_SESSION_ENDED, reason)
    except (WebSocketDisconnect, WebSocketDisconnected):
        return


def _bad_token() -> RefusedError:
    return unauthorized("This token does not open this session, or its time is over. Join the session again.")

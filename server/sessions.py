"""What the REST routes do: create, list, look up, join, end and leave sessions."""

import re

from protocol import limits
from protocol.events import EndReason, Role, SnapshotState
from protocol.rest import (
    Billboard,
    BillboardEntry,
    BillboardSort,
    CreateSessionRequest,
    CreateSessionResponse,
    JoinResponse,
    SessionDetail,
    SessionStatus,
    StatusResponse,
)
from server.billboard import next_cursor, read_cursor
from server.errors import RefusedError, ServerError
from server.guard import Caller, Guard
from server.records import Account, Grant, Seating, SessionRecord
from server.rooms import Rooms
from server.settings import Settings
from server.storage import Storage
from server.tokens import hash_token, new_join_code, new_token
from server.wall_clock import epoch_ms

_CODE_ATTEMPTS = 10
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Sessions:
    """Combine storage (who may) with the rooms (who is told). Every method raises `RefusedError` when it refuses."""

    def __init__(self, storage: Storage, rooms: Rooms, settings: Settings, guard: Guard) -> None:
        self._storage = storage
        self._rooms = rooms
        self._hub = rooms.hub
        self._guard = guard
        self._token_ttl_ms = round(settings.token_ttl_s * 1000)

    async def create(self, caller: Caller, request: CreateSessionRequest, ws_url: str) -> CreateSessionResponse:
        """Open a session that waits for a follower; a session that its leader has had until now ends."""
        await self._guard.new_session(caller)
        host = caller.account
        for _ in range(_CODE_ATTEMPTS):
            created = await self._storage.create_session(host, request, new_join_code(), epoch_ms())
            if created is not None:
                for session_id in created.superseded:
                    await self._rooms.end_if_open(session_id, EndReason.SUPERSEDED)
                record = created.record
                return CreateSessionResponse(
                    session_id=record.session_id,
                    join_code=record.join_code,
                    ws_url=ws_url,
                    ws_token=await self._new_token(record.session_id, Role.LEADER, host),
                    snapshot=record.snapshot,
                )
        raise ServerError("No free join code was found. Try again.")

    async def billboard(self, sort: BillboardSort, limit: int, cursor: str | None) -> Billboard:
        """Return one page of the sessions that wait for a follower."""
        after = read_cursor(cursor, sort) if cursor is not None else None
        await self._hub.expire_idle()
        # One more than is shown tells whether there is another page.
        found = await self._storage.billboard(sort, limit + 1, after)
        shown = found[:limit]
        more = next_cursor(sort, shown[-1].place) if len(found) > limit else None
        return Billboard(sessions=[_entry(waiting.record) for waiting in shown], next_cursor=more)

    async def detail(self, id_or_code: str, caller: Caller) -> SessionDetail:
        """Return one session as it stands, ended ones too."""
        record = await self._find(id_or_code, caller)
        return SessionDetail(
            **_entry(record).model_dump(),
            status=record.status,
            snapshot=self._current_snapshot(record),
            queue=await self._storage.find_queue(record.session_id),
        )

    async def join(self, id_or_code: str, caller: Caller, ws_url: str) -> JoinResponse:
        """Seat the follower and give it a token; the host and the seated follower get a fresh token for their role."""
        record = await self._find(id_or_code, caller)
        account = caller.account
        if record.status is SessionStatus.ENDED:
            raise _ended()
        role = Role.LEADER if account.account_id == record.host.account_id else Role.FOLLOWER
        if role is Role.FOLLOWER:
            await self._seat(record.session_id, account)
        token = await self._new_token(record.session_id, role, account)
        return JoinResponse(role=role, ws_url=ws_url, ws_token=token, snapshot=self._current_snapshot(record))

    async def end(self, id_or_code: str, caller: Caller) -> StatusResponse:
        """End a session for both; only its leader may, and may again."""
        record = await self._find(id_or_code, caller)
        if caller.account.account_id != record.host.account_id:
            raise RefusedError(403, "not_the_leader", "Only the leader can end this session. You can leave it.")
        return await self._end(record)

    async def leave(self, id_or_code: str, caller: Caller) -> StatusResponse:
        """Free the follower's seat; a leader that leaves ends the session, anybody else changes nothing."""
        record = await self._find(id_or_code, caller)
        account_id = caller.account.account_id
        if account_id == record.host.account_id:
            return await self._end(record)
        follower = record.follower
        if follower is not None and follower.account_id == account_id:
            room = await self._rooms.open(record.session_id)
            if room is not None:
                await room.unseat()
            record = await self._find(record.session_id, caller)
        return StatusResponse(status=record.status)

    async def _end(self, record: SessionRecord) -> StatusResponse:
        room = await self._rooms.open(record.session_id)
        if room is not None:
            await room.end(EndReason.ENDED_BY_LEADER)
        return StatusResponse(status=SessionStatus.ENDED)

    async def _seat(self, session_id: str, account: Account) -> None:
        room = await self._rooms.open(session_id)
        if room is not None:
            # A seat that was just freed in the room must be free in storage before it is asked for.
            await room.settle()
        match await self._storage.seat_follower(session_id, account, epoch_ms()):
            case Seating.FULL:
                message = "Somebody else follows this session already. Pick another session, or wait until they leave."
                raise RefusedError(409, "session_full", message)
            case Seating.ENDED:
                raise _ended()
        if room is not None:
            await room.seat(account)

    async def _find(self, id_or_code: str, caller: Caller) -> SessionRecord:
        key = id_or_code.strip()
        if _UUID.fullmatch(key.lower()):
            record = await self._storage.find_session(key.lower())
        else:
            record = await self._find_by_code(key.upper(), caller)
        if record is not None and record.is_idle(epoch_ms()):
            await self._hub.expire_idle()
            record = await self._storage.find_session(record.session_id)
        if record is None:
            message = "There is no session with this id or join code. Check it with the leader."
            raise RefusedError(404, "session_not_found", message)
        return record

    async def _find_by_code(self, join_code: str, caller: Caller) -> SessionRecord | None:
        # First, and for every code alike: whoever guesses learns nothing from how the refusal looks.
        await self._guard.try_code(caller)
        is_wrong = False
        try:
            record = await self._storage.find_session_by_code(join_code) if _is_join_code(join_code) else None
            is_wrong = record is None
        finally:
            if not is_wrong:
                await self._guard.excuse_code(caller)
        return record

    async def _new_token(self, session_id: str, role: Role, account: Account) -> str:
        token = new_token()
        now_ms = epoch_ms()
        grant = Grant(session_id, role, account.account_id, hash_token(token))
        await self._storage.add_token(grant, now_ms, now_ms + self._token_ttl_ms)
        return token

    def _current_snapshot(self, record: SessionRecord) -> SnapshotState:
        live = self._hub.current(record.session_id)
        return live.room.snapshot if live is not None else record.snapshot


def _is_join_code(text: str) -> bool:
    return len(text) == limits.JOIN_CODE_LENGTH and all(letter in limits.JOIN_CODE_ALPHABET for letter in text)


def _entry(record: SessionRecord) -> BillboardEntry:
    return BillboardEntry(
        session_id=record.session_id,
        host_display_name=record.host.display_name,
        playlist_id=record.playlist_id,
        playlist_name=record.playlist_name,
        paired_track_count=record.paired_track_count,
        created_at=record.created_at_ms,
    )


def _ended() -> RefusedError:
    return RefusedError(
        410, "session_ended", "This session is over. Pick another one, or ask the leader to start anew."
    )

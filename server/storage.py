"""Sessions, participants and tokens in the database (SQLAlchemy Core); rows in, records out."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from protocol.events import EndReason, Role, SnapshotState
from protocol.rest import BillboardSort, CreateSessionRequest, QueueTrack, SessionStatus
from server.database import create_engine, prepare
from server.queues import delete_queues, insert_queue, read_queue, select_queue
from server.records import Account, Created, Grant, Place, Seating, SessionRecord, Waiting, WriteBatch
from server.tables import local_accounts, participants, queues, sessions, ws_tokens
from server.tokens import same_hash

#: Reconnecting while a rejoin is under way may need the older token; more than a few are never in use.
TOKENS_KEPT_PER_ROLE = 4

#: What every method of `Storage` may raise: asyncpg's failure to connect at all is not wrapped by SQLAlchemy.
DATABASE_ERRORS = (SQLAlchemyError, OSError)

_PORTION = 100

_follower_of_session = and_(participants.c.session_id == sessions.c.id, participants.c.role == Role.FOLLOWER.value)
_records = select(
    sessions, participants.c.spotify_user_id.label("follower_id"), participants.c.display_name.label("follower_name")
).join_from(sessions, participants, _follower_of_session, isouter=True)
_unfinished = sessions.c.status != SessionStatus.ENDED.value

_SORTS: dict[BillboardSort, tuple[ColumnElement[Any], bool]] = {
    BillboardSort.NEWEST: (sessions.c.created_at, True),
    BillboardSort.OLDEST: (sessions.c.created_at, False),
    BillboardSort.HOST: (func.lower(sessions.c.host_display_name), False),
    BillboardSort.PLAYLIST: (func.lower(sessions.c.playlist_name), False),
    BillboardSort.TRACKS: (sessions.c.paired_track_count, True),
}

_store_snapshot = (
    update(sessions)
    .where(sessions.c.id == bindparam("session"))
    .values(snapshot=bindparam("state"), leader_seen=bindparam("seen"), expires_at=bindparam("until"))
)
_extend_token = (
    update(ws_tokens).where(ws_tokens.c.token_hash == bindparam("hash")).values(expires_at=bindparam("until"))
)


class Storage:
    """Keep sessions in one database; every time argument is epoch milliseconds.

    Every method raises one of `DATABASE_ERRORS` when the database fails.
    """

    def __init__(self, url: str, idle_ttl_ms: int) -> None:
        self._idle_ttl_ms = idle_ttl_ms
        self._engine = create_engine(url)
        # SQLite has one writer: waiting here is fair, waiting in its busy handler is not.
        self._write_lock = asyncio.Lock() if self._engine.dialect.name == "sqlite" else nullcontext()

    async def open(self) -> None:
        """Connect and bring the schema up to date; `StartError` when that fails."""
        await prepare(self._engine)

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()

    async def ping(self) -> None:
        """Ask the database for nothing, to see whether it answers."""
        async with self._engine.connect() as connection:
            await connection.execute(select(1))

    async def create_session(
        self, host: Account, request: CreateSessionRequest, join_code: str, now_ms: int
    ) -> Created | None:
        """Store a new waiting session with its leader and end those that it led before.

        None when the join code is taken, or when the same leader creates another session at this very moment.
        """
        session_id = str(uuid.uuid4())
        snapshot = SnapshotState(
            playlist_id=request.playlist_id, playlist_position=0, position_ms=0, is_playing=False, corrected_ms=now_ms
        )
        row = {
            "id": session_id,
            "join_code": join_code,
            "host_spotify_user_id": host.account_id,
            "host_display_name": host.display_name,
            "playlist_id": request.playlist_id,
            "playlist_name": request.playlist_name,
            "paired_track_count": request.paired_track_count,
            "status": SessionStatus.WAITING.value,
            "leader_seen": False,
            "snapshot": snapshot.to_json(),
            "created_at": now_ms,
            "expires_at": now_ms + self._idle_ttl_ms,
        }
        try:
            async with self._writing() as connection:
                led_before = and_(sessions.c.host_spotify_user_id == host.account_id, _unfinished)
                superseded = await _end_all(connection, led_before, EndReason.SUPERSEDED)
                await connection.execute(insert(sessions).values(row))
                await connection.execute(_new_participant(session_id, Role.LEADER, host, now_ms))
                if request.queue:
                    await connection.execute(insert_queue(session_id, request.queue))
        except IntegrityError:
            return None
        record = await self.find_session(session_id)
        return Created(record, superseded) if record is not None else None

    async def expire_idle(self, now_ms: int) -> list[str]:
        """End every session that nobody used for the idle time (plan, section 1); return their ids."""
        idle = and_(_unfinished, sessions.c.expires_at <= now_ms)
        async with self._engine.connect() as connection:
            found = (await connection.execute(select(exists().where(idle)))).scalar_one()
        if not found:
            return []
        async with self._writing() as connection:
            return await _end_all(connection, idle, EndReason.EXPIRED)

    async def forget_old(self, ended_before_ms: int, now_ms: int) -> None:
        """Delete sessions that could be used last before `ended_before_ms` and are over, and tokens out of date."""
        old = and_(~_unfinished, sessions.c.expires_at <= ended_before_ms)
        old_ids = select(sessions.c.id).where(old)
        async with self._writing() as connection:
            await connection.execute(delete(ws_tokens).where(ws_tokens.c.expires_at <= now_ms))
            for table in (ws_tokens, participants, queues):
                await connection.execute(delete(table).where(table.c.session_id.in_(old_ids)))
            await connection.execute(delete(sessions).where(old))

    async def billboard(self, sort: BillboardSort, limit: int, after: Place | None) -> list[Waiting]:
        """Return at most `limit` sessions that wait for a follower, in this order, from the place `after` on."""
        value, descending = _SORTS[sort]
        waiting = sessions.c.status == SessionStatus.WAITING.value
        query = _records.add_columns(value.label("place")).where(waiting)
        if after is not None:
            beyond = value < after.value if descending else value > after.value
            query = query.where(or_(beyond, and_(value == after.value, sessions.c.id > after.session_id)))
        query = query.order_by(value.desc() if descending else value, sessions.c.id).limit(limit)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [Waiting(SessionRecord.from_row(row), Place(row["place"], row["id"])) for row in rows]

    async def unfinished_sessions(self) -> list[SessionRecord]:
        """Return the sessions that had a leader connected and never ended: after a restart they go on."""
        return await self._fetch(_records.where(_unfinished, sessions.c.leader_seen))

    async def find_session(self, session_id: str) -> SessionRecord | None:
        """Return one session by its id."""
        return next(iter(await self._fetch(_records.where(sessions.c.id == session_id))), None)

    async def find_session_by_code(self, join_code: str) -> SessionRecord | None:
        """Return one session by its join code in capitals."""
        return next(iter(await self._fetch(_records.where(sessions.c.join_code == join_code))), None)

    async def find_queue(self, session_id: str) -> list[QueueTrack] | None:
        """Return what a session's leader can play; None when it did not say, and once the session is over."""
        async with self._engine.connect() as connection:
            text = (await connection.execute(select_queue(session_id))).scalar_one_or_none()
        return read_queue(text) if text is not None else None

    async def seat_follower(self, session_id: str, account: Account, now_ms: int) -> Seating:
        """Give the one follower's seat to an account; its holder asking again keeps it."""
        async with self._writing() as connection:
            alive = and_(sessions.c.id == session_id, _unfinished)
            values = {"status": SessionStatus.ACTIVE.value, "expires_at": now_ms + self._idle_ttl_ms}
            if (await connection.execute(update(sessions).where(alive).values(values))).rowcount == 0:
                return Seating.ENDED
            try:
                async with connection.begin_nested():
                    await connection.execute(_new_participant(session_id, Role.FOLLOWER, account, now_ms))
            except IntegrityError:
                seat = and_(participants.c.session_id == session_id, participants.c.role == Role.FOLLOWER.value)
                holder = (await connection.execute(select(participants.c.spotify_user_id).where(seat))).scalar_one()
                return Seating.SEATED if holder == account.account_id else Seating.FULL
        return Seating.SEATED

    async def add_token(self, grant: Grant, now_ms: int, expires_at_ms: int) -> None:
        """Store the hash of a fresh token and forget the oldest of the same role."""
        same_role = and_(ws_tokens.c.session_id == grant.session_id, ws_tokens.c.role == grant.role.value)
        row = {
            "token_hash": grant.token_hash,
            "session_id": grant.session_id,
            "role": grant.role.value,
            "spotify_user_id": grant.account_id,
            "created_at": now_ms,
            "expires_at": expires_at_ms,
        }
        async with self._writing() as connection:
            newest_first = select(ws_tokens.c.token_hash).where(same_role).order_by(ws_tokens.c.expires_at.desc())
            stale = (await connection.execute(newest_first)).scalars().all()[TOKENS_KEPT_PER_ROLE - 1 :]
            await connection.execute(delete(ws_tokens).where(ws_tokens.c.token_hash.in_(stale)))
            await connection.execute(insert(ws_tokens).values(row))

    async def find_grant(self, session_id: str, token_hash: str, now_ms: int) -> Grant | None:
        """Return what a token of this session allows; None when it is unknown or its time is over."""
        valid = and_(ws_tokens.c.session_id == session_id, ws_tokens.c.expires_at > now_ms)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(select(ws_tokens).where(valid))).mappings().all()
        found = [row for row in rows if same_hash(row["token_hash"], token_hash)]
        return Grant(session_id, Role(found[0]["role"]), found[0]["spotify_user_id"], token_hash) if found else None

    async def write(self, batch: WriteBatch, now_ms: int) -> None:
        """Write a batch in one transaction; a snapshot also counts as use of its session."""
        until_ms = now_ms + self._idle_ttl_ms
        # In order of their keys, so that two processes never wait for each other's rows.
        states = sorted(batch.snapshots.items())
        tokens = sorted(batch.token_expiries_ms.items())
        async with self._writing() as connection:
            # In portions: preparing thousands of rows at once would hold up what is to be relayed.
            for start in range(0, len(states), _PORTION):
                rows = [
                    {"session": session_id, "state": snapshot.to_json(), "seen": leader_seen, "until": until_ms}
                    for session_id, (snapshot, leader_seen) in states[start : start + _PORTION]
                ]
                await connection.execute(_store_snapshot, rows)
            for start in range(0, len(tokens), _PORTION):
                part = tokens[start : start + _PORTION]
                await connection.execute(_extend_token, [{"hash": key, "until": end_ms} for key, end_ms in part])
            for session_id, account_id in batch.freed_seats:
                await _free_seat(connection, session_id, account_id)
            for session_id, reason in batch.ended.items():
                alive = and_(sessions.c.id == session_id, _unfinished)
                ended = {"status": SessionStatus.ENDED.value, "end_reason": reason.value}
                await connection.execute(delete_queues(sessions.c.id == session_id))
                await connection.execute(update(sessions).where(alive).values(ended))

    async def create_local_account(self, account: Account, token_hash: str, now_ms: int) -> None:
        """Store a local account under the hash of its bearer token."""
        row = {
            "id": account.account_id,
            "display_name": account.display_name,
            "token_hash": token_hash,
            "created_at": now_ms,
        }
        async with self._writing() as connection:
            await connection.execute(insert(local_accounts).values(row))

    async def rename_local_account(self, token_hash: str, display_name: str) -> Account | None:
        """Give the account of this token's hash a new name; None when there is none."""
        mine = local_accounts.c.token_hash == token_hash
        async with self._writing() as connection:
            await connection.execute(update(local_accounts).where(mine).values(display_name=display_name))
        return await self.find_local_account(token_hash)

    async def find_local_account(self, token_hash: str) -> Account | None:
        """Return the local account of a bearer token's hash."""
        query = select(local_accounts).where(local_accounts.c.token_hash == token_hash)
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return Account(row["id"], row["display_name"]) if row else None

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncConnection]:
        async with self._write_lock, self._engine.begin() as connection:
            yield connection

    async def _fetch(self, query: Any) -> list[SessionRecord]:
        async with self._engine.connect() as connection:
            return [SessionRecord.from_row(row) for row in (await connection.execute(query)).mappings()]


def _new_participant(session_id: str, role: Role, account: Account, now_ms: int) -> Any:
    return insert(participants).values(
        session_id=session_id,
        role=role.value,
        spotify_user_id=account.account_id,
        display_name=account.display_name,
        joined_at=now_ms,
    )


async def _end_all(connection: AsyncConnection, which: ColumnElement[bool], reason: EndReason) -> list[str]:
    ended = {"status": SessionStatus.ENDED.value, "end_reason": reason.value}
    await connection.execute(delete_queues(which))
    rows = await connection.execute(update(sessions).where(which).values(ended).returning(sessions.c.id))
    return list(rows.scalars())


async def _free_seat(connection: AsyncConnection, session_id: str, account_id: str) -> None:
    role = Role.FOLLOWER.value
    for table in (participants, ws_tokens):
        mine = and_(table.c.session_id == session_id, table.c.role == role, table.c.spotify_user_id == account_id)
        await connection.execute(delete(table).where(mine))
    taken = exists().where(participants.c.session_id == session_id, participants.c.role == role)
    free = and_(sessions.c.id == session_id, _unfinished, ~taken)
    await connection.execute(update(sessions).where(free).values(status=SessionStatus.WAITING.value))

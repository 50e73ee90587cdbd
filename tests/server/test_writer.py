"""Writing behind, into a real SQLite file: what is written when, and what becomes of it in trouble."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from protocol.events import EndReason, SnapshotState
from protocol.rest import CreateSessionRequest
from server.records import Account, WriteBatch
from server.settings import sqlite_url
from server.storage import Storage
from server.writer import Writer
from tests.patience import WAIT_S

NOW_MS = 1_800_000_000_000
CODES = ["ABCDEF", "ABCDEG", "ABCDEH"]
FOREVER_S = 3600.0


class WatchedStorage(Storage):
    """Remember the batches that were stored."""

    def __init__(self, path: Path) -> None:
        super().__init__(sqlite_url(path), idle_ttl_ms=1000)
        self.batches: list[WriteBatch] = []
        self.stored = asyncio.Event()

    async def write(self, batch: WriteBatch, now_ms: int) -> None:
        await super().write(batch, now_ms)
        self.batches.append(batch)
        self.stored.set()

    async def next_batch(self) -> WriteBatch:
        async with asyncio.timeout(WAIT_S):
            await self.stored.wait()
        self.stored.clear()
        return self.batches[-1]


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[WatchedStorage]:
    found = WatchedStorage(tmp_path / "server.db")
    await found.open()
    yield found
    await found.close()


@pytest.fixture
async def session_ids(storage: Storage) -> list[str]:
    request = CreateSessionRequest(playlist_id="p", playlist_name="n", paired_track_count=1)
    records = [await storage.create_session(Account(code, code), request, code, NOW_MS) for code in CODES]
    return [created.record.session_id for created in records if created is not None]


def state(position_ms: int) -> SnapshotState:
    return SnapshotState(
        playlist_id="p", playlist_position=0, position_ms=position_ms, is_playing=True, corrected_ms=NOW_MS
    )


async def stored_position_ms(storage: Storage, session_id: str) -> int:
    record = await storage.find_session(session_id)
    assert record is not None
    return record.snapshot.position_ms


async def test_positions_of_all_sessions_are_one_batch_and_a_transport_does_not_wait_for_it(
    storage: WatchedStorage, session_ids: list[str]
) -> None:
    writer = Writer(storage, lambda: NOW_MS, FOREVER_S)
    writer.start()
    first, second = session_ids[:2]
    for position_ms in (1, 2):
        for session_id in session_ids:
            writer.put_snapshot(session_id, state(position_ms), leader_seen=True, at_once=False)
    assert set((await storage.next_batch()).snapshots) == set(session_ids)
    writer.put_snapshot(first, state(3), leader_seen=True, at_once=False)
    writer.put_snapshot(second, state(3), leader_seen=True, at_once=False)
    writer.put_snapshot(second, state(4), leader_seen=True, at_once=True)
    assert set((await storage.next_batch()).snapshots) == {second}
    assert [await stored_position_ms(storage, session_id) for session_id in session_ids] == [2, 4, 2]
    assert writer.waiting == 1
    await writer.stop()
    assert [await stored_position_ms(storage, session_id) for session_id in session_ids] == [3, 4, 2]
    assert len(storage.batches) == 3


async def test_positions_are_stored_without_anything_else_happening(
    storage: WatchedStorage, session_ids: list[str]
) -> None:
    writer = Writer(storage, lambda: NOW_MS, 0.02)
    writer.start()
    for position_ms in (1, 2, 3):
        writer.put_snapshot(session_ids[0], state(position_ms), leader_seen=True, at_once=False)
        assert (await storage.next_batch()).snapshots[session_ids[0]][0].position_ms == position_ms
    await writer.stop()


async def test_the_last_position_goes_with_the_end(storage: WatchedStorage, session_ids: list[str]) -> None:
    writer = Writer(storage, lambda: NOW_MS, FOREVER_S)
    writer.put_snapshot(session_ids[0], state(7), leader_seen=True, at_once=False)
    writer.end(session_ids[0], EndReason.ENDED_BY_LEADER)
    await writer.flush()
    record = await storage.find_session(session_ids[0])
    assert record is not None
    assert (record.snapshot.position_ms, record.end_reason) == (7, EndReason.ENDED_BY_LEADER)


async def test_a_database_in_trouble_gets_its_writes_when_it_is_well_again(
    storage: WatchedStorage, session_ids: list[str], tmp_path: Path
) -> None:
    writer = Writer(storage, lambda: NOW_MS, FOREVER_S)
    database = sqlite3.connect(tmp_path / "server.db")
    database.execute("ALTER TABLE runbuddy_sessions RENAME TO away")
    first, second = session_ids[:2]
    writer.put_snapshot(first, state(1), leader_seen=True, at_once=True)
    writer.put_snapshot(second, state(1), leader_seen=True, at_once=False)
    with pytest.raises(SQLAlchemyError):
        await writer.flush(positions=True)
    writer.put_snapshot(first, state(2), leader_seen=True, at_once=True)
    writer.put_snapshot(second, state(2), leader_seen=True, at_once=False)
    database.execute("ALTER TABLE away RENAME TO runbuddy_sessions")
    database.close()
    await writer.flush(positions=True)
    assert [await stored_position_ms(storage, session_id) for session_id in session_ids] == [2, 2, 0]
    assert not writer.waiting

"""Migrations in real databases: from nothing, from the first servers' tables, and from the future."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from protocol.rest import CreateSessionRequest
from server.database import create_engine, prepare
from server.errors import StartError
from server.records import Account
from server.settings import sqlite_url
from server.storage import Storage
from server.tables import metadata
from tests.server.needs import do_without

NOW_MS = 1_800_000_000_000
ANN = Account("ann", "Ann")

#: What a server of version 0.1.0 left behind, as SQLite itself tells it.
FIRST_TABLES = """
CREATE TABLE local_accounts (
    id VARCHAR(64) NOT NULL, display_name TEXT NOT NULL, token_hash VARCHAR(64) NOT NULL, created_at BIGINT NOT NULL,
    PRIMARY KEY (id), UNIQUE (token_hash));
CREATE TABLE runbuddy_sessions (
    id VARCHAR(36) NOT NULL, join_code VARCHAR(16) NOT NULL, host_spotify_user_id TEXT NOT NULL,
    host_display_name TEXT NOT NULL, playlist_id TEXT NOT NULL, playlist_name TEXT NOT NULL,
    paired_track_count INTEGER NOT NULL, status VARCHAR(16) NOT NULL, end_reason VARCHAR(32),
    leader_seen BOOLEAN NOT NULL, snapshot TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
    PRIMARY KEY (id), UNIQUE (join_code));
CREATE INDEX ix_runbuddy_sessions_status ON runbuddy_sessions (status, created_at);
CREATE TABLE runbuddy_participants (
    session_id VARCHAR(36) NOT NULL, spotify_user_id VARCHAR(256) NOT NULL, role VARCHAR(16) NOT NULL,
    display_name TEXT NOT NULL, joined_at BIGINT NOT NULL,
    PRIMARY KEY (session_id, spotify_user_id), CONSTRAINT uq_runbuddy_one_of_each_role UNIQUE (session_id, role),
    FOREIGN KEY(session_id) REFERENCES runbuddy_sessions (id));
CREATE TABLE runbuddy_ws_tokens (
    token_hash VARCHAR(64) NOT NULL, session_id VARCHAR(36) NOT NULL, role VARCHAR(16) NOT NULL,
    spotify_user_id TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
    PRIMARY KEY (token_hash), FOREIGN KEY(session_id) REFERENCES runbuddy_sessions (id));
CREATE INDEX ix_runbuddy_ws_tokens_session ON runbuddy_ws_tokens (session_id);
INSERT INTO local_accounts VALUES ('local:1', 'Ann', 'hash-of-ann', 1);
INSERT INTO runbuddy_sessions VALUES ('s1', 'ABCDEF', 'local:1', 'Ann', 'p', 'Morning run', 3, 'active', NULL, 1,
    '{"playlistId":"p","playlistPosition":2,"trackId":"t","positionMs":4321,"isPlaying":true,'
    || '"correctedMs":1800000000000}', 1, 1900000000000);
INSERT INTO runbuddy_participants VALUES ('s1', 'local:1', 'leader', 'Ann', 1), ('s1', 'local:2', 'follower', 'Bob', 2);
INSERT INTO runbuddy_ws_tokens VALUES ('hash', 's1', 'leader', 'local:1', 1, 1900000000000);
"""


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))


async def assert_up_to_date(url: str) -> None:
    engine = create_engine(url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def open_storage(url: str) -> Storage:
    storage = Storage(url, idle_ttl_ms=1000)
    await storage.open()
    return storage


async def test_a_new_file_gets_the_tables_that_the_code_speaks_to(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "server.db")
    for _ in range(2):
        storage = await open_storage(url)
        await storage.close()
    await assert_up_to_date(url)


async def test_the_first_servers_database_is_taken_over_without_loss(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "server.db")
    database.executescript(FIRST_TABLES)
    database.close()
    url = sqlite_url(tmp_path / "server.db")
    storage = await open_storage(url)
    [record] = await storage.unfinished_sessions()
    assert (record.session_id, record.host.display_name, record.follower) == ("s1", "Ann", Account("local:2", "Bob"))
    assert record.snapshot.position_ms == 4321
    assert await storage.find_grant("s1", "hash", NOW_MS) is not None
    assert await storage.find_local_account("hash-of-ann") == Account("local:1", "Ann")
    await storage.close()
    await assert_up_to_date(url)


async def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "server.db")
    await (await open_storage(url)).close()
    with sqlite3.connect(tmp_path / "server.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    with pytest.raises(StartError, match=r"server\.db was made by a newer version of this server \(schema 9999\)"):
        await open_storage(url)
    database = sqlite3.connect(tmp_path / "server.db")
    assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]
    database.close()


async def test_many_servers_may_start_on_one_new_database_at_once(tmp_path: Path, postgres_url: str | None) -> None:
    for url in (sqlite_url(tmp_path / "server.db"), *([postgres_url] if postgres_url else [])):
        engines = [create_engine(url) for _ in range(4)]
        await asyncio.gather(*(prepare(engine) for engine in engines))
        for engine in engines:
            await engine.dispose()
        await assert_up_to_date(url)


async def test_a_step_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = sqlite3.connect(tmp_path / "server.db")
    database.execute("CREATE TABLE local_accounts (id TEXT)")
    database.close()
    with pytest.raises(StartError, match="already exists"):
        await open_storage(sqlite_url(tmp_path / "server.db"))
    database = sqlite3.connect(tmp_path / "server.db")
    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    database.close()
    assert tables == [("local_accounts",)]


async def test_postgresql_gets_the_same_tables(postgres_url: str | None) -> None:
    if postgres_url is None:
        do_without("PostgreSQL")
    storage = await open_storage(postgres_url)
    request = CreateSessionRequest(playlist_id="p", playlist_name="n", paired_track_count=1)
    assert await storage.create_session(ANN, request, "ABCDEF", NOW_MS) is not None
    await storage.close()
    await assert_up_to_date(postgres_url)


async def test_a_password_is_not_shown_when_a_database_does_not_answer() -> None:
    with pytest.raises(StartError, match=r"postgresql\+asyncpg://ann:\*\*\*@127\.0\.0\.1:1/x cannot be opened") as told:
        await open_storage("postgresql://ann:secret-word@127.0.0.1:1/x")
    assert "secret-word" not in str(told.value)


async def test_what_the_migrations_ran_on_is_the_version_that_is_noted(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "server.db")
    await (await open_storage(url)).close()
    engine = create_engine(url)
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM alembic_version"))).scalar_one() == 1
    await engine.dispose()


async def test_of_a_leaders_open_sessions_the_newest_goes_on(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "server.db")
    database.executescript(FIRST_TABLES)
    row = ("local:1", "Ann", "p", "n", 3, "waiting", None, 0, "{}", 2, 1900000000000)
    database.execute(f"INSERT INTO runbuddy_sessions VALUES ('s2', 'ABCDEG', {', '.join('?' * len(row))})", row)
    database.commit()
    database.close()
    await (await open_storage(sqlite_url(tmp_path / "server.db"))).close()
    database = sqlite3.connect(tmp_path / "server.db")
    found = database.execute("SELECT id, status, end_reason FROM runbuddy_sessions ORDER BY id").fetchall()
    assert found == [("s1", "ended", "superseded"), ("s2", "waiting", None)]
    with pytest.raises(sqlite3.IntegrityError):
        database.execute("UPDATE runbuddy_sessions SET status = 'waiting'")
    database.close()

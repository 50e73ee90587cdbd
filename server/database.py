"""Open the database: the engine, SQLite's pragmas, the tables."""

from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from server.errors import StartError
from server.tables import metadata


def create_engine(url: str) -> AsyncEngine:
    """Return an engine for an SQLAlchemy URL without touching the database yet.

    SQLite runs in WAL mode, so that readers never wait for the writer and a killed process loses nothing committed.
    Errors: `StartError` when the URL is no URL or its driver is not installed.
    """
    try:
        engine = create_async_engine(url)
    except (ArgumentError, NoSuchModuleError, ImportError, SQLAlchemyError) as error:
        raise StartError(
            f"The database URL cannot be used ({error.args[0] if error.args else error}). "
            "Give one like sqlite+aiosqlite:///lockstep.db."
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _set_sqlite_pragmas)
    return engine


async def prepare(engine: AsyncEngine, url: str) -> None:
    """Make the tables that are missing; `StartError` when the database does not answer or is none."""
    try:
        file = make_url(url).database
        if engine.dialect.name == "sqlite" and file and file != ":memory:":
            Path(file).parent.mkdir(parents=True, exist_ok=True)
        async with engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
    except (SQLAlchemyError, OSError) as error:
        await engine.dispose()
        cause = getattr(error, "orig", None) or error
        raise StartError(
            f"The database {make_url(url).render_as_string(hide_password=True)} cannot be opened ({cause}). "
            "Check that its folder exists, can be written and that the file is a database."
        ) from error


def _set_sqlite_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()

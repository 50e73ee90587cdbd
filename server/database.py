"""Open the database: the engine, SQLite's pragmas, the schema."""

import sqlite3
import time
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from server.errors import StartError
from server.schema import migrate

#: What people write, and the driver that speaks it without blocking.
_ASYNC_DRIVERS: Final = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
}
_WAL_ATTEMPTS: Final = 100
_WAL_PAUSE_S: Final = 0.02
_EXAMPLES = "Give one like sqlite:///lockstep.db or postgresql://user@host/lockstep."


def create_engine(url: str) -> AsyncEngine:
    """Return an engine for an SQLAlchemy URL without touching the database yet.

    SQLite runs in WAL mode, so that readers never wait for the writer and a killed process loses nothing committed.
    Errors: `StartError` when the URL is no URL or its driver is not installed.
    """
    try:
        parsed = make_url(url)
        parsed = parsed.set(drivername=_ASYNC_DRIVERS.get(parsed.drivername, parsed.drivername))
        # A connection that the database has dropped, by its own restart for example, is noticed and replaced.
        engine = create_async_engine(parsed, pool_pre_ping=parsed.get_backend_name() != "sqlite")
    except ModuleNotFoundError as error:
        raise StartError(
            f"The database URL needs the Python package {error.name}. "
            "For PostgreSQL install lockstep-desktop with its extra [scale]."
        ) from error
    except (ArgumentError, NoSuchModuleError, ImportError, SQLAlchemyError) as error:
        raise StartError(
            f"The database URL cannot be used ({error.args[0] if error.args else error}). {_EXAMPLES}"
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _set_sqlite_pragmas)
    return engine


async def prepare(engine: AsyncEngine) -> None:
    """Bring the schema up to date.

    Errors: `StartError` when the database does not answer, is none, or was made by a newer version.
    """
    shown = shown_url(engine.url)
    try:
        file = engine.url.database
        if engine.dialect.name == "sqlite" and file and file != ":memory:":
            Path(file).parent.mkdir(parents=True, exist_ok=True)
        async with engine.begin() as connection:
            await connection.run_sync(migrate, shown)
    except StartError:
        await engine.dispose()
        raise
    except (SQLAlchemyError, OSError) as error:
        await engine.dispose()
        cause = getattr(error, "orig", None) or error
        advice = (
            "Check that its folder exists, can be written and that the file is a database."
            if engine.dialect.name == "sqlite"
            else "Check that it runs, and user, password and database name."
        )
        raise StartError(f"The database {shown} cannot be opened ({cause}). {advice}") from error


def shown_url(url: URL) -> str:
    """Return a database's address without its password."""
    return url.render_as_string(hide_password=True)


def _set_sqlite_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("busy_timeout=5000", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    _use_wal(cursor)
    cursor.close()


def _use_wal(cursor: Any) -> None:
    """Switch a new file to WAL; SQLite does not wait here when another process is just doing the same."""
    for attempt in range(_WAL_ATTEMPTS):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or attempt == _WAL_ATTEMPTS - 1:
                raise
            time.sleep(_WAL_PAUSE_S)
        else:
            return

"""Open a SQLite file, bring its schema up to date, and lose nothing when it can't be used."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from client.errors import ClientError

BUSY_TIMEOUT_S: Final = 5.0


class StorageError(ClientError):
    """A database of this client can't be used; the text says which and what to do."""

    code = "storage"


class DiskFullError(StorageError):
    """There is no room left for a database of this client; what was in it before is in it still. `path` is its file."""

    code = "disk_full"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} can't be used ({reason}); make room on the disk, then try again")
        self.path = path


class Database:
    """One SQLite file; `migrations[n]` leads from version n to n + 1 (PRAGMA user_version). Threads may share it.

    A file that is no database, or is damaged, is renamed to NAME.damaged-N.SUFFIX and a new one begun; `notice` then
    says so in a sentence. Errors: StorageError when the folder can't be written, when a newer version made the file;
    DiskFullError.
    """

    def __init__(self, path: Path, migrations: Sequence[str]) -> None:
        self.path = path
        self.notice: str | None = None
        self._lock = threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._connection = self._open(migrations)
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise
                aside = _set_aside(path)
                self.notice = f"{path} was damaged; it is kept as {aside.name}, and a new one was begun"
                self._connection = self._open(migrations)
        except (OSError, sqlite3.Error) as error:
            raise self._as_storage_error(error) from None

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection inside a transaction: all of it happens, or nothing. Errors: StorageError."""
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                    self._connection.execute("COMMIT")
                except BaseException:
                    _roll_back(self._connection)
                    raise
            except sqlite3.Error as error:
                raise self._as_storage_error(error) from None

    def read(self, query: str, parameters: Sequence[object] = ()) -> list[sqlite3.Row]:
        """Return all rows of a query. Errors: StorageError."""
        with self._lock:
            try:
                return self._connection.execute(query, tuple(parameters)).fetchall()
            except sqlite3.Error as error:
                raise self._as_storage_error(error) from None

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def _open(self, migrations: Sequence[str]) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            self._migrate(connection, migrations)
            _check(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _migrate(self, connection: sqlite3.Connection, migrations: Sequence[str]) -> None:
        # Two processes may open a new file at once: the second waits here, and finds it made.
        connection.execute("BEGIN IMMEDIATE")
        try:
            version = self._known_version(connection, len(migrations))
            for number, script in enumerate(migrations[version:], version + 1):
                for statement in filter(str.strip, script.split(";")):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
        except BaseException:
            _roll_back(connection)
            raise
        connection.execute("COMMIT")

    def _known_version(self, connection: sqlite3.Connection, newest: int) -> int:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version > newest:
            raise StorageError(
                f"{self.path} was made by a newer version of this program; update it, or choose another --data-dir"
            )
        return version

    def _as_storage_error(self, error: Exception) -> StorageError:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            return DiskFullError(self.path, str(error))
        hint = "check its permissions and the space on the disk, or choose another --data-dir"
        return StorageError(f"{self.path} can't be used ({error}); {hint}")


def _roll_back(connection: sqlite3.Connection) -> None:
    # SQLite has done so by itself where the disk is full, and would then complain of that instead of the disk.
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _check(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise sqlite3.DatabaseError("database disk image is malformed")


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    """Return whether the file itself is broken; a locked or read-only one is not."""
    return not isinstance(error, sqlite3.OperationalError) or "malformed" in str(error)


def _set_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")).exists():
        number += 1
    path.rename(aside)
    for ending in ("-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + ending).rename(aside.with_name(aside.name + ending))
    return aside

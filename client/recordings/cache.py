"""Fingerprints kept between sessions in one SQLite file, each as long as its file has the same size and time."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Row
from typing import Final, Protocol

from client.fingerprint.model import Fingerprint, RateMode
from client.storage.database import Database

FILE_NAME: Final = "fingerprints.db"

_MIGRATIONS: Final = (
    """
    CREATE TABLE fingerprint (
        path BLOB PRIMARY KEY, mtime_ns INTEGER NOT NULL, size INTEGER NOT NULL, audio_hash TEXT NOT NULL,
        samples INTEGER NOT NULL, sample_rate INTEGER NOT NULL, encoder TEXT NOT NULL, rate_mode TEXT NOT NULL
    ) WITHOUT ROWID
    """,
)


class FingerprintCache(Protocol):
    """What remembers fingerprints; every method blocks and may raise StorageError."""

    def find(self, path: str) -> Fingerprint | None:
        """Return the fingerprint of a file as it is now; None when it is not known, has changed or is gone."""

    def keep(self, path: str, mtime_ns: int, size: int, found: Fingerprint) -> None:
        """Keep the fingerprint that a file with this time and size (bytes) has."""

    def close(self) -> None:
        """Let go of what is open."""


@dataclass(frozen=True, slots=True)
class KeptFingerprint:
    """A fingerprint and the file that it is of: its time in ns since the epoch and its size in bytes."""

    mtime_ns: int
    size: int
    fingerprint: Fingerprint


class SavedFingerprints:
    """A FingerprintCache in a file, one for sessions and library. Errors: StorageError.

    `notice` is a sentence for the person when the file was damaged and had to be begun anew.
    """

    def __init__(self, file: Path) -> None:
        self._database = Database(file, _MIGRATIONS)
        self.notice = self._database.notice

    def find(self, path: str) -> Fingerprint | None:
        """Return the fingerprint of a file as it is now; None when it is not known, has changed or is gone."""
        try:
            status = Path(path).stat()
        except (OSError, ValueError):
            return None
        rows = self._database.read(
            "SELECT * FROM fingerprint WHERE path = ? AND mtime_ns = ? AND size = ?",
            (os.fsencode(path), status.st_mtime_ns, status.st_size),
        )
        return _fingerprint(rows[0]) if rows else None

    def all(self) -> dict[str, KeptFingerprint]:
        """Return all that is kept, by path, whatever became of the files."""
        return {
            os.fsdecode(row["path"]): KeptFingerprint(row["mtime_ns"], row["size"], _fingerprint(row))
            for row in self._database.read("SELECT * FROM fingerprint")
        }

    def keep(self, path: str, mtime_ns: int, size: int, found: Fingerprint) -> None:
        """Keep the fingerprint that a file with this time and size (bytes) has."""
        row = (os.fsencode(path), mtime_ns, size, found.audio_hash, found.samples, found.sample_rate)
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO fingerprint VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (*row, found.encoder, found.rate_mode.value),
            )

    def forget(self, paths: Iterable[str]) -> None:
        """Forget what was kept of these files."""
        with self._database.transaction() as connection:
            connection.executemany("DELETE FROM fingerprint WHERE path = ?", [(os.fsencode(path),) for path in paths])

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def _fingerprint(row: Row) -> Fingerprint:
    return Fingerprint(
        row["audio_hash"], row["samples"], row["sample_rate"], row["encoder"], RateMode(row["rate_mode"])
    )

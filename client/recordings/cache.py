"""Fingerprints kept between sessions in one SQLite file, each as long as its file has the same size and time."""

import os
from pathlib import Path
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


class SavedFingerprints:
    """A FingerprintCache in a file. Errors: StorageError."""

    def __init__(self, file: Path) -> None:
        self._database = Database(file, _MIGRATIONS)

    def find(self, path: str) -> Fingerprint | None:
        """Return the fingerprint of a file as it is now; None when it is not known, has changed or is gone."""
        try:
            status = Path(path).stat()
        except (OSError, ValueError):
            return None
        rows = self._database.read(
            "SELECT audio_hash, samples, sample_rate, encoder, rate_mode FROM fingerprint"
            " WHERE path = ? AND mtime_ns = ? AND size = ?",
            (os.fsencode(path), status.st_mtime_ns, status.st_size),
        )
        for audio_hash, samples, sample_rate, encoder, rate_mode in rows:
            return Fingerprint(audio_hash, samples, sample_rate, encoder, RateMode(rate_mode))
        return None

    def keep(self, path: str, mtime_ns: int, size: int, found: Fingerprint) -> None:
        """Keep the fingerprint that a file with this time and size (bytes) has."""
        row = (os.fsencode(path), mtime_ns, size, found.audio_hash, found.samples, found.sample_rate)
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO fingerprint VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (*row, found.encoder, found.rate_mode.value),
            )

    def close(self) -> None:
        """Close the file."""
        self._database.close()

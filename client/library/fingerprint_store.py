"""Fingerprints of files, kept as long as the files don't change: to make one the whole file is read."""

from collections.abc import Iterable
from typing import Final

from client.fingerprint.model import Fingerprint, RateMode
from client.scan.local_file import LocalFile
from client.storage.database import Database

#: Of a file that has changed since, what is kept is no more than history.
_FRESH: Final = """
SELECT f.* FROM fingerprint f JOIN file ON file.path = f.path
WHERE file.mtime_ns = f.mtime_ns AND file.size = f.size AND file.is_present
"""


class FingerprintStore:
    """Fingerprints by path."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> dict[str, Fingerprint]:
        """Return the fingerprints that are known and still true, by path."""
        return {
            row["path"]: Fingerprint(
                *(row["audio_hash"], row["samples"], row["sample_rate"], row["encoder"], RateMode(row["rate_mode"]))
            )
            for row in self._database.read(_FRESH)
        }

    def keep(self, found: Iterable[tuple[LocalFile, Fingerprint]]) -> None:
        """Keep the fingerprints of files as they are now."""
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO fingerprint VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        *(str(file.path), file.mtime_ns, file.size),
                        *(it.audio_hash, it.samples, it.sample_rate, it.encoder, it.rate_mode.value),
                    )
                    for file, it in found
                ],
            )

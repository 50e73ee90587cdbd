"""The person's music in the library: folders, and the files that were found in them."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from sqlite3 import Connection, Row
from typing import Any, Final

from client.recordings.cache import SavedFingerprints
from client.scan.local_file import LocalFile
from client.scan.outcome import ScannedFile, ScanProblem
from client.scan.scanner import ScanStep
from client.storage.database import Database

_UPSERT: Final = """
INSERT OR REPLACE INTO file
(path, mtime_ns, size, title, artist, album_artist, album, isrcs, duration_ms, has_cover, problem, is_present)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)
"""
_COUNT: Final = """
SELECT count(*) AS files FROM file WHERE is_present AND EXISTS (
    SELECT 1 FROM folder
    WHERE substr(file.path, 1, length(rtrim(folder.path, ?1)) + 1) = rtrim(folder.path, ?1) || ?1
)
"""
_BUMP: Final = "UPDATE library SET generation = generation + 1"
#: SQLite takes 999 parameters at least.
_AT_A_TIME: Final = 500


class MusicStore:
    """Folders and files. Whatever changes which files there are makes the matches of all playlists out of date."""

    def __init__(self, database: Database, fingerprints: SavedFingerprints) -> None:
        self._database = database
        self._fingerprints = fingerprints

    def folders(self) -> list[Path]:
        """Return the music folders, in the order in which they were added."""
        return [Path(row["path"]) for row in self._database.read("SELECT path FROM folder ORDER BY added, path")]

    def add_folder(self, folder: Path) -> None:
        """Keep a folder; one that is there already stays where it is."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO folder SELECT ?, coalesce(max(added), 0) + 1 FROM folder", (str(folder),)
            )

    def remove_folder(self, folder: Path) -> bool:
        """Forget a folder and the files that are only in it, but for those chosen by hand; False when there is none."""
        with self._database.transaction() as connection:
            if not connection.execute("DELETE FROM folder WHERE path = ?", (str(folder),)).rowcount:
                return False
            rest = [row["path"] for row in connection.execute("SELECT path FROM folder")]
            below = _below(connection, str(folder))
            chosen = {row["path"] for row in connection.execute("SELECT path FROM choice WHERE path IS NOT NULL")}
            orphans = [path for path in below if not any(_is_below(path, other) for other in rest)]
            connection.executemany(
                "INSERT OR IGNORE INTO loose_file VALUES (?)", [(path,) for path in orphans if path in chosen]
            )
            loose = {row["path"] for row in connection.execute("SELECT path FROM loose_file")}
            forgotten = [path for path in orphans if path not in loose]
            _forget(connection, forgotten)
            connection.execute(_BUMP)
        self._fingerprints.forget(forgotten)
        return True

    def add_loose(self, paths: Sequence[Path]) -> None:
        """Keep single files that a person or a playlist named, wherever they are."""
        with self._database.transaction() as connection:
            connection.executemany("INSERT OR IGNORE INTO loose_file VALUES (?)", [(str(path),) for path in paths])

    def loose(self) -> list[Path]:
        """Return the single files that are looked for beside the folders."""
        return [Path(row["path"]) for row in self._database.read("SELECT path FROM loose_file ORDER BY path")]

    def known(self) -> dict[str, tuple[int, int]]:
        """Return mtime_ns and size of every file that was read, by path."""
        rows = self._database.read("SELECT path, mtime_ns, size FROM file")
        return {row["path"]: (row["mtime_ns"], row["size"]) for row in rows}

    def present(self) -> dict[str, tuple[int, int]]:
        """Return mtime_ns and size of every file that is there, by path."""
        rows = self._database.read("SELECT path, mtime_ns, size FROM file WHERE is_present")
        return {row["path"]: (row["mtime_ns"], row["size"]) for row in rows}

    def away(self) -> dict[str, tuple[int, int]]:
        """Return mtime_ns and size of every file that was not there when it was last looked for, by path."""
        rows = self._database.read("SELECT path, mtime_ns, size FROM file WHERE NOT is_present")
        return {row["path"]: (row["mtime_ns"], row["size"]) for row in rows}

    def take(self, step: ScanStep) -> None:
        """Keep what a scan has told."""
        if not (step.files or step.gone or step.away):
            return
        with self._database.transaction() as connection:
            connection.executemany(_UPSERT, map(_row, step.files))
            _forget(connection, step.gone)
            connection.executemany("UPDATE file SET is_present = 0 WHERE path = ?", [(path,) for path in step.away])
            connection.execute(_BUMP)
        if step.gone:
            self._fingerprints.forget(step.gone)

    def mark_present(self, paths: Sequence[str]) -> None:
        """Keep that files are there again, unchanged."""
        if paths:
            with self._database.transaction() as connection:
                connection.executemany("UPDATE file SET is_present = 1 WHERE path = ?", [(path,) for path in paths])
                connection.execute(_BUMP)

    def count(self) -> int:
        """Return how many files are there in the folders."""
        return int(self._database.read(_COUNT, (os.sep,))[0]["files"])

    def files(self) -> Iterator[LocalFile]:
        """Yield all files that are there."""
        yield from map(local_file, self._database.read("SELECT * FROM file WHERE is_present"))

    def files_at(self, paths: Sequence[str]) -> dict[str, LocalFile]:
        """Return the files that are there, of these paths."""
        found: dict[str, LocalFile] = {}
        for begin in range(0, len(paths), _AT_A_TIME):
            chunk = paths[begin : begin + _AT_A_TIME]
            marks = ", ".join("?" * len(chunk))
            query = f"SELECT * FROM file WHERE is_present AND path IN ({marks})"  # noqa: S608 - marks alone
            found.update((row["path"], local_file(row)) for row in self._database.read(query, chunk))
        return found

    def problems(self) -> list[ScanProblem]:
        """Return what is wrong with files that are there all the same."""
        query = "SELECT path, problem FROM file WHERE problem IS NOT NULL AND is_present ORDER BY path"
        return [ScanProblem(Path(row["path"]), row["problem"]) for row in self._database.read(query)]

    def generation(self) -> int:
        """Return a number that grows with every change of the files or of what is known of them."""
        return int(self._database.read("SELECT generation FROM library")[0]["generation"])


def local_file(row: Row) -> LocalFile:
    """Return the file of a row of the table `file`."""
    return LocalFile(
        Path(row["path"]),
        *(row["mtime_ns"], row["size"], row["title"], row["artist"], row["album_artist"], row["album"]),
        *(tuple(row["isrcs"].split()), row["duration_ms"], bool(row["has_cover"])),
    )


def _row(scanned: ScannedFile) -> tuple[Any, ...]:
    file = scanned.file
    return (
        str(file.path),
        *(file.mtime_ns, file.size, file.title, file.artist, file.album_artist, file.album, " ".join(file.isrcs)),
        *(file.duration_ms, file.has_cover, scanned.problem),
    )


def _forget(connection: Connection, paths: Sequence[str]) -> None:
    connection.executemany("DELETE FROM file WHERE path = ?", [(path,) for path in paths])


def _below(connection: Connection, folder: str) -> list[str]:
    start = folder.rstrip(os.sep) + os.sep
    query = "SELECT path FROM file WHERE substr(path, 1, ?) = ?"
    return [row["path"] for row in connection.execute(query, (len(start), start))]


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)

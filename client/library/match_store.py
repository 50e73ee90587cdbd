"""What matching found, kept: which file each row has or may have, and why."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from sqlite3 import Connection
from typing import Final

from client.library.music_store import MusicStore
from client.library.playlist_store import playlist_track
from client.matching.model import Candidate, Confidence, MatchReason, TrackMatch
from client.storage.database import Database

#: Of each album one file is enough; files of no album stand for themselves.
_WITH_COVER: Final = """
SELECT f.path, f.mtime_ns, min(t.playlist_position) AS first
FROM playlist_track t
JOIN candidate c ON c.playlist_id = t.playlist_id AND c.playlist_position = t.playlist_position AND c.place = 0
JOIN file f ON f.path = c.path
WHERE t.playlist_id = ? AND t.confidence = ? AND f.has_cover AND f.is_present
GROUP BY f.album, CASE f.album WHEN '' THEN f.path END
ORDER BY first LIMIT ?
"""
_INSERT: Final = "INSERT INTO candidate VALUES (?, ?, ?, ?, ?, ?, ?)"


_PAIRED_PATHS: Final = """
SELECT DISTINCT candidate.path FROM candidate JOIN file USING (path)
WHERE playlist_id = ? AND place = 0 AND is_present
"""


class MatchStore:
    """Matches by playlist. The best candidate of a row has place 0, the alternatives follow."""

    def __init__(self, database: Database, music: MusicStore) -> None:
        self._database = database
        self._music = music

    def keep_all(self, playlist_id: str, matches: Sequence[TrackMatch], generation: int) -> None:
        """Keep all matches of a playlist; `generation` is the library's that they were found in."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM candidate WHERE playlist_id = ?", (playlist_id,))
            for match in matches:
                _keep(connection, playlist_id, match)
            connection.execute(
                "UPDATE playlist SET matched_generation = ? WHERE playlist_id = ?", (generation, playlist_id)
            )

    def keep(self, playlist_id: str, matches: Sequence[TrackMatch]) -> None:
        """Keep some rows' matches in place of those that there were."""
        with self._database.transaction() as connection:
            for match in matches:
                where = (playlist_id, match.track.playlist_position)
                connection.execute("DELETE FROM candidate WHERE playlist_id = ? AND playlist_position = ?", where)
                _keep(connection, playlist_id, match)

    def matches(self, playlist_id: str) -> list[TrackMatch]:
        """Return a playlist's rows with what was found for each; a candidate whose file has gone is left out."""
        query = "SELECT * FROM playlist_track WHERE playlist_id = ? ORDER BY playlist_position"
        rows = self._database.read(query, (playlist_id,))
        query = "SELECT * FROM candidate WHERE playlist_id = ? ORDER BY playlist_position, place"
        candidates = self._database.read(query, (playlist_id,))
        files = self._music.files_at(sorted({row["path"] for row in candidates}))
        found: defaultdict[int, list[Candidate]] = defaultdict(list)
        best: dict[int, Candidate] = {}
        for row in candidates:
            file = files.get(row["path"])
            if file is None:
                continue
            candidate = Candidate(file, MatchReason(row["reason"]), row["score"], row["explanation"])
            if row["place"] == 0:
                best[row["playlist_position"]] = candidate
            else:
                found[row["playlist_position"]].append(candidate)
        return [
            TrackMatch(
                playlist_track(row),
                Confidence(row["confidence"]) if row["playlist_position"] in best else Confidence.MISSING,
                best.get(row["playlist_position"]),
                tuple(found[row["playlist_position"]]),
            )
            for row in rows
        ]

    def paired_paths(self, playlist_id: str) -> list[str]:
        """Return the files that are proposed or paired first, each once, and said to be there."""
        return [row["path"] for row in self._database.read(_PAIRED_PATHS, (playlist_id,))]

    def with_cover(self, playlist_id: str, most: int) -> list[tuple[Path, int]]:
        """Return path and mtime_ns of the first paired files that hold a cover, one an album."""
        rows = self._database.read(_WITH_COVER, (playlist_id, Confidence.SURE.value, most))
        return [(Path(row["path"]), row["mtime_ns"]) for row in rows]

    def playlists_with(self, track_id: str) -> list[str]:
        """Return the playlists in which a track stands."""
        query = "SELECT DISTINCT playlist_id FROM playlist_track WHERE track_id = ?"
        return [row["playlist_id"] for row in self._database.read(query, (track_id,))]


def _keep(connection: Connection, playlist_id: str, match: TrackMatch) -> None:
    position = match.track.playlist_position
    connection.execute(
        "UPDATE playlist_track SET confidence = ? WHERE playlist_id = ? AND playlist_position = ?",
        (match.confidence.value, playlist_id, position),
    )
    placed = [(0, match.best)] if match.best is not None else []
    placed += enumerate(match.alternatives, 1)
    connection.executemany(
        _INSERT,
        [
            (playlist_id, position, place, str(it.file.path), it.reason.value, it.score, it.explanation)
            for place, it in placed
        ],
    )

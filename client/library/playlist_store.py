"""The playlists in the library, with all of their rows."""

import json
from pathlib import Path
from sqlite3 import Row
from typing import Final

from client.library.model import PlaylistSummary
from client.matching.model import Confidence
from client.playlist.model import Playlist, PlaylistTrack, TrackKind
from client.storage.database import Database

_PAIRABLE: Final = f"t.kind IN ('{TrackKind.TRACK}', '{TrackKind.LOCAL}')"
#: A file that has gone since plays nothing.
_SUMMARIES: Final = f"""
SELECT p.playlist_id, p.name, p.owner, p.cover_url,
    count(t.track_id) AS tracks,
    total({_PAIRABLE}) AS pairable,
    total(t.confidence = '{Confidence.SURE}' AND f.is_present) AS paired,
    total(t.confidence = '{Confidence.CHECK}' AND f.is_present) AS to_check
FROM playlist p
LEFT JOIN playlist_track t ON t.playlist_id = p.playlist_id
LEFT JOIN candidate c ON c.playlist_id = t.playlist_id AND c.playlist_position = t.playlist_position AND c.place = 0
LEFT JOIN file f ON f.path = c.path
WHERE ?1 IS NULL OR p.playlist_id = ?1
GROUP BY p.playlist_id ORDER BY p.added
"""  # noqa: S608 - constants alone
_INSERT_TRACK: Final = """
INSERT INTO playlist_track
(playlist_id, playlist_position, track_id, title, artists, album, duration_ms, isrc, kind, file_hint)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


class PlaylistStore:
    """Playlists by id, in the order in which they came."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, playlist: Playlist) -> None:
        """Keep a playlist in place of the one with its id; its matches are out of date then, unless it is the same."""
        before = self.playlist(playlist.playlist_id)
        if before == playlist:
            return
        head = (playlist.name, playlist.owner, playlist.snapshot_id, playlist.cover_url, playlist.playlist_id)
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO playlist (playlist_id, added, name, owner) "
                "SELECT ?, coalesce(max(added), 0) + 1, '', '' FROM playlist",
                (playlist.playlist_id,),
            )
            connection.execute(
                "UPDATE playlist SET name = ?, owner = ?, snapshot_id = ?, cover_url = ? WHERE playlist_id = ?", head
            )
            if before is not None and before.tracks == playlist.tracks:
                return
            connection.execute(
                "UPDATE playlist SET matched_generation = NULL WHERE playlist_id = ?", (playlist.playlist_id,)
            )
            connection.execute("DELETE FROM playlist_track WHERE playlist_id = ?", (playlist.playlist_id,))
            connection.executemany(_INSERT_TRACK, (_row(playlist.playlist_id, track) for track in playlist.tracks))

    def remove(self, playlist_id: str) -> bool:
        """Forget a playlist; False when there is none. What was chosen by hand for its tracks is kept."""
        with self._database.transaction() as connection:
            return bool(connection.execute("DELETE FROM playlist WHERE playlist_id = ?", (playlist_id,)).rowcount)

    def playlist(self, playlist_id: str) -> Playlist | None:
        """Return a playlist, None when there is none of this id."""
        heads = self._database.read("SELECT * FROM playlist WHERE playlist_id = ?", (playlist_id,))
        if not heads:
            return None
        query = "SELECT * FROM playlist_track WHERE playlist_id = ? ORDER BY playlist_position"
        tracks = tuple(playlist_track(row) for row in self._database.read(query, (playlist_id,)))
        head = heads[0]
        return Playlist(playlist_id, head["name"], tracks, head["owner"], head["snapshot_id"], head["cover_url"])

    def summaries(self, playlist_id: str | None = None) -> list[PlaylistSummary]:
        """Return all playlists at a glance, or the one."""
        return [
            PlaylistSummary(
                *(row["playlist_id"], row["name"], row["owner"], row["cover_url"]),
                *(int(row["tracks"]), int(row["pairable"]), int(row["paired"]), int(row["to_check"])),
            )
            for row in self._database.read(_SUMMARIES, (playlist_id,))
        ]

    def stale(self) -> list[str]:
        """Return the playlists whose matches are out of date."""
        query = "SELECT playlist_id FROM playlist, library WHERE matched_generation IS NOT generation ORDER BY added"
        return [row["playlist_id"] for row in self._database.read(query)]

    def hints(self, playlist_id: str) -> list[Path]:
        """Return the files that the playlist itself names and no scan has read."""
        query = (
            "SELECT DISTINCT file_hint FROM playlist_track WHERE playlist_id = ? AND file_hint IS NOT NULL "
            "AND file_hint NOT IN (SELECT path FROM file)"
        )
        return [Path(row["file_hint"]) for row in self._database.read(query, (playlist_id,))]


def playlist_track(row: Row) -> PlaylistTrack:
    """Return the track of a row of the table `playlist_track`."""
    return PlaylistTrack(
        *(row["playlist_position"], row["track_id"], row["title"], tuple(json.loads(row["artists"])), row["album"]),
        *(row["duration_ms"], row["isrc"], TrackKind(row["kind"])),
        None if row["file_hint"] is None else Path(row["file_hint"]),
    )


def _row(playlist_id: str, track: PlaylistTrack) -> tuple[object, ...]:
    hint = None if track.file_hint is None else str(track.file_hint)
    return (
        *(playlist_id, track.playlist_position, track.track_id, track.title, json.dumps(track.artists), track.album),
        *(track.duration_ms, track.isrc, track.kind.value, hint),
    )

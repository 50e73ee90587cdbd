"""What is remembered of Spotify between starts, in `spotify.db` of the data directory; never a token."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from client.playlist.model import Playlist, PlaylistTrack, TrackKind
from client.spotify.models import Access, Endpoints, PlaylistSummary, Profile
from client.storage.database import Database

FILE_NAME: Final = "spotify.db"

_MIGRATIONS: Final = (
    """
    CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE playlist (
        playlist_id TEXT PRIMARY KEY,
        snapshot_id TEXT NOT NULL,
        saved_s REAL NOT NULL,
        content TEXT NOT NULL
    ) WITHOUT ROWID
    """,
)

_CLIENT_ID: Final = "client_id"
_ACCOUNT: Final = "account"
_BLOCK: Final = "block:"
_LIST: Final = "playlists"


@dataclass(frozen=True, slots=True)
class SavedAccount:
    """Who is signed in, by which client id, at which Spotify; `vault_entry` names the keyring's entry."""

    profile: Profile
    client_id: str
    endpoints: Endpoints
    vault_entry: str


@dataclass(frozen=True, slots=True)
class Block:
    """Until when (Unix epoch) Spotify wants no calls."""

    until_s: float
    is_quota: bool


@dataclass(frozen=True, slots=True)
class SavedPlaylist:
    """A playlist as it was at `saved_s` (Unix epoch)."""

    playlist: Playlist
    saved_s: float


class ClientBlocks:
    """The blocks of one client id: Spotify counts the calls of its owner, whoever is signed in."""

    def __init__(self, store: "SpotifyStore", client_id: str) -> None:
        self._store = store
        self._client_id = client_id

    def block(self, now_s: float) -> Block | None:
        """Return the block that still counts."""
        return self._store.block(self._client_id, now_s)

    def keep_block(self, block: Block) -> None:
        """Remember a block."""
        self._store.keep_block(self._client_id, block)


class SpotifyStore:
    """Account, block and saved playlists; threads may share it. Errors: StorageError from everything."""

    def __init__(self, folder: Path) -> None:
        self._database = Database(folder / FILE_NAME, _MIGRATIONS)
        # What is deleted is overwritten: signing out leaves nothing to be found in the file.
        self._database.read("PRAGMA secure_delete = ON")
        self.notice = self._database.notice

    def client_id(self) -> str | None:
        """Return the client id of the last sign-in."""
        found = self._setting(_CLIENT_ID)
        return found if isinstance(found, str) else None

    def account(self) -> SavedAccount | None:
        """Return who is signed in."""
        try:
            found = self._setting(_ACCOUNT)
            return SavedAccount(
                Profile(**found["profile"]), found["client_id"], Endpoints(**found["endpoints"]), found["vault_entry"]
            )
        except (TypeError, KeyError):
            return None

    def keep_account(self, account: SavedAccount) -> None:
        """Remember who has signed in, and forget what belonged to anybody else."""
        with self._database.transaction() as connection:
            _forget(connection)
            for name, value in ((_ACCOUNT, asdict(account)), (_CLIENT_ID, account.client_id)):
                connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, json.dumps(value)))
        self._empty_log()

    def forget_account(self) -> None:
        """Delete everything of the account, from the file as well.

        The client id stays, for it is no account's, and how long Spotify wants no calls by it.
        """
        with self._database.transaction() as connection:
            _forget(connection)
        self._empty_log()

    def block(self, client_id: str, now_s: float) -> Block | None:
        """Return the block of a client id that still counts."""
        try:
            found = Block(**self._setting(f"{_BLOCK}{client_id}"))
        except TypeError:
            return None
        return found if now_s < found.until_s else None

    def keep_block(self, client_id: str, block: Block) -> None:
        """Remember that Spotify wants no calls by a client id."""
        self._keep(f"{_BLOCK}{client_id}", asdict(block))

    def playlists(self) -> list[PlaylistSummary] | None:
        """Return the list of playlists as it was last read."""
        try:
            return [PlaylistSummary(**row | {"access": Access(row["access"])}) for row in self._setting(_LIST)]
        except (TypeError, KeyError, ValueError):
            return None

    def keep_playlists(self, playlists: Sequence[PlaylistSummary]) -> None:
        """Remember the list of playlists."""
        self._keep(_LIST, [asdict(playlist) for playlist in playlists])

    def playlist(self, playlist_id: str) -> SavedPlaylist | None:
        """Return the saved playlist, whatever its snapshot."""
        rows = self._database.read("SELECT content, saved_s FROM playlist WHERE playlist_id = ?", (playlist_id,))
        try:
            return SavedPlaylist(_playlist_from(json.loads(rows[0]["content"])), rows[0]["saved_s"]) if rows else None
        except (TypeError, KeyError, ValueError):
            # A row of a hand-edited file: it is read from Spotify again.
            return None

    def keep_playlist(self, playlist: Playlist, saved_s: float) -> None:
        """Save a playlist in place of its former snapshot; one without a snapshot can't be told from its successor."""
        if not playlist.snapshot_id:
            return
        content = json.dumps(_playlist_to(playlist), ensure_ascii=False)
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO playlist VALUES (?, ?, ?, ?)",
                (playlist.playlist_id, playlist.snapshot_id, saved_s, content),
            )

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _empty_log(self) -> None:
        """Empty the write-ahead log, in which deleted rows would still be found."""
        self._database.read("PRAGMA wal_checkpoint(TRUNCATE)")

    def _setting(self, name: str) -> Any:
        rows = self._database.read("SELECT value FROM setting WHERE name = ?", (name,))
        try:
            return json.loads(rows[0]["value"]) if rows else None
        except ValueError:
            return None

    def _keep(self, name: str, value: object) -> None:
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, json.dumps(value)))


def _forget(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM playlist")
    connection.execute("DELETE FROM setting WHERE name IN (?, ?)", (_ACCOUNT, _LIST))


def _playlist_to(playlist: Playlist) -> dict[str, Any]:
    rows = [
        [track.track_id, track.title, track.artists, track.album, track.duration_ms, track.isrc, track.kind.value]
        for track in playlist.tracks
    ]
    return {
        "playlist_id": playlist.playlist_id,
        "name": playlist.name,
        "owner": playlist.owner,
        "snapshot_id": playlist.snapshot_id,
        "cover_url": playlist.cover_url,
        "tracks": rows,
    }


def _playlist_from(found: dict[str, Any]) -> Playlist:
    tracks = tuple(
        PlaylistTrack(position, track_id, title, tuple(artists), album, duration_ms, isrc, TrackKind(kind))
        for position, (track_id, title, artists, album, duration_ms, isrc, kind) in enumerate(found["tracks"])
    )
    return Playlist(**found | {"tracks": tracks})

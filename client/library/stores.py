"""The one file of the library, and what is kept in it."""

from pathlib import Path
from typing import Final

from client.library.choice_store import ChoiceStore
from client.library.fingerprint_store import FingerprintStore
from client.library.match_store import MatchStore
from client.library.music_store import MusicStore
from client.library.playlist_store import PlaylistStore
from client.library.schema import MIGRATIONS
from client.storage.database import Database

FILE_NAME: Final = "library.db"


class Stores:
    """library.db, opened. Every method of a store blocks, and any thread may call it. Errors: StorageError."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path, MIGRATIONS)
        self.music = MusicStore(self.database)
        self.playlists = PlaylistStore(self.database)
        self.matches = MatchStore(self.database, self.music)
        self.choices = ChoiceStore(self.database)
        self.fingerprints = FingerprintStore(self.database)

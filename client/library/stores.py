"""The one file of the library, and what is kept in it."""

from pathlib import Path
from typing import Final

from client.library.choice_store import ChoiceStore
from client.library.fingerprint_store import FingerprintStore
from client.library.match_store import MatchStore
from client.library.music_store import MusicStore
from client.library.playlist_store import PlaylistStore
from client.library.schema import MIGRATIONS
from client.recordings import cache
from client.storage.database import Database

FILE_NAME: Final = "library.db"


class Stores:
    """library.db and, beside it, fingerprints.db, opened. Every method of a store blocks, and any thread may call it.

    `notice` is a sentence for the person when one of them had to be begun anew. Errors: StorageError.
    """

    def __init__(self, path: Path) -> None:
        self.database = Database(path, MIGRATIONS)
        try:
            self._saved = cache.SavedFingerprints(path.with_name(cache.FILE_NAME))
        except BaseException:
            self.database.close()
            raise
        self.notice = "; ".join(filter(None, (self.database.notice, self._saved.notice))) or None
        self.music = MusicStore(self.database, self._saved)
        self.playlists = PlaylistStore(self.database)
        self.matches = MatchStore(self.database, self.music)
        self.choices = ChoiceStore(self.database)
        self.fingerprints = FingerprintStore(self._saved, self.music)

    def close(self) -> None:
        """Close both files."""
        self._saved.close()
        self.database.close()

"""The fingerprints of the library's files, from what is kept of all files (client/recordings/cache.py)."""

from client.fingerprint.model import Fingerprint
from client.library.music_store import MusicStore
from client.recordings.cache import SavedFingerprints
from client.scan.local_file import LocalFile


class FingerprintStore:
    """Fingerprints by path. Of a file that has changed since, what is kept is no more than history."""

    def __init__(self, saved: SavedFingerprints, music: MusicStore) -> None:
        self._saved = saved
        self._music = music

    def all(self) -> dict[str, Fingerprint]:
        """Return the fingerprints that are known and still true, by path."""
        now = self._music.present()
        return {
            path: kept.fingerprint
            for path, kept in self._saved.all().items()
            if now.get(path) == (kept.mtime_ns, kept.size)
        }

    def keep(self, file: LocalFile, found: Fingerprint) -> None:
        """Keep the fingerprint of a file as it is now."""
        self._saved.keep(str(file.path), file.mtime_ns, file.size, found)

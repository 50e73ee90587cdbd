"""Whether the files of a playlist are still where they were found, and those that were away back: without a scan."""

from dataclasses import dataclass
from pathlib import Path

from client.library.match_store import MatchStore
from client.library.music_store import MusicStore
from client.scan.scanner import ScanStep


@dataclass(frozen=True, slots=True)
class Presence:
    """What has changed on the disk: `missing` files are not there any more, `back` are those that were away."""

    missing: tuple[str, ...]
    back: tuple[str, ...]


def look(music: MusicStore, matches: MatchStore, playlist_id: str) -> Presence:
    """Look for a playlist's paired files, and for whatever was away. A disk may take its time to answer."""
    missing = tuple(path for path in matches.paired_paths(playlist_id) if _stamp(path) is None)
    back = tuple(path for path, stamp in music.away().items() if _stamp(path) == stamp)
    return Presence(missing, back)


def keep(music: MusicStore, presence: Presence) -> None:
    """Keep what was seen; a scan reads what has changed, and forgets what is gone for good."""
    music.take(ScanStep(0, None, 0, away=presence.missing))
    music.mark_present(presence.back)


def _stamp(path: str) -> tuple[int, int] | None:
    """Return mtime_ns and size, None where there is no file."""
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size

"""One music file of this machine, as its tags describe it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file that was scanned; what its tags don't say is empty or None.

    `path` is absolute. `mtime_ns` and `size` (bytes) tell whether it has changed since. `isrcs` are normalised: upper
    case, no hyphens; a TSRC frame may hold several. `duration_ms` is what the header says: a guess for some VBR files.
    """

    path: Path
    mtime_ns: int
    size: int
    title: str = ""
    artist: str = ""
    album_artist: str = ""
    album: str = ""
    isrcs: tuple[str, ...] = ()
    duration_ms: int | None = None
    has_cover: bool = False

"""What the library tells: playlists at a glance, and how far a piece of work is."""

from dataclasses import dataclass
from enum import StrEnum

from client.scan.outcome import ScanProblem


@dataclass(frozen=True, slots=True)
class PlaylistSummary:
    """A playlist at a glance: how many rows it has, can have files, have one, and have one that waits for a yes."""

    playlist_id: str
    name: str
    owner: str
    cover_url: str | None
    tracks: int
    pairable: int
    paired: int
    to_check: int

    @property
    def fully_paired(self) -> bool:
        """Return whether every row that can have a file has one."""
        return 0 < self.pairable == self.paired


class ScanStage(StrEnum):
    """What a scan is doing."""

    WALKING = "walking"
    READING = "reading"
    MATCHING = "matching"


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """How far a scan is; the counts as in `client.scan.scanner.ScanStep`."""

    stage: ScanStage
    found: int
    to_read: int | None
    read: int
    problems: int


@dataclass(frozen=True, slots=True)
class ScanSummary:
    """What a scan found: music files in all, those read for the first time or anew, those that are gone."""

    found: int
    new: int
    changed: int
    gone: int
    problems: tuple[ScanProblem, ...]


@dataclass(frozen=True, slots=True)
class FingerprintProgress:
    """How far reading the music itself is; `problems` are the files of which no fingerprint can be had."""

    done: int
    total: int
    problems: tuple[ScanProblem, ...] = ()

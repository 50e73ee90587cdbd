"""What matching says of a track: which file, how sure, for what reason."""

from dataclasses import dataclass
from enum import StrEnum

from client.playlist.model import PlaylistTrack
from client.scan.local_file import LocalFile


class Confidence(StrEnum):
    """How far a match may be trusted: a sure one is paired by itself, one to check is proposed."""

    SURE = "sure"
    CHECK = "check"
    MISSING = "missing"


class MatchReason(StrEnum):
    """Which rule found the file."""

    MANUAL = "manual"
    HINT = "hint"
    ISRC = "isrc"
    EXACT = "exact"
    FUZZY = "fuzzy"
    FILE_NAME = "file_name"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that may be the track; `score` is 0 to 100, `explanation` its parts ("title 97, artist 100, +0.4 s")."""

    file: LocalFile
    reason: MatchReason
    score: float
    explanation: str


@dataclass(frozen=True, slots=True)
class TrackMatch:
    """One row of a playlist with the file that was found, None when it is missing, and the next best ones."""

    track: PlaylistTrack
    confidence: Confidence
    best: Candidate | None
    alternatives: tuple[Candidate, ...] = ()

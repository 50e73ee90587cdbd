"""The labelled set: rows of playlists, files, and which of them a listener would call right."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from client.matching.index import normalized_isrc
from client.matching.matcher import match_playlist
from client.matching.model import Confidence, TrackMatch
from client.playlist.model import PlaylistTrack
from client.scan.local_file import LocalFile

_FOLDER = Path(__file__).parent / "labelled"
#: Files lie in a folder that says nothing, unless the case names their path.
_MUSIC = Path("/music")


class Part(StrEnum):
    """The rules were made while looking at the tuned part; the held-out part was written when they stood."""

    TUNED = "tuned"
    HELD_OUT = "held_out"


class Outcome(StrEnum):
    SURE_RIGHT = "sure, right"
    CHECK_RIGHT = "check, right"
    SURE_WRONG = "sure, WRONG"
    CHECK_WRONG = "check, wrong"
    MISSED = "missed"
    RIGHTLY_MISSING = "rightly missing"
    NEEDLESS_CHECK = "check, nothing is right"


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled case; `right` are the paths of the files that are right, empty when none is."""

    part: Part
    kind: str
    note: str
    track: PlaylistTrack
    beside: PlaylistTrack | None
    files: tuple[LocalFile, ...]
    right: frozenset[Path]

    def match(self) -> TrackMatch:
        tracks = [self.track] if self.beside is None else [self.track, self.beside]
        return match_playlist(tracks, self.files)[0]

    def outcome(self, match: TrackMatch) -> Outcome:
        if match.confidence is Confidence.MISSING or match.best is None:
            return Outcome.MISSED if self.right else Outcome.RIGHTLY_MISSING
        is_sure = match.confidence is Confidence.SURE
        if match.best.file.path in self.right:
            return Outcome.SURE_RIGHT if is_sure else Outcome.CHECK_RIGHT
        if is_sure:
            return Outcome.SURE_WRONG
        return Outcome.CHECK_WRONG if self.right else Outcome.NEEDLESS_CHECK


def load_cases(part: Part) -> list[Case]:
    cases = []
    for path in sorted((_FOLDER / part).glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        cases += [_case(part, content["kind"], entry) for entry in content["case"]]
    return cases


def _case(part: Part, kind: str, entry: dict[str, object]) -> Case:
    right, wrong = entry["right"], entry["wrong"]
    assert isinstance(right, list)
    assert isinstance(wrong, list)
    # Paths are numbered from the wrong ones on, so that no rule profits from the right one standing first.
    files = [_file(number, text) for number, text in enumerate([*wrong, *right])]
    beside = entry.get("beside")
    return Case(
        part,
        kind,
        str(entry["note"]),
        _track(0, str(entry["track"])),
        None if beside is None else _track(1, str(beside)),
        tuple(files),
        frozenset(file.path for file in files[len(wrong) :]),
    )


def _track(position: int, text: str) -> PlaylistTrack:
    title, artists, album, length, isrc, _ = _fields(text)
    return PlaylistTrack(
        playlist_position=position,
        track_id=f"spotify:track:{position}:{text}",
        title=title,
        artists=tuple(name.strip() for name in artists.split(";") if name.strip()),
        album=album,
        duration_ms=_milliseconds(length),
        isrc=isrc or None,
    )


def _file(number: int, text: str) -> LocalFile:
    title, artist, album, length, isrc, path = _fields(text)
    return LocalFile(
        path=_MUSIC / (path or f"{number:03d}.mp3"),
        mtime_ns=0,
        size=1,
        title=title,
        artist=artist,
        album=album,
        isrcs=(normalized_isrc(isrc),) if isrc else (),
        duration_ms=_milliseconds(length),
    )


def _fields(text: str) -> Sequence[str]:
    fields = [field.strip() for field in text.split("|")]
    return [*fields, *[""] * (6 - len(fields))]


def _milliseconds(length: str) -> int | None:
    if not length:
        return None
    found = re.fullmatch(r"(\d+):(\d\d(?:\.\d)?)", length)
    assert found is not None, length
    return int(found.group(1)) * 60_000 + round(float(found.group(2)) * 1000)

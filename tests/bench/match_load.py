"""A large library and a playlist from it, the same in every run, to time the matching with."""

import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from client.library.collector import uncollected
from client.matching.index import FileIndex
from client.matching.matcher import match_playlist
from client.matching.model import Confidence
from client.playlist.model import PlaylistTrack
from client.scan.local_file import LocalFile

_SYLLABLES = [
    "ka",
    "lo",
    "mi",
    "ren",
    "sol",
    "ta",
    "ver",
    "an",
    "dri",
    "el",
    "fo",
    "gra",
    "hu",
    "in",
    "jo",
    "ster",
    "lu",
    "na",
    "or",
    "pe",
    "qui",
    "ra",
    "shi",
    "tu",
    "vo",
    "wen",
    "xa",
    "yor",
    "zel",
]
_CYRILLIC = ["ка", "ло", "ми", "рен", "сол", "та", "вер", "ан", "дри", "эл", "фо", "гра", "ху", "ин", "жо"]
_JAPANESE = ["夜", "花", "風", "海", "空", "月", "夢", "恋", "星", "光", "雨", "歌", "道", "音", "心"]
_VERSIONS = (*[""] * 12, " (Live)", " - Remastered 2011", " (Radio Edit)", " (Acoustic)", " (feat. {guest})")


@dataclass(frozen=True, slots=True)
class MatchLoad:
    """A library, a playlist, and for each of its tracks the file that it was made from, None for a missing one."""

    files: list[LocalFile]
    tracks: list[PlaylistTrack]
    origins: list[Path | None]


@dataclass(frozen=True, slots=True)
class MatchFigures:
    """Seconds of the index and of the matching against it, and what it came to; `sure_wrong` are of the sure ones."""

    files: int
    tracks: int
    index_s: float
    match_s: float
    sure: int
    check: int
    missing: int
    sure_wrong: int


def make_load(files: int = 20_000, tracks: int = 500, seed: int = 5) -> MatchLoad:
    """Return a library with versions, three scripts and untagged files, and a playlist of which a tenth is missing."""
    chance = random.Random(seed)
    artists = [_name(chance, 1 + chance.randrange(3)) for _ in range(max(1, files // 20))]
    albums = {artist: [_name(chance, 2), _name(chance, 2)] for artist in artists}
    library = [_file(chance, number, artists, albums) for number in range(files)]
    tagged = [file for file in library if file.title]
    chosen = chance.sample(tagged, tracks)
    kept = [chance.random() >= 0.1 for _ in chosen]
    playlist = [
        _row(chance, number, file, is_missing=not is_kept)
        for number, (file, is_kept) in enumerate(zip(chosen, kept, strict=True))
    ]
    origins = [file.path if is_kept else None for file, is_kept in zip(chosen, kept, strict=True)]
    return MatchLoad(library, playlist, origins)


def measure_matching(load: MatchLoad) -> MatchFigures:
    """Match once and time it, as the library's own process does."""
    with uncollected():
        begin = time.perf_counter()
        index = FileIndex(load.files)
        indexed = time.perf_counter()
        matches = match_playlist(load.tracks, index)
        end = time.perf_counter()
    counts = [sum(match.confidence is wanted for match in matches) for wanted in Confidence]
    sure_wrong = sum(
        match.confidence is Confidence.SURE and match.best is not None and match.best.file.path != origin
        for match, origin in zip(matches, load.origins, strict=True)
    )
    return MatchFigures(len(load.files), len(load.tracks), indexed - begin, end - indexed, *counts, sure_wrong)


def _file(chance: random.Random, number: int, artists: list[str], albums: dict[str, list[str]]) -> LocalFile:
    artist = chance.choice(artists)
    album = chance.choice(albums[artist])
    version = chance.choice(_VERSIONS).format(guest=chance.choice(artists))
    title = _name(chance, 1 + chance.randrange(4)) + version
    is_tagged = chance.random() > 0.05
    return LocalFile(
        path=Path("/music") / artist / album / f"{1 + number % 14:02d} - {artist} - {title}.mp3",
        mtime_ns=number,
        size=4_000_000 + number,
        title=title if is_tagged else "",
        artist=artist if is_tagged else "",
        album=album if is_tagged else "",
        isrcs=(f"XXAAA{number:07d}",) if is_tagged and chance.random() < 0.3 else (),
        duration_ms=chance.randrange(120_000, 420_000),
        has_cover=chance.random() < 0.5,
    )


def _row(chance: random.Random, number: int, file: LocalFile, *, is_missing: bool) -> PlaylistTrack:
    assert file.duration_ms is not None
    return PlaylistTrack(
        playlist_position=number,
        track_id=f"spotify:track:{number:022d}",
        title=_name(chance, 3) if is_missing else _retyped(chance, file.title),
        artists=(file.artist,),
        album=file.album,
        duration_ms=file.duration_ms + chance.randrange(-900, 900),
        isrc=file.isrcs[0] if file.isrcs and not is_missing else None,
    )


def _retyped(chance: random.Random, title: str) -> str:
    kind = chance.randrange(4)
    if kind == 0:
        return title.upper()
    if kind == 1:
        return title.replace(" (Live)", " - Live").replace(" (Radio Edit)", " - Radio Edit")
    if kind == 2 and len(title) > 9:
        place = chance.randrange(1, 8)
        return title[:place] + title[place + 1 :]
    return title


def _name(chance: random.Random, words: int) -> str:
    script = chance.random()
    if script < 0.05:
        return "".join(chance.choice(_JAPANESE) for _ in range(words + 2))
    syllables = _CYRILLIC if script < 0.1 else _SYLLABLES
    return " ".join(
        "".join(chance.choices(syllables, k=chance.choice((1, 2, 2, 3)))).capitalize() for _ in range(words)
    )


if __name__ == "__main__":
    sys.stdout.write(f"{measure_matching(make_load())}\n")

"""All files of a scan, prepared once for many comparisons."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from pathlib import Path, PurePath
from typing import Final

from client.matching.artists import NOBODY, ArtistNames, split_artists
from client.matching.file_name import comparable_stem, read_file_name
from client.matching.mojibake import repaired
from client.matching.titles import SplitTitle, split_title
from client.scan.local_file import LocalFile

#: Titles by which programs name what they don't know.
_NO_TITLE: Final = re.compile(
    r"^(?:(?:audio |cd )?(?:track|titel|piste|pista|traccia|faixa|трек|дорожка|トラック|曲目|트랙) ?\d*|"
    r"untitled(?: \d+)?|unknown(?: title)?|unbekannt|без названия|\d{1,2} (?:track|titel) ?\d*)$"
)
_NUMBER_IN_TITLE: Final = re.compile(r"^\s*(?:\d{1,3}\s*[-.)]+\s+|\(\d+\)\s+|0\d\s*[-._]\s*|0\d\s+)(?=\S)")
_DASH: Final = re.compile(r"\s+[-–—]\s+|\s*:\s+")
_MAX_NAME_READINGS: Final = 6


class Source(Enum):
    """Where a reading of a file comes from."""

    TAGS = auto()
    #: The tags set right: artist and title in one, number before the title, letters of another table.
    MENDED_TAGS = auto()
    #: The file's name, its tags being empty.
    FILE_NAME = auto()


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a file; `file` counts in `FileIndex.files`."""

    file: int
    title: SplitTitle
    artist: ArtistNames
    source: Source


class FileIndex:
    """The files in the order of their paths, each read in one way or several.

    A file with good tags has one reading, twenty thousand take about a second. Paths that come twice count once.
    """

    def __init__(self, files: Iterable[LocalFile]) -> None:
        by_path = {str(file.path): file for file in files}
        self.files: tuple[LocalFile, ...] = tuple(by_path[path] for path in sorted(by_path))
        self._artists: dict[str, ArtistNames] = {}
        self._albums: dict[str, str] = {"": ""}
        self.readings: list[Reading] = []
        self.by_core: defaultdict[str, list[int]] = defaultdict(list)
        self.by_short: defaultdict[str, list[int]] = defaultdict(list)
        self.by_isrc: defaultdict[str, list[int]] = defaultdict(list)
        for number, file in enumerate(self.files):
            for isrc in file.isrcs:
                self.by_isrc[isrc].append(number)
            for reading in self._read(number, file):
                self.by_core[reading.title.core].append(len(self.readings))
                if reading.title.short != reading.title.core:
                    self.by_short[reading.title.short].append(len(self.readings))
                self.readings.append(reading)

    def artist(self, *written: str) -> ArtistNames:
        """Return the names in a credit; each credit is read once."""
        key = "\x00".join(written)
        names = self._artists.get(key)
        if names is None:
            names = self._artists[key] = split_artists(*written)
        return names

    def album(self, written: str) -> str:
        """Return an album's normalised title, "" for none."""
        words = self._albums.get(written)
        if words is None:
            words = self._albums[written] = split_title(written).core if written.strip() else ""
        return words

    @cached_property
    def by_file(self) -> dict[int, list[int]]:
        """Return the readings of each file."""
        found: defaultdict[int, list[int]] = defaultdict(list)
        for number, reading in enumerate(self.readings):
            found[reading.file].append(number)
        return dict(found)

    @cached_property
    def stems(self) -> list[str]:
        """Return every file's name as words, for finding by name what tags don't tell."""
        return [comparable_stem(file.path) for file in self.files]

    @cached_property
    def by_path(self) -> dict[str, int]:
        """Return the files by path, however the system composes accents."""
        return {path_key(file.path): number for number, file in enumerate(self.files)}

    @cached_property
    def by_name(self) -> dict[str, list[int]]:
        """Return the files by name alone, for lists that were made on another machine."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for number, file in enumerate(self.files):
            found[path_key(PurePath(file.path.name)).casefold()].append(number)
        return dict(found)

    def name_readings(self, number: int) -> list[Reading]:
        """Return what a file's name says, whatever its tags do."""
        return [
            Reading(number, split_title(title), self.artist(artist) if artist else NOBODY, Source.FILE_NAME)
            for artist, title in read_file_name(self.files[number].path)[:_MAX_NAME_READINGS]
        ]

    def _read(self, number: int, file: LocalFile) -> Sequence[Reading]:
        title = split_title(file.title) if file.title.strip() else None
        if title is None or _NO_TITLE.match(title.core):
            readings = self.name_readings(number)
            tagged = self._credit(file)
            if tagged is not NOBODY:
                readings = [
                    reading if reading.artist is not NOBODY else Reading(number, reading.title, tagged, reading.source)
                    for reading in readings
                ]
            return readings
        artist = self._credit(file)
        readings = [Reading(number, title, artist, Source.TAGS)]
        if ":" in file.title or "-" in file.title or "–" in file.title or file.title[0] in "0123456789(":
            readings += self._mended(number, file.title, artist)
        if not file.title.isascii() or not file.artist.isascii():
            readings += self._redecoded(number, file)
        if artist is NOBODY:
            readings += [reading for reading in self.name_readings(number) if reading.artist is not NOBODY]
        return readings

    def _credit(self, file: LocalFile) -> ArtistNames:
        names = self.artist(file.artist) if file.artist else NOBODY
        if names is NOBODY and file.album_artist:
            names = self.artist(file.album_artist)
        return names

    def _mended(self, number: int, title: str, artist: ArtistNames) -> list[Reading]:
        mended: list[Reading] = []
        numberless = _NUMBER_IN_TITLE.sub("", title, count=1)
        if numberless != title:
            mended.append(Reading(number, split_title(numberless), artist, Source.MENDED_TAGS))
        parts = _DASH.split(numberless, maxsplit=1)
        if len(parts) == 2 and all(part.strip() for part in parts):
            before = self.artist(parts[0])
            if before is not NOBODY and (artist is NOBODY or before.full in (*artist.main, *artist.others)):
                mended.append(Reading(number, split_title(parts[1]), before, Source.MENDED_TAGS))
            behind = self.artist(parts[1])
            if artist is NOBODY and behind is not NOBODY:
                mended.append(Reading(number, split_title(parts[0]), behind, Source.MENDED_TAGS))
        return mended

    def _redecoded(self, number: int, file: LocalFile) -> list[Reading]:
        title, artist = repaired(file.title), repaired(file.artist or file.album_artist)
        if title is None and artist is None:
            return []
        names = self._credit(file) if artist is None else self.artist(artist)
        return [Reading(number, split_title(title or file.title), names, Source.MENDED_TAGS)]


def path_key(path: PurePath | Path) -> str:
    """Return a path as it is compared: macOS takes accents apart, others don't."""
    text = str(path)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def normalized_isrc(isrc: str) -> str:
    """Return an ISRC as LocalFile has it: upper case, no hyphens or spaces."""
    return "".join(character for character in isrc.upper() if character.isalnum())

"""Which few of many files may be a track: everything that is worth a closer look, found by matrix."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from client.matching.index import FileIndex, Reading, Source
from client.matching.score import ARTIST_WEIGHT, DURATION_WEIGHT, MIN_TITLE, TITLE_WEIGHT, Wanted, sorted_words
from client.matching.titles import split_title

#: More than these are never compared closely; among hundreds named "Intro" artist and length choose.
_MAX_READINGS: Final = 8
_MAX_BY_NAME: Final = 5
_MIN_NAME: Final = 68
#: What an artist that is not known counts for, against one that is another.
_UNKNOWN_ARTIST: Final = 70

_Scores = NDArray[np.uint8]


class CandidateFinder:
    """Find the readings of an index that are near to a track."""

    def __init__(self, index: FileIndex) -> None:
        self._index = index
        self._cores, self._core_of = _unique([reading.title.core for reading in index.readings])
        self._artists, self._artist_of = _unique([reading.artist.full for reading in index.readings])
        self._mains, self._main_of = _unique(
            [reading.artist.main[-1] if reading.artist.main else "" for reading in index.readings]
        )
        self._durations_s = np.array(
            [
                np.nan if (duration_ms := index.files[reading.file].duration_ms) is None else duration_ms / 1000
                for reading in index.readings
            ]
        )
        self._stems: list[str] | None = None
        self._stem_numbers: dict[str, list[int]] = {}

    def by_tags(self, wanted: Sequence[Wanted]) -> list[list[Reading]]:
        """Return for each track the readings to compare: near titles, the same ISRC, artist and title swapped."""
        if not self._index.readings or not wanted:
            return [[] for _ in wanted]
        titles = _ratios([sorted_words(one.title.core) for one in wanted], self._cores, MIN_TITLE)
        names = [sorted_words(one.artist.full) for one in wanted]
        mains = [sorted_words(one.artist.main[-1]) if one.artist.main else "" for one in wanted]
        by_full = np.maximum(_ratios(names, self._artists, 50), _ratios(mains, self._artists, 50))
        by_main = np.maximum(_ratios(mains, self._mains, 50), _ratios(names, self._mains, 50))
        return [self._near(one, titles[row], by_full[row], by_main[row]) for row, one in enumerate(wanted)]

    def by_file_name(self, wanted: Sequence[Wanted]) -> list[list[Reading]]:
        """Return for each track what the names of files say that look like "artist title"."""
        if not wanted or not self._index.files:
            return [[] for _ in wanted]
        if self._stems is None:
            self._stems = [sorted_words(stem) for stem in self._index.stems]
            for number, stem in enumerate(self._index.stems):
                self._stem_numbers.setdefault(stem, []).append(number)
        queries = [sorted_words(f"{one.artist.main[-1] if one.artist.main else ''} {one.title.core}") for one in wanted]
        ratios = _ratios(queries, self._stems, _MIN_NAME)
        found: list[list[Reading]] = []
        for row, one in enumerate(wanted):
            near = np.flatnonzero(ratios[row])
            best = near[np.argsort(-ratios[row][near].astype(np.int16), kind="stable")][:_MAX_BY_NAME].tolist()
            numbers = dict.fromkeys([*best, *self._stem_numbers.get(one.title.core, [])[:_MAX_BY_NAME]])
            found.append([reading for number in numbers for reading in self._index.name_readings(number)])
        return found

    def _near(self, one: Wanted, titles: _Scores, by_full: _Scores, by_main: _Scores) -> list[Reading]:
        index = self._index
        numbers = np.flatnonzero(titles[self._core_of]) if one.title.core else np.empty(0, dtype=np.intp)
        if len(numbers) > _MAX_READINGS:
            numbers = numbers[self._roughly_best(one, numbers, titles, by_full, by_main)]
        chosen = dict.fromkeys(numbers.tolist())
        short = [*index.by_short.get(one.title.core, ()), *index.by_short.get(one.title.short, ())]
        if one.title.short != one.title.core:
            short += index.by_core.get(one.title.short, ())
        chosen.update(dict.fromkeys(short[: 4 * _MAX_READINGS]))
        for file in index.by_isrc.get(one.isrc, ()) if one.isrc else ():
            chosen.update(dict.fromkeys(index.by_file[file]))
        return [index.readings[number] for number in chosen] + self._swapped(one)

    def _roughly_best(
        self, one: Wanted, numbers: NDArray[np.intp], titles: _Scores, by_full: _Scores, by_main: _Scores
    ) -> NDArray[np.intp]:
        artists = np.maximum(by_full[self._artist_of[numbers]], by_main[self._main_of[numbers]]).astype(float)
        unknown = np.array([not self._index.readings[number].artist.full for number in numbers.tolist()])
        artists[unknown] = _UNKNOWN_ARTIST
        rough = TITLE_WEIGHT * titles[self._core_of[numbers]] + ARTIST_WEIGHT * artists
        if one.duration_ms is not None:
            away_s = np.abs(self._durations_s[numbers] - one.duration_ms / 1000)
            rough += DURATION_WEIGHT * 100 * np.clip(1 - np.nan_to_num(away_s, nan=7.5) / 15, 0, 1)
        return np.argsort(-rough, kind="stable")[:_MAX_READINGS]

    def _swapped(self, one: Wanted) -> list[Reading]:
        """Return files whose title is the track's artist and whose artist is its title."""
        if not one.artist.full or one.artist.full == one.title.core:
            return []
        swapped: list[Reading] = []
        for name in dict.fromkeys((one.artist.full, f"the {one.artist.full}", *one.artist.main)):
            for number in self._index.by_core.get(name, ())[:_MAX_READINGS]:
                file = self._index.files[self._index.readings[number].file]
                title = split_title(file.artist) if file.artist else None
                if title is not None and title.core == one.title.core:
                    artist = self._index.artist(file.title)
                    swapped.append(Reading(self._index.readings[number].file, title, artist, Source.MENDED_TAGS))
        return swapped


def _unique(texts: Sequence[str]) -> tuple[list[str], NDArray[np.intp]]:
    """Return the different texts, their words sorted, and which of them stands where."""
    places: dict[str, int] = {}
    numbers = [places.setdefault(text, len(places)) for text in texts]
    return [sorted_words(text) for text in places], np.array(numbers, dtype=np.intp)


def _ratios(queries: Sequence[str], choices: Sequence[str], cutoff: float) -> _Scores:
    """Return ratios of 0 to 100, shape (queries, choices), 0 below the cutoff; the work releases the interpreter."""
    ratios: _Scores = process.cdist(
        queries, choices, scorer=fuzz.ratio, score_cutoff=cutoff, dtype=np.uint8, workers=-1
    )
    return ratios

"""How well one file, read in one way, is one track: named parts, a score, and what stands against it."""

import re
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from client.matching.artists import ArtistNames, artist_score
from client.matching.implied import implied_by_album
from client.matching.index import Reading
from client.matching.spelling import differing, is_spelling
from client.matching.text import is_latin
from client.matching.titles import SplitTitle
from client.matching.versions import Versions, conflict, word_kind

TITLE_WEIGHT: Final = 0.45
ARTIST_WEIGHT: Final = 0.30
DURATION_WEIGHT: Final = 0.20
ALBUM_WEIGHT: Final = 0.05
#: Encoders and stores differ by as much; from there the duration's part falls, to nothing at the second figure.
FULL_DURATION_S: Final = 2.0
NO_DURATION_S: Final = 15.0

SURE_SCORE: Final = 90.0
CHECK_SCORE: Final = 75.0
SURE_TITLE: Final = 90.0
SURE_ARTIST: Final = 85.0
SURE_DURATION_S: Final = 3.0
#: With the album agreeing too: another pressing, with more silence at its end.
SURE_DURATION_SAME_ALBUM_S: Final = 5.0
#: Beyond, title and artist alone don't make it worth a question, unless the album agrees.
OTHER_RECORDING_S: Final = 30.0
MIN_TITLE: Final = 65.0
MIN_ARTIST: Final = 65.0
_REFUSED: Final = 60.0
_CONFLICT_CAP: Final = 74.0
_MILD_CONFLICT_CAP: Final = 84.0
_SHORT_TITLE_SCORE: Final = 92.0

#: One of these for another makes another piece.
_MODES: Final = frozenset(
    {"major", "minor", "dur", "moll", "maggiore", "minore", "majeur", "mineur", "мажор", "минор", "sharp", "flat"}
)
#: What stands before a work's number in its composer's catalogue.
_CATALOGUE: Final = re.compile(r"(?:^| )(?:op|k|kv|bwv|hwv|rv|hob|woo|d|l|m|s)$")
#: Implied by a band's or an album's name, these are never the recording that the playlist means.
_IMITATIONS: Final = frozenset({"cover", "karaoke"})
_ROMAN_SINGLE: Final = frozenset({"i", "v", "x"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """A track of the playlist, prepared: `album` normalised, `isrc` normalised or ""."""

    title: SplitTitle
    artist: ArtistNames
    album: str
    duration_ms: int | None
    isrc: str


@dataclass(frozen=True, slots=True)
class _Objection:
    """Why two can't be one recording; a hard one can't be outweighed, a mild one at least asks for equal length."""

    text: str = ""
    is_hard: bool = False
    is_mild: bool = False


_NO_OBJECTION: Final = _Objection()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a comparison found; parts are 0 to 100, None where one side says nothing.

    `against` says in words why this is no sure match, "" when nothing does; `has_conflict` that it speaks of another
    recording, `is_refused` that it is no match at all.
    """

    title: float
    artist: float | None
    delta_s: float | None
    album: float | None
    against: str
    has_conflict: bool
    is_exact: bool
    is_refused: bool
    score: float

    @property
    def is_sure(self) -> bool:
        """Return whether the parts alone make it sure."""
        if self.against or self.is_refused or self.score < SURE_SCORE or self.title < SURE_TITLE:
            return False
        same_album = self.album is not None and self.album >= SURE_TITLE
        if self.artist is None:
            return self.is_exact and same_album and self.delta_s is not None and abs(self.delta_s) <= FULL_DURATION_S
        if self.artist < SURE_ARTIST:
            return False
        if self.delta_s is None:
            return self.is_exact and self.artist >= SURE_TITLE
        limit_s = SURE_DURATION_SAME_ALBUM_S if same_album and self.is_exact else SURE_DURATION_S
        return abs(self.delta_s) <= limit_s

    @property
    def explanation(self) -> str:
        """Return the parts in words: "title 97, artist 100, +0.4 s"."""
        parts = [f"title {self.title:.0f}"]
        parts.append("artist unknown" if self.artist is None else f"artist {self.artist:.0f}")
        parts.append("length unknown" if self.delta_s is None else f"{round(self.delta_s, 1) + 0.0:+.1f} s")
        if self.album is not None and self.album >= SURE_TITLE:
            parts.append("same album")
        if self.against:
            parts.append(self.against)
        return ", ".join(parts)


def compare(wanted: Wanted, reading: Reading, album: str, duration_ms: int | None) -> Evidence:
    """Compare a track with a file's reading; `album` (normalised) and `duration_ms` are the file's."""
    title = _title_score(wanted.title, reading.title)
    artist = artist_score(wanted.artist, reading.artist)
    if artist is not None and artist < 100:
        artist = max(artist, _by_featured(wanted, reading))
    delta_s = None
    if wanted.duration_ms is not None and duration_ms is not None:
        delta_s = (duration_ms - wanted.duration_ms) / 1000
    album_part = fuzz.token_sort_ratio(wanted.album, album) if wanted.album and album else None
    core_is_equal = title == 100.0
    is_as_long = delta_s is not None and abs(delta_s) <= FULL_DURATION_S
    objection = _against(wanted, reading, album, album_part, is_as_long=is_as_long)
    against = objection.text
    has_other_words = not against and not core_is_equal and not is_spelling(wanted.title.core, reading.title.core)
    if has_other_words:
        against = "other words in the title"
    known = [(TITLE_WEIGHT, title), (ARTIST_WEIGHT, artist), (DURATION_WEIGHT, _duration_part(delta_s))]
    if album_part is not None:
        known.append((ALBUM_WEIGHT, album_part if album_part >= SURE_TITLE else album_part / 2))
    weight = sum(share for share, part in known if part is not None)
    score = sum(share * part for share, part in known if part is not None) / weight
    refused = title < MIN_TITLE or (artist is not None and artist < MIN_ARTIST)
    if objection.is_hard:
        score = min(score, _MILD_CONFLICT_CAP if is_as_long and objection.is_mild else _CONFLICT_CAP)
    elif against:
        score = min(score, SURE_SCORE - 1)
    if has_other_words:
        score = min(score, title)
    same_album = album_part is not None and album_part >= SURE_TITLE
    if delta_s is not None and abs(delta_s) > OTHER_RECORDING_S and not same_album:
        score = min(score, _CONFLICT_CAP)
    if refused:
        score = min(score, _REFUSED)
    is_exact = core_is_equal and (artist is None or artist >= 99) and not against
    return Evidence(title, artist, delta_s, album_part, against, objection.is_hard, is_exact, refused, score)


def contradicts(evidence: Evidence, wanted: Wanted, reading: Reading) -> bool:
    """Return whether title or artist say that this is another piece, as far as both are in letters that compare."""
    other_title = evidence.title < 50 and is_latin(wanted.title.core) == is_latin(reading.title.core)
    return other_title or (evidence.artist is not None and evidence.artist < 40 and evidence.title < SURE_TITLE)


def sorted_words(words: str) -> str:
    """Return words in alphabetical order, so that a plain ratio of two is their token sort ratio."""
    return " ".join(sorted(words.split())) if " " in words else words


def _title_score(wanted: SplitTitle, found: SplitTitle) -> float:
    if wanted.core == found.core:
        return 100.0
    score = fuzz.ratio(sorted_words(wanted.core), sorted_words(found.core))
    if wanted.core.replace(" ", "") == found.core.replace(" ", ""):
        return 100.0
    if found.core == wanted.short or found.short in {wanted.core, wanted.short}:
        return max(score, _SHORT_TITLE_SCORE)
    if (found.translation and found.translation in {wanted.core, wanted.short}) or (
        wanted.translation and wanted.translation in {found.core, found.short}
    ):
        return max(score, _SHORT_TITLE_SCORE)
    return score


def _by_featured(wanted: Wanted, reading: Reading) -> float:
    """Return 90 when the main artist of one side is the other's guest: they are credited in another order."""
    guests = {*reading.title.featured, *reading.artist.others}
    if guests & set(wanted.artist.main):
        return 90.0
    if {*wanted.title.featured, *wanted.artist.others} & set(reading.artist.main):
        return 90.0
    return 0.0


def _duration_part(delta_s: float | None) -> float | None:
    if delta_s is None:
        return None
    beyond = max(0.0, abs(delta_s) - FULL_DURATION_S)
    return max(0.0, 100.0 * (1 - beyond / (NO_DURATION_S - FULL_DURATION_S)))


def _against(wanted: Wanted, reading: Reading, album: str, album_part: float | None, *, is_as_long: bool) -> _Objection:
    """Return what speaks against these being one recording."""
    only_wanted, only_found = differing(wanted.title.core, reading.title.core)
    mine = _with_words(wanted.title.versions, only_wanted)
    theirs = _with_words(reading.title.versions, only_found)
    mine_implied = implied_by_album(wanted.album) | wanted.artist.kinds
    theirs_implied = implied_by_album(album) | reading.artist.kinds
    mine, theirs = _with_implied(mine, theirs.names & mine_implied), _with_implied(theirs, mine.names & theirs_implied)
    disagreement = conflict(mine, theirs)
    if disagreement.text:
        return _Objection(f"other version: {disagreement.text}", is_hard=True, is_mild=disagreement.is_mild)
    hired = (theirs_implied - mine_implied - mine.names) & _IMITATIONS
    if hired:
        return _Objection(f"other version: {', '.join(sorted(hired))}", is_hard=True)
    if (only_wanted or only_found) and "".join(only_wanted) != "".join(only_found):
        mine_numbers, theirs_numbers = _numbers(only_wanted), _numbers(only_found)
        if mine_numbers and theirs_numbers:
            return _Objection(f"other number: {' '.join(mine_numbers)} / {' '.join(theirs_numbers)}", is_hard=True)
        if mine_numbers or theirs_numbers:
            # A work is often given with fewer of its numbers: opus, catalogue.
            shared = set(_numbers(wanted.title.core.split())) & set(_numbers(reading.title.core.split()))
            core = wanted.title.core if mine_numbers else reading.title.core
            is_catalogue = all(
                _CATALOGUE.search(f"{core} ".partition(f" {number} ")[0]) for number in mine_numbers or theirs_numbers
            )
            text = f"number {' '.join(mine_numbers or theirs_numbers)} on one side only"
            return _Objection(text, is_hard=True, is_mild=bool(shared) or is_catalogue)
    if set(only_wanted) & _MODES and set(only_found) & _MODES:
        return _Objection("other key", is_hard=True)
    # Where only one side names an album, equal length is the better witness.
    is_doubtful = not is_as_long if album_part is None else album_part < SURE_TITLE
    if is_doubtful:
        implied = (mine_implied ^ theirs_implied) - mine.names
        if implied:
            return _Objection(f"album suggests another version: {', '.join(sorted(implied))}")
    return _NO_OBJECTION


def _numbers(words: list[str]) -> list[str]:
    return [word for word in words if word.isdigit() or word in _ROMAN_SINGLE]


def _with_words(versions: Versions, words: list[str]) -> Versions:
    """Return the versions with those that are said without any bracket ("hello live")."""
    kinds = {kind for word in words if (kind := word_kind(word)) is not None} - versions.names
    return versions.joined(Versions(tuple((kind, "") for kind in kinds))) if kinds else versions


def _with_implied(versions: Versions, kinds: frozenset[str]) -> Versions:
    missing = kinds - versions.names if kinds else kinds
    return versions.joined(Versions(tuple((kind, "") for kind in missing))) if missing else versions

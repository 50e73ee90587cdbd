"""What the name of a file, and of the folders it is in, says of the music."""

import re
from pathlib import PurePath
from typing import Final, NamedTuple

from client.matching.text import normalize

#: Video sites' ids, bit rates and the like at the end of a name.
_RUBBISH: Final = re.compile(
    r"\s*(?:\[[A-Za-z0-9_-]{11}\]|\(?\b(?:128|192|256|320)\s?k(?:bps|bit)?\b\)?|\b(?:www\.)?[\w-]+\.(?:com|net|ru|org|to)\b|"
    r"\(\d\)|\bcopy)\s*$",
    re.IGNORECASE,
)
_MAY_END_IN_RUBBISH: Final = re.compile(r"[)\]]$|k$|bps$|bit$|copy$|\.\w{2,3}$", re.IGNORECASE)
_NUMBER_FIRST: Final = re.compile(
    r"^\s*(?:(?:cd|disc)\s*\d\s*[-_. ]+)?(?:[\[(]\s*\d{1,3}\s*[\])]\s*[-_.]*|[A-D]?\d{1,2}\s*[-_.)]+\s*(?=\D)|0\d\s+|"
    r"\d[-.]\d{2}[-_. ]+|\d{3}\s*[-_.]+\s*|\d{1,2}\s+(?=[^\W\d]))",
    re.IGNORECASE,
)
_NUMBER_OF_TITLE: Final = re.compile(r"[1-9]\d*\s+[^\W\d]")
_SPACED_DASH: Final = re.compile(r"\s+[-–—]+\s+")
_TIGHT_DASH: Final = re.compile(r"\s*[-–—]\s+|\s+[-–—]\s*")
_DISC_FOLDER: Final = re.compile(r"^(?:cd|disc|disk|side)\s*\w{1,2}$", re.IGNORECASE)
_MAX_PIECES: Final = 5


class NameReading(NamedTuple):
    """One way to read a file's name; `artist` is "" where none is named."""

    artist: str
    title: str


def read_file_name(path: PurePath) -> tuple[NameReading, ...]:
    """Return the ways to read "NN - Artist - Title.mp3" and its like, the likeliest first.

    Artist and title may be swapped, an album may stand between them, the artist may be the folder's or the folder above
    it; only matching with a playlist tells which is meant.
    """
    stem = clean_stem(path.stem)
    numberless = _NUMBER_FIRST.sub("", stem, count=1).strip(" -") or stem
    readings = _readings_of(_pieces(numberless))
    readings += [NameReading(folder, numberless) for folder in _artist_folders(path)[: 1 if readings else None]]
    readings.append(NameReading("", numberless))
    if numberless != stem and _NUMBER_OF_TITLE.match(stem):
        # The number may be the title's own: "22", "99 Luftballons".
        readings += [*_readings_of(_pieces(stem))[:1], NameReading("", stem)]
    return tuple(dict.fromkeys(readings))


def _pieces(text: str) -> list[str]:
    pieces = [piece.strip() for piece in _SPACED_DASH.split(text) if piece.strip()]
    if len(pieces) == 1:
        pieces = [piece.strip() for piece in _TIGHT_DASH.split(text) if piece.strip()]
    if len(pieces) == 1 and text.count("-") == 1 and " " in text:
        pieces = [piece.strip() for piece in text.split("-") if piece.strip()]
    return pieces[:_MAX_PIECES] or [text]


def clean_stem(stem: str) -> str:
    """Return a file name's stem as people would type it: spaces for underscores, without a video's id."""
    text = stem
    if " " not in text:
        text = text.replace("_", " ") if "_" in text else text
        if " " not in text and text.count(".") >= 2:
            text = text.replace(".", " ")
        if " " not in text and text.count("-") >= 2:
            text = re.sub(r"-(?=[^-]+-)|-", " - ", text) if text.count("-") < 4 else text.replace("-", " ")
    else:
        text = text.replace("_", " ")
    while (
        _MAY_END_IN_RUBBISH.search(text[-5:]) and (rubbish := _RUBBISH.search(text)) is not None and rubbish.start() > 0
    ):
        text = text[: rubbish.start()]
    return " ".join(text.split()) or stem


def comparable_stem(path: PurePath) -> str:
    """Return the stem, its number removed, for finding files by name among many."""
    stem = clean_stem(path.stem)
    return normalize(_NUMBER_FIRST.sub("", stem, count=1).strip(" -") or stem)


def _readings_of(pieces: list[str]) -> list[NameReading]:
    if len(pieces) == 1:
        return []
    last = pieces[-1]
    readings = [NameReading(pieces[0], " - ".join(pieces[1:]))]
    if len(pieces) > 2:
        # "Artist - Album - NN - Title", or "Title" with a version behind it.
        without_number = _NUMBER_FIRST.sub("", last, count=1) or last
        readings += [NameReading(pieces[0], without_number), NameReading(pieces[0], " - ".join(pieces[-2:]))]
        readings.append(NameReading(pieces[1], " - ".join(pieces[2:])))
    readings.append(NameReading(last, " - ".join(pieces[:-1])))
    return readings


def _artist_folders(path: PurePath) -> list[str]:
    """Return the names of the folders that may be the artist's: "Artist/Album/NN Title", "Artist - Album/NN Title"."""
    folders = [name for name in path.parent.parts[-3:] if not _DISC_FOLDER.match(name) and name.strip("/\\")]
    named = []
    for name in reversed(folders[-2:]):
        named.append(_SPACED_DASH.split(name)[0].replace("_", " "))
        named.append(name.replace("_", " "))
    return list(dict.fromkeys(named))

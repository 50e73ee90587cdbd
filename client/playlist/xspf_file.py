"""XSPF (https://xspf.org/spec): titles, creators, durations, and where the files are."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from client.errors import one_line
from client.playlist.draft import Remarks, Row, clean_duration
from client.playlist.errors import PlaylistFileError
from client.playlist.identity import spotify_uri
from client.playlist.m3u_file import file_of

_WEB_PAGE: Final = re.compile(r"\s*(?:<!DOCTYPE html|<html)\b", re.IGNORECASE)
_DECLARATION: Final = re.compile(r"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


def parse_xspf(text: str) -> ElementTree.Element:
    """Return the root of an XSPF playlist. Errors: PlaylistFileError."""
    if _WEB_PAGE.match(text):
        raise PlaylistFileError("this is a web page and no playlist; export the playlist again, signed in to that page")
    if _DECLARATION.search(text):
        # Entities can make a small file fill any memory, and no playlist needs them.
        raise PlaylistFileError("it declares XML entities, as no playlist does; choose another file")
    try:
        # Its declaration speaks of the bytes, which are text by now.
        root = ElementTree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))  # noqa: S314 -- without entities
    except (ElementTree.ParseError, ValueError) as error:
        raise PlaylistFileError(f"not XML ({one_line(str(error))}); export it again or mend the file there") from None
    if _tag(root) != "playlist":
        raise PlaylistFileError("this is XML, but no XSPF playlist; choose a CSV, M3U, XSPF or JSON file")
    return root


def xspf_name(root: ElementTree.Element) -> str:
    """Return the playlist's title, "" where there is none."""
    return _child(root, "title")


def xspf_rows(root: ElementTree.Element, folder: Path, remarks: Remarks) -> Iterator[Row]:
    """Yield the rows of a playlist that stands in `folder` (absolute)."""
    tracks = (element for element in root.iter() if _tag(element) == "track")
    for number, track in enumerate(tracks, start=1):
        place = f"track {number}"
        places = [text for key in ("identifier", "location") if (text := _child(track, key))]
        uri = next((found for text in places if (found := spotify_uri(text))), "")
        location = _child(track, "location")
        file = file_of(location, folder, place, remarks) if location and not spotify_uri(location) else None
        creator, duration = _child(track, "creator"), _child(track, "duration")
        is_number = duration.isascii() and duration.isdigit() and len(duration) < 12
        yield Row(
            place=place,
            title=_child(track, "title") or ("" if file is None else file.stem),
            artists=(creator,) if creator else (),
            album=_child(track, "album"),
            duration_ms=clean_duration(int(duration)) if is_number else None,
            uri=uri,
            file_hint=file,
        )


def _tag(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _child(element: ElementTree.Element, tag: str) -> str:
    return next(((child.text or "").strip() for child in element if _tag(child) == tag), "")

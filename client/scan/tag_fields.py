"""What the tags of one file say, whatever their format calls it."""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from mutagen.apev2 import APEv2
from mutagen.asf import ASFTags
from mutagen.flac import FLAC, Picture
from mutagen.flac import error as FLACError  # noqa: N812 - mutagen's own spelling
from mutagen.id3 import ID3
from mutagen.mp4 import MP4Cover, MP4Tags

MAX_TEXT: Final = 1000
#: The picture on the front, by ID3's numbers, which FLAC and ASF share.
FRONT_COVER: Final = 3

_ISRC: Final = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_BETWEEN_ISRCS: Final = re.compile(r"[;,/|\\\x00\n]")
_MP4_ISRC: Final = "----:com.apple.iTunes:ISRC"

#: Field: what ID3, MP4, Vorbis comments and APEv2 (neither knows upper case), and ASF call it.
_NAMES: Final[dict[str, tuple[str, str, tuple[str, ...], str]]] = {
    "title": ("TIT2", "©nam", ("title",), "Title"),
    "artist": ("TPE1", "©ART", ("artist",), "Author"),
    "album_artist": ("TPE2", "aART", ("albumartist", "album artist"), "WM/AlbumArtist"),
    "album": ("TALB", "©alb", ("album",), "WM/AlbumTitle"),
    "isrc": ("TSRC", _MP4_ISRC, ("isrc",), "WM/ISRC"),
}


@dataclass(frozen=True, slots=True)
class CoverImage:
    """A picture as it stands in a file; `mime_type` is what the file says of it, "" when it says nothing."""

    mime_type: str
    data: bytes


def text_fields(tags: Any) -> dict[str, str]:
    """Return title, artist, album_artist and album; several artists are joined by commas, what is not said is ""."""
    return {
        field: clean(", " if "artist" in field else " ", _values(tags, field)) for field in _NAMES if field != "isrc"
    }


def isrcs(tags: Any) -> tuple[str, ...]:
    """Return the ISRCs, normalised, each once; what is none is left out."""
    return normalised_isrcs(_values(tags, "isrc"))


def normalised_isrcs(values: Iterable[str]) -> tuple[str, ...]:
    """Return ISRCs in upper case and without hyphens; one value may hold several."""
    found: dict[str, None] = {}
    for value in values:
        for part in _BETWEEN_ISRCS.split(value):
            code = re.sub(r"[^A-Z0-9]", "", part.upper().strip().removeprefix("ISRC"))
            if _ISRC.fullmatch(code):
                found[code] = None
    return tuple(found)


def has_cover(audio: Any) -> bool:
    """Return whether there is a picture, without taking it apart."""
    tags = audio.tags
    match audio.tags:
        case ID3():
            return any(key.startswith("APIC") for key in tags)
        case MP4Tags():
            return bool(tags.get("covr"))
        case ASFTags():
            return "WM/Picture" in tags
        case APEv2():
            return any(key.lower().startswith("cover art") for key in tags)
        case _:
            keys = {"metadata_block_picture", "coverart"}
            return bool(getattr(audio, "pictures", ())) or any(key.lower() in keys for key in _keys(tags))


def cover_images(audio: Any) -> Iterator[tuple[int, CoverImage]]:
    """Yield the pictures with their kinds (`FRONT_COVER` is the one to show), in the file's order."""
    tags = audio.tags
    match audio.tags:
        case ID3():
            for frame in tags.getall("APIC"):
                yield int(frame.type), CoverImage(str(frame.mime), bytes(frame.data))
        case MP4Tags():
            for cover in tags.get("covr", ()):
                kind = "image/png" if cover.imageformat == MP4Cover.FORMAT_PNG else "image/jpeg"
                yield FRONT_COVER, CoverImage(kind, bytes(cover))
        case APEv2():
            for key, value in tags.items():
                if key.lower().startswith("cover art"):
                    # A file name comes first, up to a zero byte.
                    front = FRONT_COVER if "front" in key.lower() else 0
                    yield front, CoverImage("", bytes(value.value).partition(b"\0")[2])
        case ASFTags():
            for value in tags.get("WM/Picture", ()):
                yield from _asf_picture(bytes(value.value))
        case _:
            pictures = audio.pictures if isinstance(audio, FLAC) else _vorbis_pictures(tags)
            for picture in pictures:
                yield int(picture.type), CoverImage(str(picture.mime), bytes(picture.data))


def clean(between: str, values: Iterable[str]) -> str:
    """Return what a tag says as one line of valid text that is not endless."""
    parts = (value[: 2 * MAX_TEXT].encode(errors="replace").decode() for value in values)
    lines = (
        " ".join("".join(sign if sign.isprintable() else " " for sign in part).split())
        if not part.isprintable()
        else part.strip()
        for part in parts
    )
    return between.join(filter(None, lines))[:MAX_TEXT]


def _values(tags: Any, field: str) -> list[str]:
    id3, mp4, comments, asf = _NAMES[field]
    kind: object = tags
    match kind:
        case None:
            found: Any = ()
        case ID3():
            found = tags[id3].text if id3 in tags else ()
        case MP4Tags():
            found = tags.get(mp4, ())
        case ASFTags():
            found = tags.get(asf, ())
        case _:
            found = next((tags[name] for name in comments if name in tags), ())
    values = [found] if isinstance(found, str) else list(found)
    return [value.decode(errors="replace") if isinstance(value, bytes) else str(value) for value in values]


def _keys(tags: Any) -> list[str]:
    return [] if tags is None else list(tags.keys())


def _vorbis_pictures(tags: Any) -> Iterator[Picture]:
    for value in (tags or {}).get("metadata_block_picture", ()):
        try:
            yield Picture(base64.b64decode(value))  # type: ignore[no-untyped-call]
        except (FLACError, binascii.Error, ValueError):
            continue


def _asf_picture(data: bytes) -> Iterator[tuple[int, CoverImage]]:
    """Take WM/Picture apart: kind, length of the data, MIME type and description in UTF-16, each ended by zeros."""
    length = int.from_bytes(data[1:5], "little")
    mime, _, rest = data[5:].decode("utf-16-le", "replace").partition("\0")
    description = rest.partition("\0")[0]
    begin = 5 + 2 * (len(mime) + len(description) + 2)
    if 0 < length == len(data) - begin:
        yield data[0], CoverImage(mime, data[begin:])

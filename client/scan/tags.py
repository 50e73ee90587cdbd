"""Read one file: its tags and its length, or what is wrong with it. Nothing is ever written to a person's files."""

import contextlib
import math
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

import mutagen
from mutagen.mp3 import MPEGInfo

from client.bounded_stream import BoundedStream
from client.errors import one_line
from client.scan.local_file import LocalFile
from client.scan.outcome import ScannedFile, ScanProblem
from client.scan.tag_fields import FRONT_COVER, CoverImage, cover_images, has_cover, isrcs, text_fields

#: A tag is read into memory as a whole; one with a few large scans of a booklet has 20 MB.
MAX_TAG_BYTES: Final = 64 * 1024 * 1024
MAX_COVER_BYTES: Final = 10 * 1024 * 1024

_MAX_DURATION_MS: Final = 7 * 24 * 3600 * 1000
_ID3_HEADER_BYTES: Final = 10
_MPEG_SUFFIXES: Final = frozenset((".mp2", ".mp3"))
_NO_MUSIC: Final = "there is no music in it that can be read: copy the file again, or remove it"


def read_file(path: str) -> ScannedFile | ScanProblem | None:
    """Return what a file says of itself, or why nothing can be played of it. Never raises.

    None when it is gone, or is no file any more.
    """
    try:
        with _opened(path) as file:
            if file is None:
                return None
            status = os.fstat(file.fileno())
            if not status.st_size:
                return ScanProblem(Path(path), "the file is empty: copy it again, or remove it")
            return _read(LocalFile(Path(path), status.st_mtime_ns, status.st_size), file)
    except FileNotFoundError:
        return None
    except PermissionError:
        return ScanProblem(Path(path), "it may not be read: check its permissions")
    except OSError as error:
        reason = one_line(error.strerror or str(error))
        return ScanProblem(Path(path), f"it can't be read ({reason}): check the disk, or copy the file again")


def embedded_cover(path: Path, max_bytes: int = MAX_COVER_BYTES) -> CoverImage | None:
    """Return the picture on the front that a file holds, else its first one; None where none of `max_bytes` is."""
    with contextlib.suppress(OSError), _opened(str(path)) as file:
        if file is None or _tag_bytes(file) > MAX_TAG_BYTES:
            return None
        try:
            audio: Any = mutagen.File(BoundedStream(file, file.name))
            if audio is None:
                return None
            found = [(kind, image) for kind, image in cover_images(audio) if 0 < len(image.data) <= max_bytes]
        except Exception:  # noqa: BLE001 - as below
            return None
        front = (image for kind, image in found if kind == FRONT_COVER)
        return next(front, found[0][1] if found else None)
    return None


def _read(plain: LocalFile, file: IO[bytes]) -> ScannedFile | ScanProblem:
    if _tag_bytes(file) > MAX_TAG_BYTES:
        return ScannedFile(plain, f"its tag has more than {MAX_TAG_BYTES // 1024**2} MB: remove the pictures in it")
    try:
        audio: Any = mutagen.File(BoundedStream(file, file.name))
    except Exception as error:  # noqa: BLE001 - on damaged files mutagen raises whatever its parsers stumble over
        return _without_tags(plain, file, one_line(str(error), 100) or type(error).__name__)
    if audio is None:
        return ScanProblem(plain.path, _NO_MUSIC)
    try:
        described = LocalFile(
            plain.path,
            plain.mtime_ns,
            plain.size,
            **text_fields(audio.tags),
            isrcs=isrcs(audio.tags),
            duration_ms=_duration_ms(audio.info),
            has_cover=has_cover(audio),
        )
    except Exception as error:  # noqa: BLE001 - tags of the wrong type, in as many ways as there are programs
        return _without_tags(plain, file, type(error).__name__)
    return ScannedFile(described)


def _without_tags(plain: LocalFile, file: IO[bytes], reason: str) -> ScannedFile | ScanProblem:
    """Return what is left of a file whose tags are damaged: for an MP3 its length, if there is music in it at all."""
    duration_ms = None
    if plain.path.suffix.lower() in _MPEG_SUFFIXES:
        try:
            duration_ms = _duration_ms(MPEGInfo(file))
        except Exception:  # noqa: BLE001 - as above
            return ScanProblem(plain.path, _NO_MUSIC)
    problem = f"its tags can't be read ({reason}): it is known by its file name only; mend the tags or copy it again"
    return ScannedFile(LocalFile(plain.path, plain.mtime_ns, plain.size, duration_ms=duration_ms), problem)


@contextlib.contextmanager
def _opened(path: str) -> Iterator[IO[bytes] | None]:
    """Open a regular file, None for anything else; a pipe or a device that took its place never blocks."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    with open(path, "rb", opener=lambda name, _: os.open(name, flags)) as file:
        yield file if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None


def _tag_bytes(file: IO[bytes]) -> int:
    """Return the size that an ID3v2 tag claims to have, 0 without one."""
    header = file.read(_ID3_HEADER_BYTES)
    file.seek(0)
    if len(header) < _ID3_HEADER_BYTES or not header.startswith(b"ID3"):
        return 0
    return sum((byte & 0x7F) << shift for byte, shift in zip(header[6:], (21, 14, 7, 0), strict=True))


def _duration_ms(info: Any) -> int | None:
    """Return the length that the header gives; None where it can't be believed."""
    seconds = getattr(info, "length", None)
    if not isinstance(seconds, int | float) or getattr(info, "sketchy", False) or not math.isfinite(seconds):
        return None
    duration_ms = round(1000 * seconds)
    return duration_ms if 0 < duration_ms <= _MAX_DURATION_MS else None

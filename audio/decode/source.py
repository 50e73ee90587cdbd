"""The file that is to be decoded: what it holds, and whether it stays as it is."""

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from audio.decode.errors import DecodeError

_READ_BYTES: Final = 1 << 20
_HEAD_BYTES: Final = 64
_ID3_HEADER_BYTES: Final = 10

#: libVLC goes by the file's extension first. These first bytes (offset, bytes) say more; the name is VLC's demuxer.
_DEMUXERS: Final = (
    (0, b"OggS", "ogg"),
    (0, b"fLaC", "flac"),
    (0, b"RIFF", "wav"),
    (0, b"FORM", "aiff"),
    (0, b".snd", "au"),
    (0, b"caff", "caf"),
    (0, b"TTA1", "tta"),
    (0, b"MPCK", "mpc"),
    (0, b"MP+", "mpc"),
    (0, b"\x1a\x45\xdf\xa3", "mkv"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (4, b"ftyp", "mp4"),
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What changes when a file is written to or replaced."""

    size: int
    mtime_ns: int
    inode: int


def stamp_of(file: Path) -> Stamp | None:
    """Return what identifies this version of a file; None when it is gone."""
    with contextlib.suppress(OSError, ValueError):
        found = file.stat()
        return Stamp(found.st_size, found.st_mtime_ns, found.st_ino)
    return None


class ContentHash:
    """Hash a file piece by piece. Iterating gives the bytes read so far; afterwards `key` is there."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.key = ""

    def __iter__(self) -> Iterator[int]:
        """Read on. Errors: DecodeError when the file can't be read or is empty."""
        file, shown = self._file, os.fsencode(self._file).decode(errors="replace")
        digest = hashlib.blake2b(digest_size=16)
        try:
            mode = file.stat().st_mode
            if stat.S_ISDIR(mode):
                raise DecodeError(f"this is a folder, not a file: {shown}")
            if not stat.S_ISREG(mode):
                # Reading a pipe or a device may never end.
                raise DecodeError(f"this is not a file with music: {shown}")
            with file.open("rb") as stream:
                while block := stream.read(_READ_BYTES):
                    digest.update(block)
                    yield stream.tell()
                if stream.tell() == 0:
                    raise DecodeError(f"the file is empty: {shown}")
        except FileNotFoundError:
            raise DecodeError(f"the file does not exist: {shown}") from None
        except PermissionError:
            raise DecodeError(f"the file may not be read; check its permissions: {shown}") from None
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise DecodeError(f"the file can't be read ({why}): {shown}") from None
        self.key = digest.hexdigest()


def demuxer_of(file: Path) -> str | None:
    """Return VLC's name of the demuxer for what the file holds; None where its first bytes do not say."""
    try:
        with file.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
            if head.startswith(b"ID3") and len(head) >= _ID3_HEADER_BYTES:
                tag_bytes = sum(byte << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
                stream.seek(_ID3_HEADER_BYTES + tag_bytes)
                head = stream.read(_HEAD_BYTES)
                if not any(head[at:].startswith(magic) for at, magic, _ in _DEMUXERS):
                    return "mpga"
    except OSError:
        return None
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 in (0xE2, 0xE4):
        return "mpga"
    return next((name for at, magic, name in _DEMUXERS if head[at:].startswith(magic)), None)

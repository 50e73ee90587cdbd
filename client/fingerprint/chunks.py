"""Where the sound stands in files that are made of parts: RIFF and AIFF chunks, MP4 atoms, FLAC blocks."""

from collections.abc import Iterator
from typing import BinaryIO, Final

#: More parts than any real file has.
_MAX_PARTS: Final = 100_000


def riff_chunks(stream: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield (id, offset, bytes) of a WAV or AIFF file's chunks; one that is cut goes beyond `end`. Errors: OSError."""
    stream.seek(start)
    is_little = stream.read(4) in {b"RIFF", b"RF64"}
    at = start + 12
    for _ in range(_MAX_PARTS):
        stream.seek(at)
        head = stream.read(8)
        if len(head) < 8 or at + 8 > end:
            return
        size = int.from_bytes(head[4:], "little" if is_little else "big")
        yield head[:4], at + 8, size
        at += 8 + size + size % 2


def mp4_atoms(stream: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield (type, offset, bytes) of the atoms at the top of an MP4 file; errors as `riff_chunks`."""
    at = start
    for _ in range(_MAX_PARTS):
        stream.seek(at)
        head = stream.read(16)
        if len(head) < 8 or at + 8 > end:
            return
        size, header_bytes = int.from_bytes(head[:4]), 8
        if size == 1 and len(head) == 16:
            size, header_bytes = int.from_bytes(head[8:]), 16
        elif size == 0:
            size = end - at
        if size < header_bytes:
            return
        yield head[4:8], at + header_bytes, size - header_bytes
        at += size


def flac_audio_start(stream: BinaryIO, start: int, end: int) -> int:
    """Return where the frames of a FLAC file begin; its metadata blocks are over there. Errors: OSError."""
    at = start + 4
    for _ in range(_MAX_PARTS):
        stream.seek(at)
        head = stream.read(4)
        if len(head) < 4 or at >= end:
            break
        at += 4 + int.from_bytes(head[1:])
        if head[0] & 0x80:
            break
    return min(at, end)

"""Where the tags around the audio end and begin: ID3v2, APEv2, Lyrics3, ID3v1, several of them stacked."""

import os
from typing import BinaryIO, Final

_ID3_BYTES: Final = 10
_ID3V1_BYTES: Final = 128
_ID3V1_ENHANCED_BYTES: Final = 227
_APE_BYTES: Final = 32
_APE_MAX_BYTES: Final = 64 << 20
_LYRICS3V1_MAX_BYTES: Final = 5100 + 20
#: More tags than anybody stacks; a loop over foreign bytes has an end.
_MAX_TAGS: Final = 64


def audio_span(stream: BinaryIO) -> tuple[int, int]:
    """Return the offsets between which a file is no tag: start, end. Errors: OSError."""
    end = stream.seek(0, os.SEEK_END)
    start = 0
    for _ in range(_MAX_TAGS):
        size = _leading_tag(_read(stream, start, _APE_BYTES))
        if not size or start + size > end:
            break
        start += size
    for _ in range(_MAX_TAGS):
        size = _trailing_tag(stream, start, end)
        if not size or end - size < start:
            break
        end -= size
    return start, end


def _read(stream: BinaryIO, at: int, count: int) -> bytes:
    stream.seek(at)
    return stream.read(count)


def _leading_tag(head: bytes) -> int:
    """Return how many bytes of tag begin here; 0 for none."""
    if head.startswith(b"ID3") and len(head) >= _ID3_BYTES and head[3] < 0xFF and head[4] < 0xFF:
        footer = _ID3_BYTES if head[5] & 0x10 else 0
        return _ID3_BYTES + _id3_size(head[6:10]) + footer
    if head.startswith(b"APETAGEX") and len(head) == _APE_BYTES:
        return _APE_BYTES + int.from_bytes(head[12:16], "little")
    return 0


def _id3_size(size: bytes) -> int:
    """Return an ID3v2 tag's size: seven bits a byte, or plain where a writer knew no better."""
    if any(byte & 0x80 for byte in size):
        return int.from_bytes(size)
    return sum(byte << shift for byte, shift in zip(size, (21, 14, 7, 0), strict=True))


def _trailing_tag(stream: BinaryIO, start: int, end: int) -> int:
    """Return how many bytes of tag end here; 0 for none."""
    tail = _read(stream, max(start, end - _ID3V1_ENHANCED_BYTES - _ID3V1_BYTES), _ID3V1_ENHANCED_BYTES + _ID3V1_BYTES)
    tail = tail[: end - max(start, end - _ID3V1_ENHANCED_BYTES - _ID3V1_BYTES)]
    if tail[-_ID3V1_BYTES:].startswith(b"TAG") and len(tail) >= _ID3V1_BYTES:
        enhanced = tail.startswith(b"TAG+") and len(tail) == _ID3V1_ENHANCED_BYTES + _ID3V1_BYTES
        return len(tail) if enhanced else _ID3V1_BYTES
    footer = tail[-_APE_BYTES:]
    if footer.startswith(b"APETAGEX") and len(footer) == _APE_BYTES:
        size = int.from_bytes(footer[12:16], "little")
        has_header = footer[23] & 0x80
        return size + (_APE_BYTES if has_header else 0) if _APE_BYTES <= size <= _APE_MAX_BYTES else 0
    if tail[-_ID3_BYTES:].startswith(b"3DI"):
        return 2 * _ID3_BYTES + _id3_size(tail[-4:])
    if tail.endswith(b"LYRICS200") and tail[-15:-9].isdigit():
        return int(tail[-15:-9]) + 15
    if tail.endswith(b"LYRICSEND"):
        block_start = max(start, end - _LYRICS3V1_MAX_BYTES)
        block = _read(stream, block_start, end - block_start)
        at = block.rfind(b"LYRICSBEGIN")
        return 0 if at < 0 else len(block) - at
    return 0

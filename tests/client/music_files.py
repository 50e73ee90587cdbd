"""Small real music files: silent MPEG frames, with a header that says their length, and whatever tags are asked for."""

import struct
from collections.abc import Sequence
from pathlib import Path

from mutagen.id3 import APIC, ID3, TALB, TIT2, TPE1, TPE2, TSRC

#: MPEG 1 layer III, 32 kbit/s, 44.1 kHz, mono: 104 bytes for 1152 samples.
_HEADER = bytes.fromhex("fffb10c0")
_FRAME = _HEADER.ljust(104, b"\0")
_SAMPLES = 1152
_RATE = 44_100
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001f61738"
    "550000000049454e44ae426082"
)


def mp3_frames(duration_ms: int = 2000, frames: int = 12, filler: bytes = b"") -> bytes:
    """Return audio frames whose Xing header claims a length; `filler` makes their music another one."""
    claimed = round(duration_ms * _RATE / 1000 / _SAMPLES)
    xing = b"Xing" + struct.pack(">II", 1, claimed)
    first = (_HEADER + bytes(17) + xing).ljust(104, b"\0")
    body = (_HEADER + bytes(17) + filler).ljust(104, b"\0")[:104]
    return first + body + _FRAME * (frames - 1)


def id3_tags(
    title: str = "",
    artist: str | Sequence[str] = "",
    album: str = "",
    *,
    album_artist: str = "",
    isrc: str | Sequence[str] = "",
    cover: bytes = b"",
) -> ID3:
    tags = ID3()
    for frame, text in ((TIT2, title), (TPE1, artist), (TALB, album), (TPE2, album_artist), (TSRC, isrc)):
        if text:
            tags.add(frame(encoding=3, text=[text] if isinstance(text, str) else list(text)))
    if cover:
        tags.add(APIC(encoding=3, mime="image/png", type=3, desc="front", data=cover))
    return tags


def write_mp3(path: Path, title: str = "", artist: str | Sequence[str] = "", album: str = "", **more: object) -> Path:
    """Write a file; `duration_ms`, `frames` and `filler` go to `mp3_frames`, the rest to `id3_tags`."""
    sound = {name: more.pop(name) for name in ("duration_ms", "frames", "filler") if name in more}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(mp3_frames(**sound))  # type: ignore[arg-type]
    tags = id3_tags(title, artist, album, **more)  # type: ignore[arg-type]
    if tags:
        tags.save(path, padding=lambda _: 0)
    return path

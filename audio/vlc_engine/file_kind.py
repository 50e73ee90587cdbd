"""What libVLC makes of a kind of file: where it can begin, and how far its position is from what is heard."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from audio.decode.header import header_info

_MPEG1_FRAMES: Final = 1152
_MPEG2_FRAMES: Final = 576
_MPEG2_BELOW_HZ: Final = 32_000
_AAC_FRAMES: Final = 1024
_OPUS_FRAME_MS: Final = 20.0


@dataclass(frozen=True, slots=True)
class FileKind:
    """`frame_ms`: playing begins at a multiple of it (0: anywhere).

    `lead_ms`: how far libVLC's position is ahead of what is heard, after a start in the middle; `lead_at_start_ms`:
    after one from the very beginning.
    """

    name: str
    frame_ms: float
    lead_ms: float
    lead_at_start_ms: float


# Measured from captures, with the avformat demuxer, on a PulseAudio null sink, against the music as the decoder process
# gives it (which trims encoder delays or not: that is part of the figures, and the same for every tag of an MP3).
_MP3: Final = FileKind("MP3", 0.0, 19.0, -7.5)
_FLAC: Final = FileKind("FLAC", 0.0, -7.0, -5.0)
_AAC: Final = FileKind("AAC", 0.0, 16.5, -8.0)
# From the very beginning it is -5 or 24 ms, and nothing tells which: the middle is wrong by less than the threshold.
_VORBIS: Final = FileKind("Ogg Vorbis", 0.0, 22.5, 9.5)
_OPUS: Final = FileKind("Opus", _OPUS_FRAME_MS, 86.0, 65.5)
_PLAIN: Final = FileKind("uncompressed", 0.0, -8.0, -5.0)


def file_kind(file: Path) -> FileKind:
    """Read what a file is from its header; one that can't be read is taken for the commonest."""
    info = header_info(file)
    name, rate = type(info).__module__.removeprefix("mutagen."), int(getattr(info, "sample_rate", 0) or 44_100)
    match name:
        case "mp3":
            kind, frames = _MP3, _MPEG2_FRAMES if rate < _MPEG2_BELOW_HZ else _MPEG1_FRAMES
        case "flac":
            kind, frames = _FLAC, int(info.max_blocksize)
        case "mp4":
            kind, frames = _AAC, _AAC_FRAMES
        case "oggvorbis":
            return _VORBIS
        case "oggopus":
            return _OPUS
        case "wave" | "aiff":
            return _PLAIN
        case _:
            kind, frames = _MP3, 0
    return replace(kind, frame_ms=frames * 1000 / rate)

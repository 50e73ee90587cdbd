"""What mutagen reads of a file's header, errors of any kind left out."""

import struct
from pathlib import Path
from typing import Any

import mutagen

from audio.decode.source import demuxer_of


def header_info(file: Path) -> Any:
    """Return mutagen's `info` of a music file; None where there is none, or none that can be read."""
    try:
        # Opening a pipe may never end; nor does mutagen with Musepack whose packets say that they are empty.
        if not file.is_file() or demuxer_of(file) == "mpc":
            return None
        return getattr(mutagen.File(file), "info", None)
    except (mutagen.MutagenError, OSError, ValueError, ArithmeticError, LookupError, struct.error, MemoryError):
        # Odd tags are no reason to refuse music that libVLC can decode.
        return None


def promised_s(file: Path) -> float | None:
    """Return the length that the file's own header promises (Xing, Info, FLAC, MP4 ...); None where it does not."""
    return float(getattr(header_info(file), "length", 0.0) or 0.0) or None

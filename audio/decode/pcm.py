"""Decoded music: a WAV file of 16-bit stereo that is mapped into memory."""

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

from audio.decode.pcm_file import BYTES_PER_FRAME, PcmFile

CHANNELS = 2
WAV_HEADER_BYTES = 44

Pcm = npt.NDArray[np.int16]
"""Samples of shape (frames, 2)."""


def open_pcm(file: PcmFile) -> Pcm:
    """Map decoded music into memory, read-only, shape (frames, 2). Errors: OSError or ValueError."""
    return np.memmap(file.path, dtype="<i2", mode="r", offset=file.offset_bytes, shape=(file.frames, CHANNELS))


def probe_wav(path: Path) -> PcmFile:
    """Read the header of a 16-bit stereo WAV file. Errors: ValueError when it is anything else."""
    try:
        with wave.open(str(path), "rb") as reader:
            if reader.getnchannels() != CHANNELS or reader.getsampwidth() != 2:
                raise ValueError(f"{path.name} is not 16-bit stereo")
            rate, declared = reader.getframerate(), reader.getnframes()
    except (wave.Error, EOFError) as error:
        raise ValueError(f"{path.name} is not a WAV file: {error}") from None
    present = (path.stat().st_size - WAV_HEADER_BYTES) // BYTES_PER_FRAME
    return PcmFile(path=str(path), offset_bytes=WAV_HEADER_BYTES, frames=max(0, min(declared, present)), rate=rate)

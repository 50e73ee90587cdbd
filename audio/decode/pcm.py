"""Decoded music as samples: 16-bit stereo, mapped into memory."""

import numpy as np
import numpy.typing as npt

from audio.decode.pcm_file import CHANNELS, PcmFile

Pcm = npt.NDArray[np.int16]
"""Samples of shape (frames, 2)."""


def open_pcm(file: PcmFile) -> Pcm:
    """Map decoded music into memory, read-only, shape (frames, 2). Errors: OSError or ValueError."""
    return np.memmap(file.path, dtype="<i2", mode="r", offset=file.offset_bytes, shape=(file.frames, CHANNELS))

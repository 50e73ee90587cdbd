"""Another rate, as a stream: soxr over blocks of 16-bit stereo. Loaded only where a file's rate is not the output's."""

import numpy as np
import soxr

from audio.decode.pcm_file import CHANNELS


class StreamResampler:
    """Blocks at `from_rate` Hz in, blocks at `to_rate` Hz out; soxr's high quality, its delay taken out."""

    def __init__(self, from_rate: int, to_rate: int) -> None:
        self._stream = soxr.ResampleStream(from_rate, to_rate, CHANNELS, dtype="int16", quality="HQ")

    def push(self, block: bytes, *, last: bool = False) -> bytes:
        """Return what can be said by now, with `last` all the rest."""
        samples = np.frombuffer(block, dtype="<i2").reshape(-1, CHANNELS)
        resampled: bytes = self._stream.resample_chunk(samples, last=last).astype("<i2").tobytes()
        return resampled

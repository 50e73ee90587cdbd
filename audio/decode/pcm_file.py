"""Where decoded music lies. Without numpy: the app process only passes this on, and starts the faster for it."""

from dataclasses import dataclass
from typing import Final

CHANNELS: Final = 2
#: Of 16 bits each.
BYTES_PER_FRAME: Final = 2 * CHANNELS


@dataclass(frozen=True, slots=True)
class PcmFile:
    """`frames` of 16-bit stereo at `rate` Hz in the file `path` from `offset_bytes` on.

    While a file is still being decoded it is not `complete`, and `frames` is how many there are so far.
    """

    path: str
    offset_bytes: int
    frames: int
    rate: int
    complete: bool = True

    @property
    def duration_ms(self) -> float:
        """Return the length in ms, exact to the sample."""
        return self.frames * 1000 / self.rate

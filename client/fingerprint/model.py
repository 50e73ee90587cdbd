"""A fingerprint: equal when two files hold the same audio frames."""

from dataclasses import dataclass
from enum import StrEnum


class RateMode(StrEnum):
    """How an encoder spent its bits."""

    CBR = "cbr"
    VBR = "vbr"
    ABR = "abr"
    LOSSLESS = "lossless"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The music in a file, its tags left out.

    `audio_hash` is 32 hexadecimal digits: the first 16 bytes of the SHA-256 of the audio frames, and of what is cut off
    them: the same frames with another encoder delay are heard at another place. Xing's header frame is no part of it.
    `samples` is the decoded length in samples of one channel at `sample_rate` Hz, encoder delay and padding taken off
    where the file says them. `encoder` is as the file names it, "" where it doesn't.
    """

    audio_hash: str
    samples: int
    sample_rate: int
    encoder: str
    rate_mode: RateMode

    @property
    def duration_ms(self) -> float:
        """Return the decoded length."""
        return 1000 * self.samples / self.sample_rate

"""Whether two files let two listeners hear the same: by what the wire carries of their fingerprints."""

from enum import StrEnum
from typing import Final, Protocol

#: Another encode of one master comes out sample for sample (LAME, FLAC), or off by less than one sample where the rate
#: was changed: far below 1 ms. The least that displaces music is a decoder's delay of 529 samples, 12 ms at 44.1 kHz;
#: two masters end seconds apart. 1 ms is also what lockstep promises.
SAME_LENGTH_MS: Final = 1


class Heard(Protocol):
    """The part of a fingerprint that travels; a `Fingerprint` is one."""

    @property
    def audio_hash(self) -> str:
        """Return the hash of the audio frames."""

    @property
    def samples(self) -> int:
        """Return the decoded length in samples of one channel."""

    @property
    def sample_rate(self) -> int:
        """Return samples a second."""


class Comparison(StrEnum):
    """What two files have in common."""

    #: The same audio frames: the two are heard alike to the sample.
    IDENTICAL = "identical"
    #: Other bits, as long to the millisecond. Lockstep plays by position, so this is another encode of one master.
    SAME_LENGTH = "same_length"
    #: Another master, or another cut: positions in the two do not name the same moment of the music.
    DIFFERENT = "different"


def compare(one: Heard, other: Heard) -> Comparison:
    """Return what two fingerprints have in common; lengths are compared in time, so that rates may differ."""
    if one.audio_hash == other.audio_hash:
        return Comparison.IDENTICAL
    if one.sample_rate <= 0 or other.sample_rate <= 0:
        return Comparison.DIFFERENT
    difference = abs(one.samples * other.sample_rate - other.samples * one.sample_rate)
    near = 1000 * difference <= SAME_LENGTH_MS * one.sample_rate * other.sample_rate
    return Comparison.SAME_LENGTH if near else Comparison.DIFFERENT

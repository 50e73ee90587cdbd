"""The frame without sound that an MP3 encoder puts first: Xing's header with LAME's extension.

https://gabriel.mp3-tech.org/mp3infotag.html says what stands where. It is no audio and no part of the hash: other
programs repair and rewrite it. What it cuts off the music counts, though.
"""

from dataclasses import dataclass
from typing import Final

from client.fingerprint.model import RateMode
from client.fingerprint.mpeg_header import FrameHeader

#: How much later than its input a layer III decoder's output is.
DECODER_DELAY: Final = 529

_FRAMES, _BYTES, _TOC, _QUALITY = 1, 2, 4, 8
_EXTENSION_BYTES: Final = 24
_METHODS: Final = {
    1: RateMode.CBR,
    2: RateMode.ABR,
    3: RateMode.VBR,
    4: RateMode.VBR,
    5: RateMode.VBR,
    6: RateMode.VBR,
    8: RateMode.CBR,
    9: RateMode.ABR,
}


@dataclass(frozen=True, slots=True)
class XingHeader:
    """What it says. `frames` is how many frames with sound follow, None when it doesn't say.

    `start_samples` and `end_samples` are to be cut off what was decoded, as mpg123 does it, which libVLC uses.
    """

    frames: int | None
    start_samples: int
    end_samples: int
    encoder: str
    rate_mode: RateMode


def read_xing(frame: bytes, header: FrameHeader) -> XingHeader | None:
    """Return what a stream's first frame says in Xing's way; None when it is a frame with sound."""
    if header.layer != 3:
        return None
    # With a CRC there are two bytes more, which some encoders count and some don't.
    for at in (header.tag_offset, header.tag_offset + 2):
        magic = frame[at : at + 4]
        if magic in {b"Xing", b"Info"} and len(frame) >= at + 8:
            return _read(frame, at, is_vbr=magic == b"Xing")
    return None


def _read(frame: bytes, at: int, *, is_vbr: bool) -> XingHeader:
    flags = int.from_bytes(frame[at + 4 : at + 8])
    at += 8
    frames = None
    if flags & _FRAMES and len(frame) >= at + 4:
        frames = int.from_bytes(frame[at : at + 4]) or None
    at += 4 * bool(flags & _FRAMES) + 4 * bool(flags & _BYTES) + 100 * bool(flags & _TOC) + 4 * bool(flags & _QUALITY)
    extension = frame[at : at + _EXTENSION_BYTES]
    guess = RateMode.VBR if is_vbr else RateMode.CBR
    if len(extension) < _EXTENSION_BYTES or not extension[0]:
        # Without a count of frames a decoder doesn't know where the end is, and cuts nothing.
        return XingHeader(frames, DECODER_DELAY if frames else 0, 0, "", guess)
    delay = extension[21] << 4 | extension[22] >> 4
    padding = (extension[22] & 15) << 8 | extension[23]
    name = extension[:9].split(b"\0")[0].decode("ascii", "replace")
    encoder = "".join(letter if letter.isprintable() and letter != "\ufffd" else " " for letter in name).strip()
    return XingHeader(
        frames=frames,
        start_samples=delay + DECODER_DELAY if frames else 0,
        end_samples=max(0, padding - DECODER_DELAY) if frames else 0,
        encoder=encoder,
        rate_mode=_METHODS.get(extension[9] & 15, guess),
    )

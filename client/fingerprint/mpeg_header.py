"""The four bytes that begin every MPEG audio frame (ISO 11172-3 and 13818-3; MPEG-2.5 is Fraunhofer's own)."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

HEADER_BYTES: Final = 4

#: Version, layer and sample rate: the same in every frame of a stream.
_STREAM_MASK: Final = 0xFFFE0C00
#: What is read of a header: sync to padding without the CRC bit, and whether it is mono. The rest would only fill the
#: cache of `_parse`.
_READ_MASK: Final = 0xFFFEFEC0

#: kbit/s by index, for MPEG-1 layer I, II, III, and for MPEG-2 and 2.5 layer I, II and III.
_BIT_RATES: Final = {
    (True, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
#: Hz by the version's two bits: MPEG-2.5, reserved, MPEG-2, MPEG-1.
_SAMPLE_RATES: Final = ((11_025, 12_000, 8_000), (), (22_050, 24_000, 16_000), (44_100, 48_000, 32_000))


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """What a frame's header says. `frame_bytes` is 0 in free format: the frame ends where the next one begins.

    `stream` is the same number in all frames of a stream; `tag_offset` is where Xing's header would stand.
    """

    stream: int
    layer: int
    sample_rate: int
    samples: int
    bit_rate_kbps: int
    frame_bytes: int
    padding_bytes: int
    tag_offset: int


def read_header(data: bytes | bytearray, at: int = 0) -> FrameHeader | None:
    """Return the frame header at an offset; None when there is none."""
    if len(data) < at + HEADER_BYTES or data[at] != 0xFF or data[at + 1] < 0xE2:
        return None
    return _parse(int.from_bytes(data[at : at + HEADER_BYTES]) & _READ_MASK)


@lru_cache(maxsize=4096)
def _parse(word: int) -> FrameHeader | None:
    version, layer = word >> 19 & 3, 4 - (word >> 17 & 3)
    bit_rate_index, rate_index = word >> 12 & 15, word >> 10 & 3
    if word >> 21 != 0x7FF or version == 1 or layer == 4 or bit_rate_index == 15 or rate_index == 3:
        return None
    mpeg1, mono = version == 3, word >> 6 & 3 == 3
    padding, rate = word >> 9 & 1, _SAMPLE_RATES[version][rate_index]
    kbps = _BIT_RATES[mpeg1, layer][bit_rate_index]
    samples = 384 if layer == 1 else 1152 if layer == 2 or mpeg1 else 576
    slot = 4 if layer == 1 else 1
    frame_bytes = (samples // 8 // slot * kbps * 1000 // rate + padding) * slot if kbps else 0
    side_bytes = (17 if mono else 32) if mpeg1 else (9 if mono else 17)
    return FrameHeader(
        word & _STREAM_MASK, layer, rate, samples, kbps, frame_bytes, padding * slot, HEADER_BYTES + side_bytes
    )

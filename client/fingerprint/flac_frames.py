"""Where the last frame of a FLAC file ends (RFC 9639, section 9), to see whether all of it is there. Pure."""

import re
from typing import Final

#: Sync, reserved 0, blocking strategy.
_SYNC: Final = re.compile(rb"\xff[\xf8\xf9]")
_BLOCK_SAMPLES: Final = (0, 192, 576, 1152, 2304, 4608, 0, 0, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768)
_MAX_HEADER_BYTES: Final = 16


def last_sample(tail: bytes, usual_block_samples: int, promised: int) -> int | None:
    """Return which sample the frames that begin in `tail` end at, counted from the start; None without a frame.

    `usual_block_samples`: in a stream of equal blocks, frames are counted instead of samples. `promised` is the length
    that the file gives, 0 for none. What looks like a header in the midst of a frame leads nowhere: no header is
    believed that is beyond the promise or, without one, does not begin where another frame ends.
    """
    spans = []
    for match in _SYNC.finditer(tail):
        span = _frame_span(tail[match.start() : match.start() + _MAX_HEADER_BYTES], usual_block_samples)
        if span is not None:
            spans.append(span)
    if promised:
        return max((end for _, end in spans if end <= promised), default=None)
    ends = {end for _, end in spans}
    return max((end for first, end in spans if first in ends or first == 0), default=None)


def _frame_span(head: bytes, usual_block_samples: int) -> tuple[int, int] | None:
    if len(head) < 6 or head[3] & 1:
        return None
    number, at = _coded_number(head, 4)
    code, rate_code = head[2] >> 4, head[2] & 15
    if number is None or code == 0 or rate_code == 15:
        return None
    samples = _BLOCK_SAMPLES[code]
    if code in {6, 7}:
        samples = int.from_bytes(head[at : at + code - 5]) + 1
        at += code - 5
    at += {12: 1, 13: 2, 14: 2}.get(rate_code, 0)
    if len(head) <= at or _crc8(head[:at]) != head[at]:
        return None
    first = number if head[1] & 1 else number * usual_block_samples
    return first, first + samples


def _coded_number(head: bytes, at: int) -> tuple[int | None, int]:
    """Return a number in UTF-8's way, up to 36 bits, and where it ends."""
    lead = head[at]
    if lead < 0x80:
        return lead, at + 1
    ones = 8 - (lead ^ 0xFF).bit_length()
    rest = head[at + 1 : at + ones]
    if not 2 <= ones <= 7 or len(rest) < ones - 1 or any(byte & 0xC0 != 0x80 for byte in rest):
        return None, at
    number = lead & (0x7F >> ones)
    for byte in rest:
        number = number << 6 | byte & 0x3F
    return number, at + ones


def _crc8(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x07) & 0xFF if crc & 0x80 else crc << 1
    return crc

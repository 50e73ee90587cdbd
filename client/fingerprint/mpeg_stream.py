"""An MPEG audio stream, frame by frame, as it is read: how much music it holds, and its hash. Pure.

A frame counts when another one follows it or the file ends there, as in libVLC's packetizer; one that is followed by
junk counts only if no frame comes any more.
"""

import re
from enum import Enum
from typing import TYPE_CHECKING, Final

from client.fingerprint.mpeg_header import HEADER_BYTES, FrameHeader, read_header
from client.fingerprint.xing import XingHeader, read_xing

if TYPE_CHECKING:
    from hashlib import _Hash

#: Music that doesn't begin within so much junk is no MPEG audio.
MAX_LEADING_JUNK_BYTES: Final = 1 << 20
#: What comes after so much junk is another file, glued on.
_MAX_JUNK_BYTES: Final = 4 << 20
#: Free format goes up to 640 kbit/s. Its frames are found by searching, which junk could make endless.
_MAX_FREE_FRAME_BYTES: Final = 1 << 14
_MAX_FREE_SEARCHES: Final = 64
_SYNC: Final = re.compile(rb"\xff[\xe2-\xff]")


class _Look(Enum):
    FRAME = 1
    #: In its place, but what follows is no frame.
    LAST = 2
    NONE = 3
    #: More bytes are needed to tell.
    WAIT = 4


class MpegStream:
    """Push blocks with `feed`, then call `finish`; `frames`, `xing` and the rest are true from then on.

    `digest` gets the bytes of all frames with sound, in order.
    """

    def __init__(self, digest: "_Hash") -> None:
        self.header: FrameHeader | None = None
        self.xing: XingHeader | None = None
        self.frames = 0
        self.is_constant_rate = True
        self._digest = digest
        self._data = bytearray()
        self._in_sync = False
        self._free_bytes = 0
        self._free_searches = 0
        self._skipped = 0
        self._last: tuple[FrameHeader, bytes] | None = None
        self._bit_rate_kbps: int | None = None

    @property
    def is_hopeless(self) -> bool:
        """Return whether this is no MPEG audio, so that reading on is a waste."""
        return self.header is None and self._skipped > MAX_LEADING_JUNK_BYTES

    def feed(self, block: bytes) -> None:
        """Take the next bytes of the file."""
        if self._skipped <= _MAX_JUNK_BYTES:
            self._data += block
            self._advance(at_end=False)

    def finish(self) -> None:
        """Say that the file ends here."""
        self._advance(at_end=True)
        if self._last is not None:
            header, frame = self._last
            self._count(header)
            self._digest.update(frame)
            self._last = None

    def _advance(self, *, at_end: bool) -> None:
        at = run = 0
        known: FrameHeader | None = None
        while True:
            look, header, following, size = self._look(at, known, at_end=at_end)
            known = following
            if look is _Look.WAIT:
                break
            if header is None:
                self._hash(run, at)
                self._in_sync = False
                found = _SYNC.search(self._data, at + 1)
                # The last byte may be the first half of a sync.
                next_at = found.start() if found else max(at + 1, len(self._data) - 1)
                self._skipped += next_at - at
                at = run = next_at
                if found is None:
                    break
            elif look is _Look.LAST:
                self._hash(run, at)
                run = at + size
                self._last = header, bytes(self._data[at:run])
                self._in_sync = False
                at = run
            elif self._is_info(header, at, size):
                self._hash(run, at)
                at = run = at + size
            else:
                self._count(header)
                at += size
        self._hash(run, at)
        del self._data[:at]

    def _look(
        self, at: int, header: FrameHeader | None, *, at_end: bool
    ) -> tuple[_Look, FrameHeader | None, FrameHeader | None, int]:
        """Return what stands at an offset, and if that is a frame: its header, the following one's, its size in bytes.

        `header` is the one there, where it was read already.
        """
        data = self._data
        header = header or read_header(data, at)
        if header is None or (self.header is not None and header.stream != self.header.stream):
            too_short = len(data) - at < HEADER_BYTES and not at_end
            return (_Look.WAIT if too_short else _Look.NONE), None, None, 0
        size = header.frame_bytes or self._free_frame_bytes(header, at)
        left = len(data) - at - size
        if size <= 0 or left < 0:
            wait = not at_end and (left < 0 or len(data) - at < _MAX_FREE_FRAME_BYTES)
            return (_Look.WAIT if wait else _Look.NONE), None, None, 0
        following = read_header(data, at + size)
        if following is not None and following.stream == header.stream:
            return _Look.FRAME, header, following, size
        if left < HEADER_BYTES and not at_end:
            return _Look.WAIT, None, None, 0
        if left == 0:
            return _Look.FRAME, header, None, size
        return (_Look.LAST, header, None, size) if self._in_sync else (_Look.NONE, None, None, 0)

    def _free_frame_bytes(self, header: FrameHeader, at: int) -> int:
        """Return the size of a frame in free format, learned from the first two; 0 if it can't be told (yet)."""
        if self._free_bytes:
            return self._free_bytes + header.padding_bytes
        self._free_searches += 1
        if self._free_searches > _MAX_FREE_SEARCHES:
            return 0
        for found in _SYNC.finditer(self._data, at + header.tag_offset, at + _MAX_FREE_FRAME_BYTES):
            following = read_header(self._data, found.start())
            if following is None or following.stream != header.stream or following.bit_rate_kbps:
                continue
            size = found.start() - at
            unpadded = size - header.padding_bytes
            third = read_header(self._data, found.start() + unpadded + following.padding_bytes)
            if third is not None and third.stream == header.stream and not third.bit_rate_kbps:
                self._free_bytes = unpadded
                return size
        return 0

    def _is_info(self, header: FrameHeader, at: int, size: int) -> bool:
        """Return whether a frame is the stream's first and holds no sound."""
        if self.header is not None:
            return False
        self.header = header
        self._in_sync = True
        self.xing = read_xing(bytes(self._data[at : at + size]), header)
        return self.xing is not None

    def _count(self, header: FrameHeader) -> None:
        self._in_sync = True
        self._last = None
        self.frames += 1
        if self._bit_rate_kbps is None:
            self._bit_rate_kbps = header.bit_rate_kbps
        elif header.bit_rate_kbps != self._bit_rate_kbps:
            self.is_constant_rate = False

    def _hash(self, start: int, end: int) -> None:
        if start < end:
            with memoryview(self._data) as view, view[start:end] as part:
                self._digest.update(part)

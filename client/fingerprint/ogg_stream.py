"""An Ogg file's first stream: its packets without the comments, and its last granule position (RFC 3533). Pure."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from hashlib import _Hash

_PAGE_HEADER_BYTES: Final = 27
_NO_GRANULE: Final = (1 << 64) - 1
_IDENTIFICATION_BYTES: Final = 64
#: Vorbis and Opus say what their comments are; Ogg FLAC's frames begin with the sync of FLAC, its metadata does not.
_COMMENTS: Final = (b"\x03vorbis", b"OpusTags", b"Speex comment")
_LAST_HEADER_PACKET: Final = 2


class OggStream:
    """Push blocks with `feed`; then `sample_rate` and `samples` are those of the stream, None where it is unknown.

    Another program that writes tags may cut the head into other pages, so what is hashed is packets. Pages of other
    streams, and all after junk between pages, are left out. `is_cut` tells whether the file ends inside a page.
    """

    def __init__(self, digest: "_Hash") -> None:
        self._digest = digest
        self._data = bytearray()
        self._serial: bytes | None = None
        self._identification = b""
        self._granule = 0
        self._packets = 0
        self._in_packet = self._is_hashed = self._is_broken = False

    @property
    def is_cut(self) -> bool:
        """Return whether a page has begun whose end is missing."""
        return self._data.startswith(b"OggS") and not self._is_broken

    @property
    def sample_rate(self) -> int | None:
        """Return the samples a second; Opus is always decoded at 48 kHz."""
        head = self._identification
        if head.startswith(b"OpusHead"):
            return 48_000
        if head.startswith(b"\x01vorbis") and len(head) >= 16:
            return int.from_bytes(head[12:16], "little") or None
        if head.startswith(b"\x7fFLAC") and len(head) >= 30:
            return int.from_bytes(head[27:30]) >> 4 or None
        return None

    @property
    def samples(self) -> int:
        """Return the decoded length: Vorbis, Opus and FLAC count samples in granules, Opus its warming up, too."""
        head = self._identification
        pre_skip = int.from_bytes(head[10:12], "little") if head.startswith(b"OpusHead") else 0
        return max(0, self._granule - pre_skip)

    def feed(self, block: bytes) -> None:
        """Take the next bytes of the file."""
        if self._is_broken:
            return
        self._data += block
        at = 0
        while len(self._data) - at >= _PAGE_HEADER_BYTES:
            if self._data[at : at + 4] != b"OggS":
                self._is_broken = True
                break
            body = at + _PAGE_HEADER_BYTES + self._data[at + 26]
            lacing = bytes(self._data[at + _PAGE_HEADER_BYTES : body])
            page_end = body + sum(lacing)
            if len(self._data) < page_end:
                break
            self._take_page(bytes(self._data[at:page_end]), lacing, body - at)
            at = page_end
        del self._data[:at]

    def _take_page(self, page: bytes, lacing: bytes, body: int) -> None:
        serial = page[14:18]
        self._serial = self._serial or serial
        if serial != self._serial:
            return
        granule = int.from_bytes(page[6:14], "little")
        if granule != _NO_GRANULE:
            self._granule = granule
        start = end = body
        for length in lacing:
            end += length
            if length < 255:
                self._take_piece(page[start:end], ends=True)
                start = end
        if start < end:
            self._take_piece(page[start:end], ends=False)

    def _take_piece(self, piece: bytes, *, ends: bool) -> None:
        if not self._in_packet:
            self._is_hashed = self._holds_sound(piece)
        if self._is_hashed:
            self._digest.update(piece)
        self._in_packet = not ends
        self._packets += ends

    def _holds_sound(self, piece: bytes) -> bool:
        if self._packets == 0:
            self._identification = piece[:_IDENTIFICATION_BYTES]
            return not piece.startswith(b"\x7fFLAC")
        if self._identification.startswith(b"\x7fFLAC"):
            return piece.startswith(b"\xff")
        return self._packets > _LAST_HEADER_PACKET or not piece.startswith(_COMMENTS)

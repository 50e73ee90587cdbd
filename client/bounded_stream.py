"""A file for mutagen, whose parsers damaged sizes can send back to where they came from, for ever."""

from typing import IO, Final

#: Tags of any real file are read in a few thousand pieces.
_MAX_READS: Final = 200_000


class BoundedStream:
    """Read a file as often as it takes; ValueError from `read` when that leads in circles.

    It has no name, by which mutagen would guess the format, unless it is given one.
    """

    def __init__(self, stream: IO[bytes], name: str | None = None) -> None:
        self._stream = stream
        self._left = _MAX_READS
        self.seek, self.tell = stream.seek, stream.tell
        if name is not None:
            self.name = name

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, all that are left by default."""
        self._left -= 1
        if self._left < 0:
            raise ValueError("damaged sizes lead in circles")
        return self._stream.read(size)

"""The bytes of a playlist file, and the text in them, whatever wrote it."""

import codecs
import stat
from pathlib import Path
from typing import Final

from client.errors import one_line
from client.playlist.errors import PlaylistFileError

#: A hundred thousand rows of Exportify take about 30 MB.
MAX_FILE_BYTES: Final = 64 << 20
#: Text has tabs and line ends and none of the other control characters worth mentioning.
_MAX_CONTROL_SHARE: Final = 0.02
_SAMPLE: Final = 64 << 10
#: Ten lines a row, as a tidy XSPF has them; a file of line ends alone would fill the memory.
_MAX_LINES: Final = 1_000_000

_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def read_source(path: Path) -> bytes:
    """Return what a file holds. Errors: PlaylistFileError when it can't be read, is empty, or is too large."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise PlaylistFileError("this is a folder; name the playlist file in it")
        if not stat.S_ISREG(mode):
            raise PlaylistFileError("this is not a file; name a playlist file")
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise PlaylistFileError("there is no such file; check the name") from None
    except PermissionError:
        raise PlaylistFileError("this file may not be read; check its permissions") from None
    except (OSError, ValueError) as error:
        raise PlaylistFileError(f"can't be read ({one_line(str(error))})") from None
    if len(data) > MAX_FILE_BYTES:
        raise PlaylistFileError(f"larger than {MAX_FILE_BYTES >> 20} MB; this is no playlist")
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xfe\xff"):
        raise PlaylistFileError("the file is empty; export the playlist again")
    return data


def decode(data: bytes) -> tuple[str, str]:
    """Return the text and its encoding: by its mark, else UTF-8, else UTF-16 by its zeros, else Windows-1252.

    Errors: PlaylistFileError when it is no text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _checked(data[len(mark) :].decode(encoding, "replace")), encoding
    if b"\0" in data[:_SAMPLE]:
        sample = data[: min(len(data), _SAMPLE) & ~1]
        odd, even = sample[1::2].count(0), sample[::2].count(0)
        if max(odd, even) > len(sample) // 8 and min(odd, even) <= max(odd, even) // 8:
            encoding = "utf-16-le" if odd > even else "utf-16-be"
            return _checked(data.decode(encoding, "replace")), encoding
    try:
        return _checked(data.decode("utf-8")), "utf-8"
    except UnicodeDecodeError:
        return _checked(data.decode("cp1252", "replace")), "cp1252"


def _checked(text: str) -> str:
    sample = text[:_SAMPLE]
    odd = sum(character < " " and character not in "\t\r\n\f\x1a" for character in sample)
    if odd > _MAX_CONTROL_SHARE * len(sample) + 8 or sample.count("\ufffd") > len(sample) // 10 + 8:
        raise PlaylistFileError("this is no text, and so no playlist; choose a CSV, M3U, XSPF or JSON file")
    if text.count("\n") + text.count("\r") > 2 * _MAX_LINES:
        raise PlaylistFileError(f"it has more than {_MAX_LINES:,} lines, as no playlist has; choose another file")
    return text

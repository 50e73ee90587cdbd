"""Text that was once decoded by the wrong table, set right where that can be told."""

from typing import Final

#: Tables that old taggers wrote while promising Latin-1, in the order in which they are tried.
_LEGACY: Final = ("cp1251", "cp932", "cp949")
_MIN_SHARE: Final = 0.6


def repaired(text: str) -> str | None:
    """Return what the text was before its UTF-8, Cyrillic, Japanese or Korean bytes were read as Latin-1, else None.

    A guess: worth comparing, never worth showing.
    """
    if text.isascii():
        return None
    data = _bytes_of(text)
    if data is None:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    words = [character for character in text if not character.isspace()]
    if sum(ord(character) > 0x7F for character in words) < _MIN_SHARE * len(words):
        return None
    for table in _LEGACY:
        try:
            decoded = data.decode(table)
        except UnicodeDecodeError:
            continue
        if all(character.isalnum() or character in " -–—.,!?'\"()&:/ー・" for character in decoded):
            return decoded
    return None


def _bytes_of(text: str) -> bytes | None:
    """Return the bytes of a text of Latin-1 or Windows-1252, whichever it was read by."""
    data = bytearray()
    for character in text:
        try:
            data += character.encode("cp1252")
        except UnicodeEncodeError:
            if ord(character) > 0xFF:
                return None
            data.append(ord(character))
    return bytes(data)

"""Somebody else's text, fit to be shown and stored (pure)."""

from typing import Final

from client.errors import one_line

MAX_TEXT: Final = 300


def text_of(value: object) -> str:
    """Return one printable line of at most 300 characters; "" for what is no text."""
    if not isinstance(value, str):
        return ""
    # Most of a long playlist's texts are fine as they are, and there are tens of thousands.
    return value.strip() if len(value) <= MAX_TEXT and value.isprintable() else one_line(value, MAX_TEXT)

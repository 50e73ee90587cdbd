"""Somebody else's text, made fit to be shown (pure): it is never markup, never endless, and turns nothing around."""

import html
import unicodedata
from typing import Final

#: Longer than any real title; what is cut is not readable on a screen anyway.
LONGEST: Final = 1000
_TOOLTIP_LONGEST: Final = 500
#: Marks stacked on one letter beyond this are a prank, not a language.
_MOST_MARKS: Final = 4
#: Joiners that Persian, Indic scripts and emoji need; all other format characters steer, hide or turn text.
_KEPT_FORMATS: Final = frozenset("\u200c\u200d")
_FIRST_STRONG_ISOLATE: Final = "\u2068"
_POP_ISOLATE: Final = "\u2069"
#: Classes of letters that run the other way, and of isolates.
_TURNING: Final = frozenset({"R", "AL", "AN", "FSI", "PDI"})
_ENDS: Final = ".!?…:;,"
_BREAKS: Final = frozenset("\n\r\t\v\f\x85\u2028\u2029")


def plain(text: str, longest: int = LONGEST) -> str:
    """Return the text as one line of at most `longest` characters, without controls and bidi overrides.

    Isolates stay, closed: they keep what is inside them to itself.
    """
    if text.isascii() and text.isprintable() and len(text) <= longest:
        # As nearly all texts are; the long way takes many times as long.
        return " ".join(text.split())
    kept: list[str] = []
    marks = depth = 0
    for character in text[: 4 * longest]:
        if character in _BREAKS:
            kept.append(" ")
            continue
        if character == _FIRST_STRONG_ISOLATE or (character == _POP_ISOLATE and depth):
            depth += 1 if character == _FIRST_STRONG_ISOLATE else -1
            kept.append(character)
            continue
        category = unicodedata.category(character)
        if category in ("Cc", "Cs", "Co", "Cn") or (category == "Cf" and character not in _KEPT_FORMATS):
            continue
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    line = " ".join("".join(kept).split())
    cut = len(line) > longest or len(text) > 4 * longest
    if cut:
        line = f"{line[: longest - 1]}…"
    return line + _POP_ISOLATE * max(0, line.count(_FIRST_STRONG_ISOLATE) - line.count(_POP_ISOLATE))


def isolated(name: str) -> str:
    """Return somebody's name for use inside a sentence: a name in another direction leaves the sentence as it is.

    One that turns nothing stands there as it is: isolates come from another font, which makes lines higher.
    """
    shown = plain(name)
    if shown.isascii() or not any(unicodedata.bidirectional(character) in _TURNING for character in shown):
        return shown
    return f"{_FIRST_STRONG_ISOLATE}{shown}{_POP_ISOLATE}"


def spoken(text: str) -> str:
    """Return a text as a screen reader and a Braille line get it: isolates are for the eye, and read as odd cells."""
    return plain(text).replace(_FIRST_STRONG_ISOLATE, "").replace(_POP_ISOLATE, "")


def sentences(*parts: str) -> str:
    """Return texts, those that there are, one after the other as a screen reader says them: with a pause between."""
    told = [words for part in parts if (words := spoken(part))]
    ended = [words if words[-1] in _ENDS else f"{words}." for words in told[:-1]]
    return " ".join([*ended, *told[-1:]])


def tooltip(text: str) -> str:
    """Return a text for `setToolTip`, which would take some texts for markup otherwise."""
    return f"<qt>{html.escape(plain(text, _TOOLTIP_LONGEST))}</qt>" if text else ""

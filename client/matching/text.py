"""One spelling for what a listener reads as the same name."""

import re
import unicodedata
from typing import Final

#: Typed for an apostrophe, all of them: "don't" and "dont" are one word.
_APOSTROPHES: Final = "'’‘ʼ`´′‛"
#: Characters that are not seen: soft hyphen, zero-width and direction marks, byte order mark; and the Arabic tatweel,
#: which only stretches a word.
_INVISIBLE: Final = "\u00ad\u0640\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
_BEFORE_FOLDING: Final = str.maketrans(
    {**dict.fromkeys(_APOSTROPHES + _INVISIBLE, ""), "№": "no ", "×": " x ", "♥": " love ", "❤": " love "}
)
#: Letters that people also type without their stroke or ligature, and that Unicode does not take apart. The Russian ё
#: is printed as е more often than not.
_LETTERS: Final = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ё": "е"}
)
#: Scripts whose marks are left out in capitals (Greek), in everyday writing (Arabic, Hebrew) or by foreigners (Latin).
#: Elsewhere a mark makes another letter: か and が, и and й.
_OPTIONAL_MARKS: Final = re.compile(
    r"(?<=[A-Za-z\u00c0-\u024f\u0370-\u03ff])[\u0300-\u036f]+|"
    r"(?<=[\u05d0-\u05ea])[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]+|"
    r"(?<=[\u0620-\u064a\u066e-\u06d3])[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]+"
)

_DOLLAR_AS_S: Final = re.compile(r"(?<=[^\W\d_])\$|\$(?=[^\W\d_])")
_BANG_AS_I: Final = re.compile(r"(?<=[^\W\d_])!(?=[^\W\d_])")
_ACRONYM: Final = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.){2,}(?:[^\W\d_](?![^\W_]))?")
_PLUS_AS_AND: Final = re.compile(r"(?<=\w) \+ (?=\w)")
_N_AS_AND: Final = re.compile(r"(?<=\w) n (?=\w)")
#: "F E A R" is one word, as "F.E.A.R." is.
_SPELT_OUT: Final = re.compile(r"(?<!\S)(?:[a-z] ){2,}[a-z](?!\S)")
_ASCII_WORDS: Final = re.compile(r"[a-z0-9]+")


class _WordCharacters(dict[int, str]):
    """Keep letters, numbers and marks, make a space of all else; each character is looked up once."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        kept = character if unicodedata.category(character)[0] in "LNM" else " "
        self[code] = kept
        return kept


_WORD_CHARACTERS: Final = _WordCharacters()


def normalize(text: str) -> str:
    """Return the text in small letters, words apart by one space, without accents, punctuation and spelling habits.

    Every script stays; only text without any letter or digit keeps its symbols ("???", "÷"), so that nothing becomes
    empty. Idempotent.
    """
    if text.isascii():
        folded = text.lower()
        bare = folded.replace("'", "").replace("`", "")
    else:
        folded = _casefolded(text)
        bare = _casefolded(folded.translate(_BEFORE_FOLDING))
    if bare.count(".") > 1:
        bare = _ACRONYM.sub(lambda found: found.group().replace(".", ""), bare)
    if "&" in bare:
        bare = bare.replace("&", " and ")
    if "$" in bare:
        bare = _DOLLAR_AS_S.sub("s", bare)
    if "!" in bare:
        bare = _BANG_AS_I.sub("i", bare)
    if " + " in bare:
        bare = _PLUS_AS_AND.sub(" and ", bare)
    if bare.isascii():
        words = _ASCII_WORDS.findall(bare)
    else:
        words = _without_optional_marks(bare).translate(_WORD_CHARACTERS).split()
    joined = " ".join(words)
    if _SPELT_OUT.search(joined):
        joined = _SPELT_OUT.sub(lambda found: found.group().replace(" ", ""), joined)
    if " n " in joined:
        joined = _N_AS_AND.sub(" and ", joined)
    return joined or " ".join(folded.split()) or text


def is_latin(text: str) -> bool:
    """Return whether a normalised text is written in Latin letters and digits only."""
    return text.isascii()


def _casefolded(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _without_optional_marks(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return unicodedata.normalize("NFC", _OPTIONAL_MARKS.sub("", apart)).translate(_LETTERS)

"""A title taken apart: the song, who is featured, and which recording of it this is."""

import re
from dataclasses import dataclass
from typing import Final

from client.matching.text import is_latin, normalize
from client.matching.versions import NO_VERSIONS, Versions, read_segment

_BRACKETS: Final = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|\{([^{}]*)\}|（([^（）]*)）|【([^【】]*)】|～([^～]+)～")
_DASH: Final = re.compile(r"\s+[-–—‐]+\s+|\s*[|｜]\s*")
_FEATURED: Final = re.compile(
    r"(?:^|\s)(?:feat\.?|ft\.|ft|featuring)\s+(?=\S)|(?:^|\s)(?:feat|ft)\.(?=\S)", re.IGNORECASE
)
_WITH: Final = re.compile(r"^(?:with|w/|avec|con|mit)\s+(?=\S)", re.IGNORECASE)
_PRODUCED: Final = re.compile(r"\s(?:prod\.?|produced)(?: by)?\s+\S.*$", re.IGNORECASE)
#: "(with me)" is the song's own title, "(with Khalid)" is not.
_NO_NAMES: Final = frozenset(
    {"me", "you", "us", "him", "her", "them", "it", "my", "your", "our", "his", "their", "the", "a", "an", "no", "or"}
    | {"love", "all", "that", "this", "someone", "somebody", "strings", "te", "mi", "ti", "dir"}
)
_BARE_VERSION: Final = re.compile(
    r"(?<=\S) ((?:radio (?:edit|version|mix)|extended (?:mix|version)|club mix|acoustic version|live version|"
    r"karaoke version|instrumental version|demo version|album version|single version|original mix|"
    r"(?:(?:19|20)\d\d )?remaster(?:ed)?(?: (?:19|20)\d\d)?|remix|sped up|slowed(?: and)? reverb|slowed|nightcore|"
    r"official (?:music |lyric )?(?:video|audio)|karaoke|instrumental|acapella|live (?:at|from) .+|"
    r"(?:live|acoustic|remix|piano|demo|english|japanese|korean|spanish) ver(?:sion)?))$"
)
#: What a simple title has none of; the others take the short way, for a library is large.
_SIGNS: Final = re.compile(r"[IVX]\.|[(\[{（【～|｜\d–—‐№#º]|\s-|\.\S")
_SUSPICIOUS: Final = frozenset(
    {"feat", "ft", "featuring", "prod", "produced", "pt", "part", "parts", "no", "nr", "number", "vol", "volume", "op"}
    | {"opus", "teil", "parte", "partie", "часть", "ч", "act", "chapter", "movement", "mvt", "book", "phase", "episode"}
    | {
        "edit",
        "mix",
        "version",
        "remaster",
        "remastered",
        "remix",
        "up",
        "reverb",
        "slowed",
        "nightcore",
        "video",
        "ver",
    }
    | {"audio", "karaoke", "instrumental", "acapella", "live", "one", "two", "three", "four", "five", "six", "seven"}
    | {"eight", "nine", "ten"}
)
_ROMAN: Final = {
    name: str(number)
    for number, name in enumerate(
        [
            "i",
            "ii",
            "iii",
            "iv",
            "v",
            "vi",
            "vii",
            "viii",
            "ix",
            "x",
            "xi",
            "xii",
            "xiii",
            "xiv",
            "xv",
            "xvi",
            "xvii",
            "xviii",
            "xix",
            "xx",
        ],
        start=1,
    )
}
_NUMBER_WORDS: Final = {
    word: str(number)
    for number, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], start=1
    )
}
_BEFORE_NUMBER: Final = {
    **dict.fromkeys(("pt", "part", "parts", "teil", "parte", "partie", "часть", "ч"), "part"),
    **dict.fromkeys(("no", "nr", "number", "num", "numero"), "no"),
    **dict.fromkeys(("vol", "volume"), "vol"),
    **dict.fromkeys(("op", "opus"), "op"),
    **{word: word for word in ("act", "chapter", "movement", "mvt", "book", "phase", "episode")},
}
#: A movement's number as it is printed: ": I. Allegro", "- IV. Finale".
_MOVEMENT: Final = re.compile(
    r"(?:^|(?<=[:,\-–—(/]\s)|(?<=[:(/]))([IVX]{1,5})(?=[.:]\s|\s[-–—]\s)|(?<=[:\-–—]\s)([IVX]{2,5})(?=\s[A-Z])"
)
_GLUED_PART: Final = re.compile(r"^(pt|part|no|vol|op|k|kv|bwv|hwv|rv|hob)(\d+)$")
_LARGEST_SINGLE: Final = frozenset({"i", "v", "x"})


@dataclass(frozen=True, slots=True)
class SplitTitle:
    """A title in parts, all normalised.

    `core` is the song's own name with numbers in digits ("part 2"), `short` the core without brackets that say nothing
    of the recording, `featured` who is named beside the artist, `translation` the bracket, or the part after a dash,
    that gives the title in another script.
    """

    core: str
    short: str
    featured: tuple[str, ...] = ()
    versions: Versions = NO_VERSIONS
    translation: str = ""


def split_title(title: str) -> SplitTitle:
    """Take a title apart; `core` is never empty for a title that isn't."""
    if not _SIGNS.search(title):
        core = normalize(title)
        words = core.split()
        if not words or (_SUSPICIOUS.isdisjoint(words) and words[-1] not in _ROMAN):
            return SplitTitle(core, core)
    featured: list[str] = []
    versions = NO_VERSIONS
    kept: list[str] = []
    plain: list[str] = []

    text = title
    while (bracket := _last_bracket(text)) is not None:
        content = next(group for group in bracket.groups() if group is not None)
        read = _read_bracket(content, featured)
        replacement = " "
        if read is None:
            # It belongs to the title: without its brackets it isn't found again.
            replacement = f" \x00{content}\x01 "
        else:
            versions = versions.joined(read)
        text = f"{text[: bracket.start()]}{replacement}{text[bracket.end() :]}"
    pieces = _DASH.split(text)
    for place, piece in enumerate(pieces):
        rest = _take_featured(piece, featured)
        read = read_segment(rest, bracketed=False) if place and rest.strip() else None
        if read is None:
            if place and rest.strip() and is_latin(normalize(rest)) != is_latin(normalize(pieces[0])):
                # Behind the dash stands the title in another script.
                rest = text = f"\x00{rest.strip()}\x01"
            kept.append(rest)
            plain.append(re.sub(r"\x00[^\x01]*\x01", " ", rest))
        else:
            versions = versions.joined(read)
    core = _canonical(" - ".join(kept).replace("\x00", "").replace("\x01", ""))
    bare = _BARE_VERSION.search(core)
    if bare is not None and (read := read_segment(bare.group(1), bracketed=True)) is not None:
        core = core[: bare.start()]
        versions = versions.joined(read)
    if not core:
        # All of it reads as a version ("Live", "Remix"): then that is the song's name.
        core = normalize(title)
        return SplitTitle(core, core)
    short = _canonical(" - ".join(plain)) if len(kept) == len(plain) and "\x00" in text else core
    return SplitTitle(
        core, short or core, tuple(normalize(name) for name in featured), versions, _translation(text, short)
    )


def canonical_numbers(words: str) -> str:
    """Return normalised words with the numbers of parts in digits: "pt ii" and "part two" are "part 2"."""
    tokens = words.split()
    changed: list[str] = []
    for place, token in enumerate(tokens):
        glued = _GLUED_PART.match(token)
        if glued is not None:
            changed += [_BEFORE_NUMBER.get(glued.group(1), glued.group(1)), glued.group(2)]
            continue
        before = tokens[place - 1] if place else ""
        after = tokens[place + 1] if place + 1 < len(tokens) else ""
        is_range = len(changed) > 1 and changed[-1].isdigit() and changed[-2] in _BEFORE_NUMBER and token in _ROMAN
        if before in _BEFORE_NUMBER or is_range:
            changed.append(_ROMAN.get(token) or _NUMBER_WORDS.get(token) or token)
        elif token in _BEFORE_NUMBER and (after.isdigit() or after in _ROMAN or after in _NUMBER_WORDS):
            changed.append(_BEFORE_NUMBER[token])
        elif place and not after and token in _ROMAN and token not in _LARGEST_SINGLE:
            changed.append(_ROMAN[token])
        else:
            changed.append(_NUMBER_WORDS.get(token) or _without_zeros(token))
    return " ".join(changed)


def _without_zeros(word: str) -> str:
    return word.lstrip("0") or "0" if word.isascii() and word.isdecimal() else word


def _translation(text: str, outside: str) -> str:
    """Return the bracket that belongs to the title, when it is in another script than what is outside."""
    inside = re.search(r"\x00([^\x01]*)\x01", text)
    if inside is None or not outside:
        return ""
    words = canonical_numbers(normalize(inside.group(1)))
    return words if is_latin(words) != is_latin(outside) else ""


def _canonical(text: str) -> str:
    if not text.strip(" -"):
        return ""
    numbered = _MOVEMENT.sub(lambda found: _ROMAN.get(found.group().lower(), found.group()), text)
    return canonical_numbers(normalize(numbered))


def _last_bracket(text: str) -> re.Match[str] | None:
    return next(reversed(list(_BRACKETS.finditer(text))), None)


def _read_bracket(content: str, featured: list[str]) -> Versions | None:
    """Return what a bracket says of the recording, take the names out of it; None when it belongs to the title."""
    if not content.strip():
        return NO_VERSIONS
    beginning = _FEATURED.match(content) or _WITH.match(content)
    if beginning is not None:
        names = content[beginning.end() :].strip()
        if normalize(names).split()[0] not in _NO_NAMES or _FEATURED.match(content):
            featured.append(names)
            return NO_VERSIONS
        return None
    if _PRODUCED.match(f" {content}"):
        return NO_VERSIONS
    return read_segment(_take_featured(content, featured), bracketed=True)


def _take_featured(text: str, featured: list[str]) -> str:
    found = _FEATURED.search(text)
    if found is not None and (found.start() > 0 or not featured):
        names = text[found.end() :].partition("\x00")[0].strip(" -()[]")
        if names:
            featured.append(names)
            text = text[: found.start()]
    return _PRODUCED.sub("", text)

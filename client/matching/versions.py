"""The words by which recordings of one song are told apart, in the languages that are common in tags."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz

from client.matching.text import normalize

#: Two names of a remixer or a stage are the same from this similarity on.
_SAME_QUALIFIER: Final = 75.0

#: Phrases, normalised, by the kind of recording that they name. Kinds must agree for a sure match.
_KINDS: Final = {
    "live": (
        "live|en vivo|ao vivo|en directo|en concert|in concert|en concierto|dal vivo|unplugged|concert version|"
        "bbc sessions?|live sessions?|peel sessions?|ライブ|ライヴ|라이브|концерт|живой концерт|вживую|现场|現場"
    ),
    "remix": (
        "remix|remixed|rmx|re mix|bootleg|mashup|mash up|rework|reworked|refix|vip mix|dub mix|club mix|dance mix|"
        "house mix|dub|vip|flip|リミックス|ремикс|리믹스|remezcla"
    ),
    "edit": (
        "radio edit|radio version|radio mix|radio cut|single edit|short edit|short version|short mix|video edit|"
        "tv size|tv edit|tv version|7 inch|7 mix|7 version|7 edit|edit|edited version|radio|радио версия"
    ),
    "extended": "extended mix|extended version|extended edit|extended|long version|12 inch|12 mix|12 version|maxi",
    "acoustic": (
        "acoustic version|acoustic|akustik version|akustik|acustico|acustica|version acustica|acoustique|stripped|"
        "акустика|акустическая версия|アコースティック|어쿠스틱"
    ),
    "piano": "piano version|solo piano|piano solo|ピアノ",
    "orchestral": "orchestral version|orchestral|symphonic version|symphonic|orchestra version",
    "instrumental": (
        "instrumental version|instrumental mix|instrumental|instrumentale|instr|inst|off vocal|"
        "インストゥルメンタル|インスト|инструментал|반주"
    ),
    "karaoke": (
        "karaoke version|karaoke|backing track|backing version|minus one|minus|минус|минусовка|カラオケ|노래방|"
        "卡拉ok|伴奏"
    ),
    "acapella": "acapella|a cappella|a capella|acappella|vocals only|アカペラ",
    "demo": (
        "demo version|demo|rough mix|early version|outtake|alternate take|alternative take|alternate version|"
        "alternative version|alternate mix|rehearsal|デモ|демо|데모"
    ),
    "cover": (
        "cover version|cover|originally performed by|originally by|made famous by|made popular by|in the style of|"
        "tribute to|tribute|lullaby version|lullaby rendition|lullaby|8 bit version|8 bit|music box version|music box|"
        "カバー|кавер|커버|翻唱"
    ),
    "slowed": "slowed and reverb|slowed reverb|slowed down|slowed|super slowed|daycore|chopped and screwed",
    "sped up": "sped up version|sped up|speed up|spedup|super sped up|nightcore",
    "8d": "8d audio|8d",
    "re-recorded": (
        "re recorded version|re recorded|rerecorded|re recording|rerecording|new recording|new version|"
        "\\w+s version|新録"
    ),
    "reprise": "reprise",
    "interlude": "interlude|skit",
    "commentary": "commentary|track by track",
}
#: Said of one and the same recording: another year's remaster, another edition, what a video site adds.
_NEUTRAL: Final = {
    "remaster": (
        "digitally remastered|digital remaster|remastered version|remaster version|remastered|remasterizado|"
        "remasterise|remasterisé|remaster|remastering|リマスター|リマスター版|ремастер|ремастеринг|리마스터"
    ),
    "mono": "mono version|mono mix|mono",
    "stereo": "stereo version|stereo mix|stereo",
    "explicit": "explicit version|explicit|dirty version|dirty",
    "clean": "clean version|clean edit|clean|censored",
    "album version": "album version|album mix|album edit|lp version|album",
    "single version": "single version|single mix|single",
    "original": "original version|original mix|original recording|original|オリジナル|оригинал",
    "edition": (
        "bonus track version|bonus track|bonus|deluxe edition|deluxe version|deluxe|expanded edition|special edition|"
        "anniversary edition|anniversary version|anniversary|collectors edition|digital single|ep version"
    ),
    "video": (
        "official music video|official video|official audio|official lyric video|official lyrics video|official mv|"
        "official visualizer|official|music video|lyric video|lyrics video|with lyrics|lyrics|lyric|visualizer|"
        "full version|full song|full audio|audio|video|clip officiel|videoclip oficial|video oficial|audio oficial|"
        "m v|mv|hd|hq|4k|клип|официальное видео|премьера клипа|뮤직비디오"
    ),
    "soundtrack": (
        "original motion picture soundtrack|motion picture soundtrack|original soundtrack|soundtrack version|"
        "soundtrack|ost|original broadway cast recording|original cast recording|from the vault"
    ),
}
#: Kinds of which there are many to one song, told apart by a name.
_NAMED_KINDS: Final = frozenset({"remix", "version", "re-recorded", "edit"})
#: What one store calls a radio edit, another calls the song.
_LOOSELY_LABELLED: Final = frozenset({"edit"})
#: Of each pair a recording can be one only, if both sides say which.
_EXCLUSIVE: Final = (("mono", "stereo"), ("explicit", "clean"), ("album version", "single version"))
#: With these a segment may go on with anything.
_OPENINGS: Final = re.compile(
    r"^(?:(?:music |theme |main theme |song )?from (?:the )?(?:original )?(?:motion picture|movie|film|musical|series|"
    r"tv|netflix|soundtrack|vault)|aus dem film|из фильма|de la pelicula|del film|du film|prod |produced by |"
    r"bonus track|(?:love )?theme from )"
)
_FILLER: Final = frozenset(
    {"version", "ver", "vers", "edition", "mix", "the", "a", "by", "of", "track", "and", "take", "recording", "versión"}
)
_AFTER_LIVE: Final = frozenset(
    {
        "at",
        "in",
        "from",
        "on",
        "version",
        "session",
        "sessions",
        "recording",
        "performance",
        "acoustic",
        "studio",
        "aus",
    }
    | {"for", "a", "au", "en", "bei", "im", "de", "desde", "edit", "mix", "take", "bonus", "with", "bbc", "mtv", "tour"}
    | {"remastered", "remaster", "lounge", "radio", "demo", "ver", "concert", "video", "audio", "instrumental"}
)
_LAST_YEAR: Final = re.compile(r" (?:19|20)\d\d$")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")


def _alternatives(phrases: str) -> re.Pattern[str]:
    longest_first = sorted(phrases.split("|"), key=len, reverse=True)
    return re.compile(rf"(?<!\S)(?:{'|'.join(longest_first)})(?!\S)")


_KIND_PATTERNS: Final = {kind: _alternatives(phrases) for kind, phrases in _KINDS.items()}
_NEUTRAL_PATTERNS: Final = {name: _alternatives(phrases) for name, phrases in _NEUTRAL.items()}
_ANY_WORD: Final = _alternatives("|".join([*_KINDS.values(), *_NEUTRAL.values(), "mix", "ver", "version"]))
_WORD_KINDS: Final = {
    word: kind
    for kind, phrases in _KINDS.items()
    for word in phrases.split("|")
    if " " not in word and "\\" not in word and word not in {"radio", "minus", "flip", "vip", "original"}
}


_NO_NAMES: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Versions:
    """What a title says of its recording: distinct kinds with qualifiers ("remix", "tiesto"), and the harmless."""

    kinds: tuple[tuple[str, str], ...] = ()
    neutral: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """Return the distinct kinds."""
        return frozenset([kind for kind, _ in self.kinds]) if self.kinds else _NO_NAMES

    def joined(self, other: "Versions") -> "Versions":
        """Return what both say together."""
        return Versions(tuple(sorted({*self.kinds, *other.kinds})), self.neutral | other.neutral)


NO_VERSIONS: Final = Versions()


_QUOTED_SOURCE: Final = re.compile(r"^\s*(?:[\w ]+ )?(?:from|aus|из|de) [\"“”„«‘'’]", re.IGNORECASE)
_FROM: Final = re.compile(
    r"^from (?!(?:me|you|now|here|my|the start|the beginning|a|heaven|this|that|below|above|within)\b)"
)


@lru_cache(maxsize=4096)
def read_segment(segment: str, *, bracketed: bool) -> Versions | None:
    """Return what a bracket, or a part after a dash, says of the recording; None when it belongs to the title.

    After a dash more is asked for than in a bracket: the part may be the title itself ("Oasis - Live Forever").
    """
    words = normalize(segment)
    if _QUOTED_SOURCE.match(segment) or _OPENINGS.match(words) or (bracketed and _FROM.match(words)):
        return Versions(neutral=frozenset({"soundtrack"}))
    if not _ANY_WORD.search(words):
        return Versions() if bracketed and _YEAR.fullmatch(words) else None
    rest, kinds = words, []
    neutral = {name for name, pattern in _NEUTRAL_PATTERNS.items() if pattern.search(rest)}
    for name in neutral:
        rest = " ".join(_NEUTRAL_PATTERNS[name].sub(" ", rest).split())
    for kind, pattern in _KIND_PATTERNS.items():
        found = pattern.search(rest)
        if found and (kind != "live" or _is_live(rest, found)):
            kinds.append((kind, found.group()))
            rest = " ".join(pattern.sub(" ", rest).split())
    undated = _LAST_YEAR.sub("", words)
    ends_as_version = undated.endswith((" mix", " version", " ver")) and not kinds and not neutral
    if ends_as_version:
        kinds.append(("remix" if undated.endswith(" mix") else "version", ""))
        rest = f"{undated.rpartition(' ')[0]}{words.removeprefix(undated)}"
    qualifier = " ".join(word for word in rest.split() if word not in _FILLER)
    if not kinds:
        only_years = not _YEAR.sub("", qualifier).strip()
        return Versions(neutral=frozenset(neutral)) if only_years or neutral & {"remaster", "soundtrack"} else None
    if not bracketed and qualifier and not _may_follow_dash(words, qualifier, kinds):
        return None
    named = tuple(sorted((kind, _qualified(kind, found, qualifier)) for kind, found in kinds))
    return Versions(named, frozenset(neutral))


def word_kind(word: str) -> str | None:
    """Return the kind of recording that a single word names ("remix"), None for any other word."""
    return _WORD_KINDS.get(word)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Why two can't be one recording; a mild one is often only a matter of labelling. No text: they can."""

    text: str = ""
    is_mild: bool = False


_AGREEMENT: Final = Disagreement()


def conflict(first: Versions, second: Versions) -> Disagreement:
    """Compare what two titles say of their recordings."""
    if first == second:
        return _AGREEMENT
    if first.names != second.names:
        differing = first.names ^ second.names
        return Disagreement(", ".join(sorted(differing)), is_mild=differing <= _LOOSELY_LABELLED)
    for kind in sorted(first.names):
        one = " ".join(sorted(text for name, text in first.kinds if name == kind and text))
        other = " ".join(sorted(text for name, text in second.kinds if name == kind and text))
        if one and other and not _same_qualifier(one, other):
            return Disagreement(f"{kind} ({one} / {other})")
        if kind in _NAMED_KINDS and bool(one) != bool(other):
            return Disagreement(f"{kind} ({one or other} / unnamed)", is_mild=True)
    for one, other in _EXCLUSIVE:
        sides = first.neutral & {one, other}, second.neutral & {one, other}
        if sides[0] and sides[1] and not sides[0] & sides[1]:
            return Disagreement(f"{one} / {other}", is_mild=True)
    return _AGREEMENT


def _is_live(words: str, found: re.Match[str]) -> bool:
    """Tell "live at Wembley" and "recorded live" from "live forever"."""
    if found.group() != "live":
        return True
    after = words[found.end() :].split()
    before = words[: found.start()].split()
    if not after:
        return (
            len(before) == 0
            or before[-1] in {"recorded", "bbc", "mtv", "session", "acoustic", "2", "video", "track"}
            or bool(_YEAR.fullmatch(before[-1]))
            or len(before) >= 2
        )
    return after[0] in _AFTER_LIVE or after[0].isdigit()


def _may_follow_dash(words: str, qualifier: str, kinds: list[tuple[str, str]]) -> bool:
    found = [text for _, text in kinds]
    if words.endswith((" remix", " mix", " edit", " rework", " bootleg", " dub", " rmx", " version", " ver")):
        return True
    starts = any(words.startswith(text) for text in found)
    return starts and (not any(kind == "live" for kind, _ in kinds) or len(kinds) > 1 or len(qualifier) > 0)


def _qualified(kind: str, found: str, qualifier: str) -> str:
    if kind == "re-recorded" and found.endswith("s version") and found != "new version":
        return " ".join([found.removesuffix(" version"), qualifier]).strip()
    if kind == "remix" and found.split(" ", maxsplit=1)[0] in {
        "club",
        "dub",
        "dance",
        "house",
        "vip",
        "bootleg",
        "mashup",
    }:
        return " ".join([found.removesuffix(" mix"), qualifier]).strip()
    return qualifier


def _same_qualifier(one: str, other: str) -> bool:
    first, second = set(one.split()), set(other.split())
    digits = {word for word in first if word.isdigit()}, {word for word in second if word.isdigit()}
    if digits[0] and digits[1] and digits[0] != digits[1]:
        return False
    return first <= second or second <= first or fuzz.token_sort_ratio(one, other) >= _SAME_QUALIFIER

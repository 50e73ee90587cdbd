"""Who plays: artists as tags and Spotify write them, compared."""

import re
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from client.matching.implied import implied_by_artist
from client.matching.spelling import is_spelling
from client.matching.text import is_latin, normalize

_STRONG: Final = re.compile(
    r"\s*[;|\x00、]\s*|\s+/\s+|/(?=[^/]{3})|\s+(?:feat\.?|ft\.?|featuring|vs\.?|versus|with|pres\.?|presents|x|×|w/)\s+|"
    r"\s*[(\[]\s*(?:feat\.?|ft\.?|featuring|with)\s+|\s+(?:feat|ft)\.(?=\S)|\s*[()\[\]]\s*",
    re.IGNORECASE,
)
_WEAK: Final = re.compile(r"\s*[,&＆・]\s*|\s+(?:and|und|et|y|e|og|och|и)\s+|\s+\+\s+", re.IGNORECASE)
#: What video sites add to a name.
_CHANNEL: Final = re.compile(r"(?:\s+-\s+topic|vevo|\s+official)\s*$", re.IGNORECASE)
_ARTICLES: Final = frozenset({"the", "los", "las", "die", "les"})
#: What stands where no artist is known.
_NOBODY: Final = frozenset(
    [
        "various artists",
        "various",
        "va",
        "v a",
        "unknown artist",
        "unknown",
        "artist",
        "no artist",
        "soundtrack",
        "ost",
        "original soundtrack",
        "verschiedene interpreten",
        "verschiedene",
        "varios artistas",
        "varios",
        "artistes divers",
        "artisti vari",
        "vari",
        "неизвестный исполнитель",
        "неизвестен",
        "разные исполнители",
        "сборник",
        "未知艺术家",
        "未知藝術家",
        "群星",
        "不明なアーティスト",
        "ヴァリアスアーティスト",
        "オムニバス",
        "알 수 없는 음악가",
        "unbekannter interpret",
        "artista desconocido",
        "untitled",
    ]
)
#: Enough to be proposed, not enough to be sure.
_OTHER_ARTIST_CAP: Final = 80.0
_PART_OF_NAME: Final = 72.0
_MIN_NAME_LETTERS: Final = 4


@dataclass(frozen=True, slots=True)
class ArtistNames:
    """One credit: `full` as a whole, `main` who comes first, `others` everybody else; all normalised, "The" removed.

    `kinds` are the kinds of recording that the name itself implies ("Karaoke Stars"). An unknown artist is all empty.
    """

    full: str = ""
    main: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()


NOBODY: Final = ArtistNames()


def split_artists(*credited: str) -> ArtistNames:
    """Read one credit, or several in their order, of which each may name more than one.

    A name that holds "&" or a comma itself ("Earth, Wind & Fire") stays as a whole beside its pieces.
    """
    written = [
        _CHANNEL.sub("", credit) or credit for credit in credited if credit.strip() and normalize(credit) not in _NOBODY
    ]
    if not written:
        return NOBODY
    full = _bare(" ".join(normalize(credit) for credit in written))
    pieces = [piece for credit in written for piece in _STRONG.split(credit) if piece.strip()]
    if not pieces:
        return ArtistNames(full, (full,))
    main = [full, _bare(normalize(pieces[0]))]
    if _WEAK.search(pieces[0]):
        first = next((name for name in _WEAK.split(pieces[0]) if name.strip()), pieces[0])
        main.append(_bare(normalize(first)))
    others: list[str] = []
    for piece in pieces:
        others.append(_bare(normalize(piece)))
        if _WEAK.search(piece):
            others += [_bare(normalize(name)) for name in _WEAK.split(piece) if name.strip()]
    chosen = tuple(dict.fromkeys(main))
    rest = tuple(name for name in dict.fromkeys(others) if name not in chosen)
    return ArtistNames(full, chosen, rest, implied_by_artist(full))


def artist_score(wanted: ArtistNames, found: ArtistNames) -> float | None:
    """Return 0 to 100 how far two credits name the same; None when that can't be told: unknown, or another script.

    The main artist of either side, anywhere in the other's credit, is enough; a guest that both share is not.
    """
    if not wanted.full or not found.full:
        return None
    if wanted.full == found.full:
        return 100.0
    best = _name_score(wanted.full, found.full)
    for one, several in ((wanted, found), (found, wanted)):
        for name in one.main:
            for other in (*several.main, *several.others):
                best = max(best, _name_score(name, other))
    if best < _OTHER_ARTIST_CAP:
        shared = set(wanted.others) & set(found.others)
        best = max(best, _OTHER_ARTIST_CAP if shared else 0.0)
    if best < 50 and is_latin(wanted.full) != is_latin(found.full):
        return None
    return best


def _name_score(name: str, other: str) -> float:
    if name == other or name.replace(" ", "") == other.replace(" ", ""):
        return 100.0
    score: float = fuzz.token_sort_ratio(name, other)
    if score < _PART_OF_NAME:
        words, others = set(name.split()), set(other.split())
        if (words <= others or others <= words) and min(len(name), len(other)) >= _MIN_NAME_LETTERS:
            # "Aygün" and "Aygün Kazımova", but also "Queen" and "Queen Latifah".
            return _PART_OF_NAME
    # "Maroon" and "Maroon 5" are near, and two bands.
    return score if score < _OTHER_ARTIST_CAP or is_spelling(name, other) else _OTHER_ARTIST_CAP


def _bare(name: str) -> str:
    """Return a name without the article that some write before it, some behind, some not at all."""
    words = name.split()
    if len(words) > 1 and words[0] in _ARTICLES:
        words = words[1:]
    elif len(words) > 1 and words[-1] == "the":
        words = words[:-1]
    return " ".join(words)

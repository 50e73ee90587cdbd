"""Whether two normalised names differ by spelling alone."""

from typing import Final

from rapidfuzz.distance import OSA

_ARTICLES: Final = frozenset(
    {"the", "a", "an", "le", "la", "les", "el", "los", "las", "il", "lo", "der", "die", "das", "l"}
)


def differing(first: str, second: str) -> tuple[list[str], list[str]]:
    """Return the words that only the one holds, and those that only the other does, each in alphabetical order."""
    if first == second:
        return [], []
    one, other = [], second.split()
    for word in first.split():
        if word in other:
            other.remove(word)
        else:
            one.append(word)
    return sorted(one), sorted(other)


def is_spelling(first: str, second: str) -> bool:
    """Return whether each differing word of one is a misspelling of one in the other: "rapsody", but not "sun".

    Articles and spaces don't count; a digit is never a misspelling.
    """
    one, other = differing(first, second)
    one = [word for word in one if word not in _ARTICLES]
    other = [word for word in other if word not in _ARTICLES]
    if "".join(one) == "".join(other) or first.replace(" ", "") == second.replace(" ", ""):
        return True
    if len(one) != len(other):
        return False
    for word in one:
        near = min(other, key=lambda candidate: (OSA.distance(word, candidate), candidate))
        if OSA.distance(word, near) > _allowed(word, near):
            return False
        other.remove(near)
    return True


def _allowed(word: str, near: str) -> int:
    length = min(len(word), len(near))
    if length < 5 or any(character.isdigit() for character in word + near):
        return 0
    return 1 if length < 9 else 2

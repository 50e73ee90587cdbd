"""What the names of albums and artists say of a recording whose title is silent."""

import re
from typing import Final

_BY_ALBUM: Final = {
    "live": re.compile(
        r"\blive (?:at|in|from|on|aus|en|tour|album|session)\b|^live$|\blive$|^live \d{4}|unplugged|in concert|en vivo|"
        r"ao vivo|dal vivo|concert\b|bbc sessions|ライブ|концерт"
    ),
    "karaoke": re.compile(r"karaoke|backing tracks|カラオケ"),
    "acoustic": re.compile(r"acoustic|acustico"),
    "cover": re.compile(r"tribute to|covers\b|lullab|made famous|in the style of|8 bit"),
}
_HIRED: Final = re.compile(
    r"\b(?:karaoke|tribute|made famous|originally performed|in the style of|cover band|covers band|covers|lullaby|"
    r"8 bit|piano players|hit crew|sing along|kids sing)\b"
)


def implied_by_album(album: str) -> frozenset[str]:
    """Return the kinds that a normalised album title implies for its tracks ("Live at Wembley", "Karaoke Hits")."""
    return frozenset(kind for kind, pattern in _BY_ALBUM.items() if pattern.search(album))


def implied_by_artist(artist: str) -> frozenset[str]:
    """Return the kinds that a normalised artist implies: bands that are hired to sound like others."""
    return frozenset({"cover"}) if _HIRED.search(artist) else frozenset()

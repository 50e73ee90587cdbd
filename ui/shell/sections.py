"""The parts of the app that the sidebar leads to (pure)."""

from enum import StrEnum
from typing import Final


class Section(StrEnum):
    """One entry of the sidebar; its value is also the name of its first screen."""

    LIBRARY = "library"
    RUNBUDDY = "runbuddy"
    NOW_PLAYING = "now_playing"
    SETTINGS = "settings"


#: Icon and words of each entry.
LABELS: Final[dict[Section, tuple[str, str]]] = {
    Section.LIBRARY: ("library_music", "Library"),
    Section.RUNBUDDY: ("group", "RunBuddy"),
    Section.NOW_PLAYING: ("album", "Now Playing"),
    Section.SETTINGS: ("settings", "Settings"),
}

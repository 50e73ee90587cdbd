"""Every keyboard shortcut of the app, in one table: the window's keys and the sheet are made from it (pure)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Action(StrEnum):
    """What a shortcut asks for."""

    PLAY_PAUSE = "play_pause"
    NEXT = "next"
    PREVIOUS = "previous"
    SEEK_FORWARD = "seek_forward"
    SEEK_BACK = "seek_back"
    VOLUME_UP = "volume_up"
    VOLUME_DOWN = "volume_down"
    MUTE = "mute"
    LIBRARY = "library"
    RUNBUDDY = "runbuddy"
    NOW_PLAYING = "now_playing"
    SETTINGS = "settings"
    SEARCH = "search"
    REFRESH = "refresh"
    BACK = "back"
    SYNC_PANEL = "sync_panel"
    MESSAGES = "messages"
    SHORTCUTS = "shortcuts"
    QUIT = "quit"


@dataclass(frozen=True, slots=True)
class Shortcut:
    """`keys` as Qt reads them ("Ctrl+F": Cmd+F on macOS), the first being the one that the sheet names."""

    action: Action
    keys: tuple[str, ...]
    words: str
    group: str


SHORTCUTS: Final = (
    Shortcut(Action.PLAY_PAUSE, ("Space",), "Play or pause", "Playback"),
    Shortcut(Action.NEXT, ("Ctrl+Right",), "Next track", "Playback"),
    Shortcut(Action.PREVIOUS, ("Ctrl+Left",), "Previous track", "Playback"),
    Shortcut(Action.SEEK_FORWARD, ("Right",), "5 seconds on", "Playback"),
    Shortcut(Action.SEEK_BACK, ("Left",), "5 seconds back", "Playback"),
    Shortcut(Action.VOLUME_UP, ("Ctrl+Up",), "Louder", "Playback"),
    Shortcut(Action.VOLUME_DOWN, ("Ctrl+Down",), "Quieter", "Playback"),
    Shortcut(Action.MUTE, ("Ctrl+M",), "Mute", "Playback"),
    Shortcut(Action.LIBRARY, ("Ctrl+1",), "Library", "Go to"),
    Shortcut(Action.RUNBUDDY, ("Ctrl+2",), "RunBuddy", "Go to"),
    Shortcut(Action.NOW_PLAYING, ("Ctrl+3",), "Now Playing", "Go to"),
    Shortcut(Action.SETTINGS, ("Ctrl+4", "Ctrl+,"), "Settings", "Go to"),
    Shortcut(Action.BACK, ("Alt+Left",), "Back", "Go to"),
    Shortcut(Action.SEARCH, ("Ctrl+F",), "Search or filter", "Everywhere"),
    Shortcut(Action.REFRESH, ("F5", "Ctrl+R"), "Refresh", "Everywhere"),
    Shortcut(Action.SYNC_PANEL, ("Ctrl+D",), "Sync panel", "Everywhere"),
    Shortcut(Action.MESSAGES, ("F6",), "To the newest message", "Everywhere"),
    Shortcut(Action.SHORTCUTS, ("F1",), "This sheet", "Everywhere"),
    Shortcut(Action.QUIT, ("Ctrl+Q",), "Quit", "Everywhere"),
)
#: Holding the key repeats it; all others come once a press.
REPEATING: Final = frozenset({Action.SEEK_FORWARD, Action.SEEK_BACK, Action.VOLUME_UP, Action.VOLUME_DOWN})
#: What there is in the first run, too.
WITHOUT_CHROME: Final = frozenset({Action.MESSAGES, Action.SHORTCUTS, Action.QUIT})

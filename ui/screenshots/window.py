"""A screen inside the shell, as people see it."""

from PySide6.QtWidgets import QWidget

from ui.screenshots.samples import TRACKS
from ui.shell.main_window import MainWindow
from ui.shell.player_bar import PlayerBarState
from ui.shell.sections import Section
from ui.shell.sidebar import SidebarState

PLAYING = PlayerBarState(
    title=TRACKS[0][0],
    artist=TRACKS[0][1],
    playing=True,
    position_ms=73_000,
    duration_ms=TRACKS[0][2],
    volume_percent=80,
)


def in_window(
    screen: QWidget, section: Section, *, player: PlayerBarState = PLAYING, sidebar: SidebarState | None = None
) -> MainWindow:
    """Return a window that shows this screen, with all entries of the sidebar."""
    window = MainWindow()
    window.add_screen(section.value, screen, section)
    window.player_bar.show_state(player)
    if sidebar is not None:
        window.show_sidebar_state(sidebar)
    return window

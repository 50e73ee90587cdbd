import asyncio

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget

from ui.desktop.screens import Screens
from ui.screenshots.scene import all_scenes
from ui.screenshots.window import PLAYING
from ui.shell.main_window import MainWindow

SCENES = [scene for scene in all_scenes() if not scene.right_to_left]


def reached_by_tab(window):
    """Return what Tab reaches in this window, in its order."""
    found, widget = [], window.nextInFocusChain()
    while widget is not window:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisibleTo(window) and widget.isEnabled():
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: f"{scene.screen}-{scene.state}")
def test_whatever_tab_reaches_has_a_name_and_a_role(theme, qtbot, scene):
    window = scene.build()
    qtbot.addWidget(window)
    for widget in reached_by_tab(window):
        told = QAccessible.queryAccessibleInterface(widget)
        assert told.text(QAccessible.Text.Name), type(widget).__name__
        assert told.role() not in (QAccessible.Role.NoRole, QAccessible.Role.Client), type(widget).__name__


@pytest.mark.parametrize("name", ["library", "runbuddy", "playlist_detail", "spotify_playlists", "sync_panel"])
def test_tab_begins_with_the_head_of_the_page(theme, qtbot, name):
    window = MainWindow()
    qtbot.addWidget(window)
    screens = Screens(window, first_run=False)
    asyncio.run(screens.make_others())
    window.player_bar.show_state(PLAYING)
    window.show_screen(name)
    window.resize(1280, 800)
    window.show()
    page: QWidget = window.screen_named(name)
    inside = [widget for widget in reached_by_tab(window) if page.isAncestorOf(widget)]
    assert screens
    assert inside
    tops = [widget.mapTo(page, QPoint(0, widget.height() // 2)).y() for widget in inside]
    assert tops[0] <= min(tops) + 8

"""Windows in the states that are pictured, and what Tab reaches in them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication, QWidget

from ui.desktop.screens import Screens
from ui.screenshots.scene import Scene, all_scenes
from ui.screenshots.window import PLAYING
from ui.shell.main_window import MainWindow

#: Every state that is no window of the right-to-left kind: these say the same.
SCENES = [scene for scene in all_scenes() if not scene.right_to_left]


def named(scene: Scene) -> str:
    """Return what a test calls this scene."""
    return f"{scene.screen}-{scene.state}"


def settle() -> None:
    """Let layouts and posted events come to rest."""
    for _ in range(3):
        QCoreApplication.sendPostedEvents()
        QCoreApplication.processEvents()


@contextmanager
def opened(scene: Scene) -> Iterator[list[QWidget]]:
    """Show a scene; yield its window and the dialogs that it opened."""
    window = scene.build()
    window.resize(*scene.size)
    window.show()
    settle()
    if scene.opened is not None:
        scene.opened(window)
        settle()
    try:
        yield [window, *(top for top in QApplication.topLevelWidgets() if top.isVisible() and top is not window)]
    finally:
        for top in QApplication.topLevelWidgets():
            top.close()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def whole_window() -> tuple[MainWindow, Screens]:
    """Return the window with every screen, as it is after the start."""
    window = MainWindow()
    screens = Screens(window, first_run=False)
    asyncio.run(screens.make_others())
    window.player_bar.show_state(PLAYING)
    return window, screens


def reached_by_tab(window: QWidget) -> list[QWidget]:
    """Return what Tab reaches in this window, in its order."""
    found, widget = [], window.nextInFocusChain()
    while widget is not None and widget is not window:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisibleTo(window) and widget.isEnabled():
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found

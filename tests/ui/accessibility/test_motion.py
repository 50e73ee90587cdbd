import pytest
from PySide6.QtCore import QAbstractAnimation, QTimer

from tests.ui.accessibility.windows import SCENES, named, opened, settle, whole_window
from ui.widgets.spinner import Spinner
from ui.widgets.toast import ToastState

#: Whatever is drawn anew this often moves.
FRAME_MS = 100
#: Every state with something that turns, rises, or fills.
LIVELY = {
    "billboard-loading",
    "billboard-refreshing",
    "first-run-folder-scanning",
    "joining-under-way",
    "lead-waiting-waiting",
    "library-scanning",
    "now-playing-leading",
    "playlist-detail-scanning",
    "settings-busy",
    "shell-toasts",
    "spotify-playlists-asking",
    "sync-panel-in-lockstep",
}


def moving(window):
    """Return what moves in a window: animations that run, and timers that are fast enough for a frame."""
    animations = [
        one for one in window.findChildren(QAbstractAnimation) if one.state() is QAbstractAnimation.State.Running
    ]
    frames = [
        one
        for one in window.findChildren(QTimer)
        if one.isActive() and not one.isSingleShot() and one.interval() <= FRAME_MS
    ]
    return animations + frames


@pytest.mark.parametrize("scene", [one for one in SCENES if named(one) in LIVELY], ids=named)
def test_nothing_moves_where_the_person_wants_no_movement(theme, qtbot, scene):
    with opened(scene) as windows:
        for window in windows:
            assert moving(window) == []


def test_the_same_things_move_where_movement_is_wanted(theme, qtbot):
    theme.reduced_motion = False
    window, screens = whole_window()
    qtbot.addWidget(window)
    window.show()
    spinner = Spinner(parent=window)
    spinner.show()
    window.toasts.show_toast(ToastState("saved", "Saved"))
    assert screens
    assert len(moving(window)) == 2, "the wheel, and the toast that rises"
    assert theme.motion_ms <= 150
    spinner.hide()
    qtbot.waitUntil(lambda: moving(window) == [])


def test_a_message_is_there_at_once_where_nothing_may_move(theme, qtbot):
    window, screens = whole_window()
    qtbot.addWidget(window)
    window.show()
    window.toasts.show_toast(ToastState("saved", "Saved"))
    place = window.toasts.pos()
    settle()
    assert screens
    assert window.toasts.pos() == place

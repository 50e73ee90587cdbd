import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QScrollArea, QWidget

from tests.ui.accessibility.windows import SCENES, named, opened, reached_by_tab, settle
from ui.theme.contrast import SHAPE_MINIMUM, contrast_ratio

#: One full state of every screen, and every dialog.
FULL = {
    "billboard-some",
    "first-run-folder",
    "first-run-playlists",
    "first-run-server-name",
    "joining-missing",
    "lead-waiting-waiting",
    "library-full",
    "now-playing-leading",
    "playlist-detail-partly",
    "settings-licences",
    "settings-usual",
    "shell-question",
    "shell-shortcuts",
    "shell-toasts",
    "spotify-playlists-some",
    "sync-panel-in-lockstep",
}
CHOSEN = [scene for scene in SCENES if named(scene) in FULL]


def walked(window, key):
    """Return where the focus goes by this key until it comes round."""
    seen = []
    while (focus := window.focusWidget()) not in seen:
        seen.append(focus)
        assert len(seen) < 200
        QTest.keyClick(focus, key)
    return seen[seen.index(focus) :]


@pytest.mark.parametrize("scene", CHOSEN, ids=named)
def test_tab_goes_round_both_ways_and_is_seen_wherever_it_stops(theme, qtbot, scene):
    with opened(scene) as windows:
        window = windows[-1]
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        first = reached_by_tab(window)[0]
        first.setFocus(Qt.FocusReason.TabFocusReason)
        forward = walked(window, Qt.Key.Key_Tab)
        assert set(forward) == set(reached_by_tab(window)), "Tab is caught, or passes something over"
        backward = walked(window, Qt.Key.Key_Backtab)
        start = backward.index(first)
        assert [first, *reversed(backward[start + 1 :] + backward[:start])] == forward[forward.index(first) :] + (
            forward[: forward.index(first)]
        )
        for widget in forward:
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            settle()
            assert not widget.visibleRegion().isEmpty(), f"{widget} is out of sight"
            place = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
            assert window.rect().contains(place) or _taller_than_its_page(widget), f"{widget} is seen in part"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("scene", CHOSEN, ids=named)
def test_where_the_focus_is_stands_out(theme, qtbot, scene, dark):
    """Of what the focus changes in the picture, some differs by 3 : 1 from what was there: WCAG 2.2, 2.4.13."""
    theme.set_dark(dark)
    with opened(scene) as windows:
        window = windows[-1]
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        QApplication.setCursorFlashTime(0)
        for widget in reached_by_tab(window):
            # A page that scrolls does so for whatever gets the focus.
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            widget.clearFocus()
            settle()
            before = _pixels(widget)
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            settle()
            changed = _strong_changes(before, _pixels(widget))
            assert changed >= widget.width(), f"{widget.accessibleName()} {type(widget).__name__}"


def _taller_than_its_page(widget: QWidget) -> bool:
    """Return whether it is in a page that scrolls, in which part of it can be out of sight."""
    above = widget.parentWidget()
    while above is not None and not isinstance(above, QScrollArea | QDialog):
        above = above.parentWidget()
    return above is not None


def _pixels(widget: QWidget) -> np.ndarray:
    """Return the widget as it is seen in its window: rows, columns, 3 channels."""
    window = widget.window()
    place = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size()).intersected(window.rect())
    image = window.grab(place).toImage().convertToFormat(QImage.Format.Format_RGB888)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return raw[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def _strong_changes(before: np.ndarray, after: np.ndarray) -> int:
    """Return how many pixels differ by at least the contrast that an edge needs."""
    there = np.any(before != after, axis=2)
    pairs, counts = np.unique(np.hstack([before[there], after[there]]), axis=0, return_counts=True)
    strong = [_contrast(pair[:3], pair[3:]) >= SHAPE_MINIMUM for pair in pairs]
    return int(counts[strong].sum()) if len(counts) else 0


def _contrast(one: np.ndarray, other: np.ndarray) -> float:
    return contrast_ratio("#{:02x}{:02x}{:02x}".format(*one), "#{:02x}{:02x}{:02x}".format(*other))

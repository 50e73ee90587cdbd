"""`python -m tests.ui.accessibility.fits`: what does not fit into the smallest window, one line of JSON a scene.

It is a process of its own, since Qt reads how large the screen draws (QT_SCALE_FACTOR) when it starts.
"""

import json
import sys

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QAbstractButton, QApplication, QScrollArea, QWidget

from tests.ui.accessibility.windows import SCENES, named, settle
from ui.screenshots.render import picture_app
from ui.screenshots.scene import Scene
from ui.shell.main_window import MainWindow
from ui.theme.tokens import MINIMUM_WINDOW
from ui.widgets.buttons import DangerButton, PrimaryButton, QuietButton, SecondaryButton
from ui.widgets.label import ElidedLabel, Label

WORDED = (PrimaryButton, SecondaryButton, QuietButton, DangerButton)
#: States with much in them, long words, or trouble: what fits there fits in the others.
_FULLEST = ("small", "full", "some", "usual", "partly", "trouble", "missing", "asking", "waiting", "long-names")
_OTHERS = ("leading", "following", "in-session", "after-a-jump", "server-name", "client-id", "licences", "shortcuts")
#: Names of strangers may be left out in part: a button with such a name in it ends in "…".
_STRANGE = ("hostile", "odd-names")


def misfits(window: QWidget) -> list[str]:
    """Return what of this window is cut off, or stands where nobody can see it."""
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or widget.window() is not window:
            continue
        words = f"{type(widget).__name__} {widget.accessibleName()[:60]!r}"
        if isinstance(widget, Label) and widget.text() and _is_cut(widget):
            found.append(f"{words} is cut: {widget.size().toTuple()} of {_needs(widget)}")
        elif isinstance(widget, WORDED) and widget.width() < widget.sizeHint().width():
            found.append(f"{words} is squeezed to {widget.width()}")
        if isinstance(widget, Label | QAbstractButton) and not _in_reach(widget, window):
            found.append(f"{words} is outside of the window")
    return found


def _needs(label: Label) -> tuple[int, int]:
    if label.wordWrap():
        return label.width(), label.heightForWidth(label.width())
    return label.sizeHint().toTuple()  # type: ignore[return-value]


def _is_cut(label: Label) -> bool:
    width, height = _needs(label)
    elided = isinstance(label, ElidedLabel)
    return label.height() < height or (label.width() < width and not elided)


def _in_reach(widget: QWidget, window: QWidget) -> bool:
    """Return whether it is within the window, or within a page that scrolls to it."""
    above = widget.parentWidget()
    while above is not None and not isinstance(above, QScrollArea):
        above = above.parentWidget()
    room = window if above is None else above.widget()
    place = QRect(widget.mapTo(room, QPoint(0, 0)), widget.size())
    inside = room.rect().contains(place)
    return inside and (above is None or room.width() <= above.viewport().width())


def _wanted(scene: Scene) -> bool:
    strange = scene.state.startswith(_STRANGE)
    return not strange and any(part in scene.state for part in _FULLEST + _OTHERS)


def main() -> None:
    app = picture_app()
    for scene in filter(_wanted, SCENES):
        window = scene.build()
        if isinstance(window, MainWindow):
            window.resize(*MINIMUM_WINDOW)
            window.show()
            settle()
            if scene.opened is not None:
                scene.opened(window)
                settle()
            tops = [top for top in QApplication.topLevelWidgets() if top.isVisible() and top.isWindow()]
            found = [line for top in tops for line in misfits(top)]
            line = {"scene": named(scene), "ratio": window.devicePixelRatio(), "found": found}
            sys.stdout.write(json.dumps(line) + "\n")
        for top in app.topLevelWidgets():
            top.close()
        window.deleteLater()
        settle()


if __name__ == "__main__":
    main()

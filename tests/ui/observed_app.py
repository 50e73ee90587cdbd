"""`lockstep` that can be looked at: JSON lines in, answers out; it is used by its window alone, as by anybody.

`{"find": WORDS}` answers with the places on the screen of what bears these words and is seen, `{"state": true}` with
how the app stands. `{"picture": PATH}` keeps the screen as PNG, `{"play": PLAYLIST_ID}` plays a playlist. Of itself it
says `{"painted": true}` once.
"""

import json
import sys
import threading
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from ui.desktop import app as desktop
from ui.shell.main_window import MainWindow

_REQUEST = QEvent.Type(QEvent.registerEventType())


class _Request(QEvent):
    def __init__(self, line: str) -> None:
        super().__init__(_REQUEST)
        self.line = line


class Observer(QObject):
    """Answers in the app's own thread."""

    def __init__(self) -> None:
        super().__init__()
        self.app: desktop.App | None = None
        self._painted = False
        threading.Thread(target=self._read, daemon=True).start()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, _Request):
            say(self._answer(json.loads(event.line)))
            return True
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Paint and not self._painted:
            self._painted = True
            QTimer.singleShot(0, lambda: say({"painted": True}))
        return super().eventFilter(watched, event)

    def _read(self) -> None:
        for line in sys.stdin:
            QCoreApplication.postEvent(self, _Request(line))

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        if "find" in request:
            return {"found": [place(widget) for widget in visible() if request["find"] in words(widget)]}
        if "picture" in request:
            QGuiApplication.primaryScreen().grabWindow(0).save(request["picture"])
        if "play" in request and self.app is not None and self.app.view_model is not None:
            self.app.view_model.playlist_detail.open(request["play"])
            self.app.view_model.playlist_detail.play()
        return self._state()

    def _state(self) -> dict[str, Any]:
        app = self.app
        if app is None or app.view_model is None:
            return {"loaded": False}
        # Not before the window is there, which does without.
        from client.session_state import Following, Leading

        services, state = app.view_model.context.services, app.view_model.runbuddy_state
        playback = services.playback if services.has_sound else None
        place_ = None if playback is None else playback.place
        dialog = QApplication.activeModalWidget()
        front = app.window if dialog is None else dialog
        return {
            "loaded": playback is not None,
            "screen": app.window.current_screen(),
            "role": "leader" if isinstance(state, Leading) else "follower" if isinstance(state, Following) else "",
            "code": state.join_code if isinstance(state, Leading) else "",
            "playing": playback is not None and playback.playing,
            "place": place_,
            "dialog": "" if dialog is None else dialog.windowTitle(),
            "front": int(front.winId()),
        }


def words(widget: QWidget) -> set[str]:
    """Return everything by which a person would call a widget."""
    found = {widget.accessibleName()}
    if isinstance(widget, QAbstractButton | QLabel):
        found.add(widget.text().replace("&", ""))
    if isinstance(widget, QLineEdit):
        found.add(widget.placeholderText())
    return found - {""}


def visible() -> list[QWidget]:
    """Return all widgets that can be seen."""
    return [it for it in QApplication.allWidgets() if it.isVisible() and not it.visibleRegion().isEmpty()]


def place(widget: QWidget) -> dict[str, Any]:
    """Return where a widget is on the screen, whether it can be used, and whether it is more than words."""
    middle = widget.mapToGlobal(QPoint(widget.width() // 2, widget.height() // 2))
    corner = widget.mapToGlobal(QPoint(0, 0))
    return {
        "x": middle.x(),
        "y": middle.y(),
        "left": corner.x(),
        "top": corner.y(),
        "enabled": widget.isEnabled(),
        "control": widget.focusPolicy() != Qt.FocusPolicy.NoFocus,
    }


def say(answer: dict[str, Any]) -> None:
    """Print an answer."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main() -> None:
    observer = Observer()
    make_app, make_window = desktop.App.__init__, MainWindow.__init__

    def observed_app(self: desktop.App, *arguments: Any) -> None:
        make_app(self, *arguments)
        observer.app = self

    def observed_window(self: MainWindow, *arguments: Any) -> None:
        make_window(self, *arguments)
        self.installEventFilter(observer)

    desktop.App.__init__ = observed_app  # type: ignore[method-assign]
    MainWindow.__init__ = observed_window  # type: ignore[method-assign]
    from ui.cli.app import main as lockstep

    lockstep()


if __name__ == "__main__":
    main()

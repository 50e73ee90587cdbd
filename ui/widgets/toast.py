"""Toasts: what happened and what to do, at the lower edge of the window, for a while."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QEnterEvent, QHideEvent, QKeyEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.theme import icons
from ui.theme.theme import current
from ui.theme.tokens import RADIUS, TextRole, Tone
from ui.widgets.buttons import SecondaryButton
from ui.widgets.icon_button import IconButton
from ui.widgets.label import Label
from ui.widgets.paint import plane
from ui.widgets.plain import sentences

WIDTH: Final = 400
#: So long there is something to read and perhaps to do.
_STAYS_MS: Final = 8_000
#: One that only tells that something was done.
_SHORT_MS: Final = 4_000
_ICONS: Final = {
    Tone.NEUTRAL: "info",
    Tone.LEADING: "check_circle",
    Tone.FOLLOWING: "check_circle",
    Tone.WARNING: "warning",
    Tone.ERROR: "error",
}


@dataclass(frozen=True, slots=True)
class ToastState:
    """One toast; another one with the same `key` takes its place.

    `what_to_do` stands under `text`; `action` is the button's word; a `lasting` one stays until it is dismissed.
    """

    key: str
    text: str
    what_to_do: str = ""
    tone: Tone = Tone.NEUTRAL
    action: str = ""
    lasting: bool = False


class Toast(QWidget):
    """One toast; time does not run while the pointer or the focus is on it."""

    accessible_role = QAccessible.Role.Notification

    action_requested = Signal(str)
    dismissed = Signal(str)

    def __init__(self, state: ToastState, parent: QWidget) -> None:
        super().__init__(parent)
        self.state = state
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SHORT_MS if _only_tells(state) else _STAYS_MS)
        self._timer.timeout.connect(self._time_is_up)
        text = Label(state.text, TextRole.BODY, wraps=True, parent=self)
        what_to_do = Label(state.what_to_do, TextRole.CAPTION, "secondary", wraps=True, parent=self)
        what_to_do.setVisible(bool(state.what_to_do))
        action = self._action = SecondaryButton(state.action, parent=self)
        action.setVisible(bool(state.action))
        action.clicked.connect(lambda: self.action_requested.emit(state.key))
        close = self._close = IconButton("close", "Dismiss", side=28, icon_side=16, parent=self)
        close.clicked.connect(lambda: self.dismissed.emit(state.key))
        words = QVBoxLayout()
        words.setContentsMargins(0, 4, 0, 4)
        words.setSpacing(4)
        words.addWidget(text)
        words.addWidget(what_to_do)
        if state.action:
            words.addSpacing(4)
            words.addWidget(action, 0, Qt.AlignmentFlag.AlignLeading)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addSpacing(40)
        layout.addLayout(words, 1)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(sentences(state.text, state.what_to_do))
        # Until there is room for it, when its time begins.
        self.hide()

    def first_control(self) -> QWidget:
        """Return what there is to press first."""
        return self._action if self.state.action else self._close

    def run_time(self) -> None:
        """Let the time run until it goes by itself, unless it stays.

        Nobody who listens to a screen reader gets to its button in that time, so one with something to do stays then.
        """
        if not self.state.lasting and (_only_tells(self.state) or not QAccessible.isActive()):
            self._timer.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.run_time()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.run_time()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismissed.emit(self.state.key)
            return
        super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = current().palette
        painter = QPainter(self)
        tone = self.state.tone
        edge = palette.control_edge if palette.dark else palette.border
        plane(painter, self.rect(), RADIUS, palette.surface, edge=edge)
        place = QRect(self.width() - 40 if self._right_to_left() else 16, 14, 24, 24)
        icons.draw(painter, place, _ICONS[tone], palette.tone(tone))

    def _right_to_left(self) -> bool:
        return self.layoutDirection() == Qt.LayoutDirection.RightToLeft

    def _time_is_up(self) -> None:
        focus = self.window().focusWidget()
        if focus is not None and self.isAncestorOf(focus):
            self.run_time()
        else:
            self.dismissed.emit(self.state.key)


def _only_tells(state: ToastState) -> bool:
    """Return whether there is nothing to do about it."""
    return state.tone is Tone.NEUTRAL and not (state.what_to_do or state.action)

"""The toasts of a window, which get out of the way of its buttons."""

from typing import Final

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPoint, QRect, Qt, QTimer, QVariantAnimation, Signal
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from ui.theme.theme import current
from ui.theme.tokens import Tone
from ui.widgets.announce import announce
from ui.widgets.empty_state import EmptyState
from ui.widgets.toast import WIDTH, Toast, ToastState

_MARGIN: Final = 16
_GAP: Final = 8
_MOST: Final = 4
#: So far a new one comes up from below.
_RISE: Final = 16


class ToastStack(QWidget):
    """The toasts of a window, newest at the bottom; lies over the window's content and takes no room of it.

    In the middle, since a page's own buttons are at its ends. Where buttons are there, too, only as many as leave them
    free are shown, the newest; the others wait, and their time with them.
    """

    accessible_role = QAccessible.Role.Grouping

    action_requested = Signal(str)
    dismissed = Signal(str)

    def __init__(self, parent: QWidget, bottom_margin: int = _MARGIN) -> None:
        super().__init__(parent)
        self._bottom_margin = bottom_margin
        self._toasts: list[Toast] = []
        self._before: QWidget | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(_GAP)
        self.setAccessibleName("Messages")
        self._rise = QVariantAnimation(self)
        self._rise.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._rise.setStartValue(_RISE)
        self._rise.setEndValue(0)
        self._rise.valueChanged.connect(lambda _value: self._move())
        self._rest = QPoint()
        parent.installEventFilter(self)
        self.hide()

    def show_toast(self, state: ToastState) -> None:
        """Show a toast, in place of the one with the same key; the oldest goes when there are too many."""
        self._take_away(state.key)
        if len(self._toasts) >= _MOST:
            passing = [toast for toast in self._toasts if not toast.state.lasting]
            self.dismiss((passing or self._toasts)[0].state.key)
        toast = Toast(state, self)
        toast.action_requested.connect(self.action_requested)
        toast.dismissed.connect(self.dismiss)
        self._toasts.append(toast)
        self._layout.addWidget(toast)
        self.make_way()
        if toast.isVisible() and current().motion_ms:
            self._rise.setDuration(current().motion_ms)
            self._rise.start()
            self._move()
        announce(self, toast.accessibleName(), urgent=state.tone is Tone.ERROR)

    def dismiss(self, key: str) -> None:
        """Take the toast with this key away, if it is there."""
        if self._take_away(key):
            self.dismissed.emit(key)
        self.make_way()

    def take_focus(self) -> None:
        """Give the newest toast the focus; when it is gone the focus returns to where it was."""
        if not self._toasts:
            return
        before = self.window().focusWidget()
        if before is not None and not self.isAncestorOf(before):
            self._before = before
        self._toasts[-1].first_control().setFocus(Qt.FocusReason.ShortcutFocusReason)

    def make_way(self) -> None:
        """Leave the buttons of the page free, which may be others by now."""
        parent = self.parentWidget()
        if not self._toasts or parent is None:
            self.hide()
            return
        for empty in parent.findChildren(EmptyState):
            empty.installEventFilter(self)
        heights = [toast.heightForWidth(WIDTH) for toast in self._toasts]
        count, place = _free_place(heights, parent.size().toTuple(), self._bottom_margin, self._buttons(parent))
        for at, toast in enumerate(self._toasts):
            toast.setVisible(at >= len(self._toasts) - count)
        self._rest = place.topLeft()
        self.setFixedSize(place.size())
        self._move()
        self.show()
        self.raise_()

    def keys(self) -> list[str]:
        """Return what is shown, oldest first."""
        return [toast.state.key for toast in self._toasts]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutDirectionChange):
            self.make_way()
        elif event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            # The buttons of what is shown or hidden follow it.
            QTimer.singleShot(0, self, self.make_way)
        return super().eventFilter(watched, event)

    def _take_away(self, key: str) -> bool:
        for toast in self._toasts:
            if toast.state.key == key:
                self._toasts.remove(toast)
                self._layout.removeWidget(toast)
                focus = self.window().focusWidget()
                if focus is not None and toast.isAncestorOf(focus):
                    self._give_focus_back()
                toast.hide()
                toast.deleteLater()
                return True
        return False

    def _give_focus_back(self) -> None:
        before, self._before = self._before, None
        if before is not None and isValid(before):
            before.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _move(self) -> None:
        risen = self._rise.currentValue() if self._rise.state() is QVariantAnimation.State.Running else 0
        self.move(self._rest + QPoint(0, int(risen)))

    def _buttons(self, parent: QWidget) -> list[QRect]:
        """Return where the buttons that can be seen are."""
        seen = (button for button in parent.findChildren(QAbstractButton) if button.isVisible())
        return [
            QRect(button.mapTo(parent, QPoint(0, 0)), button.size()) for button in seen if not self.isAncestorOf(button)
        ]


def _free_place(
    heights: list[int], room: tuple[int, int], bottom_margin: int, buttons: list[QRect]
) -> tuple[int, QRect]:
    """Return how many of the newest toasts can be shown, and where: at the bottom, or one at the top.

    Where buttons are everywhere, one at the bottom is better than none.
    """
    width, height = room
    left, bottom = (width - WIDTH) // 2, height - bottom_margin
    for count in range(len(heights), 0, -1):
        taken = sum(heights[-count:]) + _GAP * (count - 1)
        place = QRect(left, bottom - taken, WIDTH, taken)
        if place.top() >= _MARGIN and not any(button.intersects(place) for button in buttons):
            return count, place
    lowest = QRect(left, bottom - heights[-1], WIDTH, heights[-1])
    highest = lowest.translated(0, _MARGIN - lowest.top())
    return 1, lowest if any(button.intersects(highest) for button in buttons) else highest

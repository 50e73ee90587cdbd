"""What widgets that draw themselves have in common: rounded planes, the focus ring, and when it is seen."""

import math
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetricsF, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from ui.theme.theme import current
from ui.theme.tokens import FOCUS_WIDTH

if TYPE_CHECKING:
    _Base = QWidget
else:
    _Base = object

#: Why the focus came, where it did not by the mouse.
SEEN_FOR: Final = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
    Qt.FocusReason.OtherFocusReason,
)


#: What presses a button.
PRESS_KEYS: Final = frozenset({Qt.Key.Key_Space})
_ENTER_KEYS: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
#: What moves a slider, and walks in a list of choices.
MOVE_KEYS: Final = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down})

# As numbers: Python's flags take longer to be joined than a line to be drawn.
_MIDDLE: Final = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
_ONE_LINE: Final = _MIDDLE.value | Qt.TextFlag.TextSingleLine.value
_LEFT: Final = _ONE_LINE | Qt.AlignmentFlag.AlignLeft.value
_RIGHT: Final = _ONE_LINE | Qt.AlignmentFlag.AlignRight.value
_CENTRED: Final = _ONE_LINE | Qt.AlignmentFlag.AlignHCenter.value


def claimed(event: QEvent, keys: frozenset[Qt.Key]) -> bool:
    """Return whether this asks for one of these keys, which the widget then gets instead of a shortcut."""
    if event.type() is not QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    bare = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
    if bare and event.key() in keys:
        event.accept()
        return True
    return False


class FocusVisible(_Base):
    """Mixin in front of a QWidget class: knows whether the focus came by keyboard, so that a click draws no ring."""

    _focus_visible = False
    #: Keys that the focused widget needs itself: shortcuts of the window (Space, arrows) leave them to it.
    own_keys: frozenset[Qt.Key] = frozenset()

    def event(self, event: QEvent) -> bool:
        """Claim the widget's own keys before they are taken for shortcuts."""
        return claimed(event, self.own_keys) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press a button by Enter, too: Qt does so in dialogs alone."""
        if event.key() in _ENTER_KEYS and isinstance(self, QAbstractButton):
            if not event.isAutoRepeat():
                self.click()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._focus_visible = event.reason() in SEEN_FOR
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    @property
    def focus_visible(self) -> bool:
        """Return whether a focus ring is drawn now."""
        return self._focus_visible and self.hasFocus()


def text_width(font: QFont, text: str) -> int:
    """Return whole pixels in which the text surely fits: widths are fractions where fonts are not hinted."""
    return math.ceil(QFontMetricsF(font).horizontalAdvance(text)) + 1


def plane(
    painter: QPainter, rect: QRect | QRectF, radius: float, colour: str | None, *, edge: str | None = None
) -> None:
    """Draw a rounded plane; `edge` is a line of one pixel inside it."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    area = QRectF(rect)
    if edge is not None:
        area = area.adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(edge), 1))
    else:
        painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush if colour is None else QColor(colour))
    painter.drawRoundedRect(area, radius, radius)


def focus_ring(painter: QPainter, rect: QRect | QRectF, radius: float, *, on_plane: bool = False) -> None:
    """Draw the ring of a focused control just inside `rect`; with a gap on a plane, which may have the same colour."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if on_plane:
        gap = current().palette.background
        for depth in (1, 2):
            plane(painter, QRectF(rect).adjusted(depth, depth, -depth, -depth), radius, None, edge=gap)
    inset = FOCUS_WIDTH / 2
    painter.setPen(QPen(QColor(current().palette.focus), FOCUS_WIDTH))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(rect).adjusted(inset, inset, -inset, -inset), radius, radius)


def logical(rect: QRect, widget: QWidget, inner: QRect) -> QRect:
    """Return `inner`, laid out left to right within `rect`, as it lies in the widget's direction."""
    if not widget.isRightToLeft():
        return inner
    mirrored = QRect(inner)
    mirrored.moveLeft(rect.left() + rect.right() - inner.right())
    return mirrored


def draw_text(painter: QPainter, widget: QWidget, box: QRect, words: str, *, centred: bool = False) -> None:
    """Draw one line at the side of `box` where reading begins in this widget, or in its middle if `centred`.

    The text's own letters say which way it runs, so that a title in one script is right in a window of another.
    """
    painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    painter.drawText(box, _CENTRED if centred else _RIGHT if widget.isRightToLeft() else _LEFT, words)

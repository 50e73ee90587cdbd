"""A switch: something is on or off, at once."""

from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from ui.theme.theme import current
from ui.widgets.accessible import explain
from ui.widgets.paint import PRESS_KEYS, FocusVisible, focus_ring, plane

_WIDTH = 44
_HEIGHT = 24


class Switch(FocusVisible, QCheckBox):
    """`toggle_requested(on)` is Qt's `clicked(checked)`; setChecked shows the state without a signal of that kind."""

    own_keys = PRESS_KEYS

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(_WIDTH + 8, _HEIGHT + 8)

    def set_locked(self, reason: str | None) -> None:
        """Disable the switch for a reason, which becomes its tooltip; None frees it."""
        self.setEnabled(reason is None)
        explain(self, reason or "")

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH + 8, _HEIGHT + 8)

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = current().palette
        painter = QPainter(self)
        if not self.isEnabled():
            painter.setOpacity(0.5)
        track = self.rect().adjusted(4, 4, -4, -4)
        on = self.isChecked()
        plane(painter, track, _HEIGHT / 2, palette.inverse if on else None, edge=None if on else palette.control_edge)
        right = on != (self.layoutDirection() == Qt.LayoutDirection.RightToLeft)
        middle = QPointF(track.right() - 11 if right else track.left() + 12, track.center().y() + 0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(palette.on_inverse if on else palette.control_edge))
        painter.drawEllipse(middle, 8, 8)
        if self.focus_visible:
            painter.setOpacity(1.0)
            focus_ring(painter, self.rect(), self.height() / 2)

"""A small wheel that says that something is under way."""

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QAccessible, QColor, QHideEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QWidget

from ui.theme import icons
from ui.theme.theme import current

_FRAME_MS = 40
_DEGREES_A_FRAME = 14


class Spinner(QWidget):
    """Turns while it is visible; where the person wants no movement it is an hourglass that stands still."""

    accessible_role = QAccessible.Role.Animation

    def __init__(self, side: int = 20, name: str = "Working", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._degrees = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._turn)
        self.setFixedSize(side, side)
        self.setAccessibleName(name)

    @property
    def turning(self) -> bool:
        """Return whether it moves."""
        return self._timer.isActive()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not current().reduced_motion:
            self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = current().palette
        painter = QPainter(self)
        if current().reduced_motion:
            icons.draw(painter, self.rect(), "hourglass_top", palette.text_secondary)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = max(2.0, self.width() / 9)
        area = QRectF(self.rect()).adjusted(width, width, -width, -width)
        painter.setPen(QPen(QColor(palette.pressed), width))
        painter.drawEllipse(area)
        pen = QPen(QColor(palette.text), width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawArc(area, -self._degrees * 16, 100 * 16)

    def _turn(self) -> None:
        self._degrees = (self._degrees + _DEGREES_A_FRAME) % 360
        self.update()

"""A key of the keyboard, drawn as one."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.theme.theme import current, font
from ui.theme.tokens import RADIUS_SMALL, TextRole
from ui.widgets.paint import plane, text_width


class KeyCap(QWidget):
    """One key ("Space", "Ctrl")."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self._font = font(TextRole.CAPTION, weight=600)
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        return QSize(max(28, text_width(self._font, self._key) + 16), 28)

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = current().palette
        painter = QPainter(self)
        plane(painter, self.rect(), RADIUS_SMALL, palette.pressed)
        plane(painter, self.rect().adjusted(0, 0, 0, -2), RADIUS_SMALL, palette.raised, edge=palette.pressed)
        painter.setFont(self._font)
        painter.setPen(palette.text)
        painter.drawText(self.rect().adjusted(0, 0, 0, -2), int(Qt.AlignmentFlag.AlignCenter), self._key)

"""What lies over a page while a file hovers that can be dropped there."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui.theme.theme import current, font
from ui.theme.tokens import FOCUS_WIDTH, RADIUS, TextRole
from ui.widgets.paint import draw_text, plane

_MARGIN = 16


class DropHere(QWidget):
    """A frame with words over everything; it takes no event itself."""

    def __init__(self, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._words = words
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def cover(self, page: QWidget) -> None:
        """Lie over the page."""
        self.setGeometry(page.rect())
        self.raise_()
        self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = current().palette
        painter = QPainter(self)
        area = self.rect().adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        painter.setOpacity(0.9)
        plane(painter, area, RADIUS, palette.background)
        painter.setOpacity(1.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(palette.focus), FOCUS_WIDTH, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(area, RADIUS, RADIUS)
        painter.setFont(font(TextRole.HEADING))
        painter.setPen(palette.text)
        draw_text(painter, self, area, self._words, centred=True)

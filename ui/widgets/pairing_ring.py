"""A ring that says how many tracks of a playlist have their file."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui.theme import icons
from ui.theme.theme import current
from ui.widgets.accessible import explain


def pairing_words(paired: int, total: int) -> str:
    """Return the ring in words."""
    return "No tracks" if total == 0 else f"{paired:,} of {total:,} paired"


def draw_pairing_ring(painter: QPainter, place: QRect, paired: int, total: int) -> None:
    """Draw the ring: a part of a circle, or a tick where every track is paired."""
    palette = current().palette
    whole = total > 0 and paired >= total
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    width = max(2.0, place.width() / 8)
    area = QRectF(place).adjusted(width / 2, width / 2, -width / 2, -width / 2)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(palette.pressed), width))
    painter.drawEllipse(area)
    if total > 0 and paired > 0:
        pen = QPen(QColor(palette.text if whole else palette.text_secondary), width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawArc(area, 90 * 16, -round(360 * 16 * min(1.0, paired / total)))
    if whole:
        inset = round(place.width() * 0.19)
        icons.draw(painter, place.adjusted(inset, inset, -inset, -inset), "check", palette.text)


class PairingRing(QWidget):
    """The ring as a widget of its own."""

    def __init__(self, side: int = 20, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._paired = 0
        self._total = 0
        self.setFixedSize(side, side)

    def show_pairing(self, paired: int, total: int) -> None:
        """Show how many of how many are paired."""
        self._paired = paired
        self._total = total
        words = pairing_words(paired, total)
        self.setAccessibleName(words)
        explain(self, words)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        draw_pairing_ring(QPainter(self), self.rect(), self._paired, self._total)

"""A card: a soft plane that holds rows, with hairlines between them."""

from PySide6.QtGui import QAccessible, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.theme.theme import current
from ui.theme.tokens import RADIUS
from ui.widgets.paint import plane

_PADDING = 20


class Card(QWidget):
    """`add(widget)` puts a row under the others; `padding` 0 lets rows reach the edge."""

    accessible_role = QAccessible.Role.Grouping

    def __init__(self, *rows: QWidget, padding: int = _PADDING, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[QWidget] = []
        self._padding = padding
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(padding, 4, padding, 4)
        self._layout.setSpacing(0)
        for row in rows:
            self.add(row)

    def add(self, row: QWidget) -> None:
        """Add a row at the end."""
        self._rows.append(row)
        self._layout.addWidget(row)

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = current().palette
        painter = QPainter(self)
        plane(painter, self.rect(), RADIUS, palette.surface, edge=None if palette.dark else palette.border)
        seen = [row for row in self._rows if not row.isHidden()]
        for row in seen[1:]:
            painter.fillRect(self._padding, row.y(), self.width() - 2 * self._padding, 1, QColor(palette.border))

"""Playlists as cards: a large cover, its name, and how many of its tracks have a file."""

from typing import Final

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui.theme.theme import current, font
from ui.theme.tokens import RADIUS, TextRole
from ui.widgets.cover import draw_cover
from ui.widgets.paint import MOVE_KEYS, claimed, draw_text, focus_ring, logical, plane
from ui.widgets.pairing_ring import draw_pairing_ring
from ui.widgets.plain import plain
from ui.widgets.row_list import RowList
from ui.widgets.rows import ROW_ROLE, Index, Row

_CARD: Final = QSize(192, 256)
_INSET: Final = 12
_GAP: Final = 8
#: How far a cover is from the edge of the grid.
CARD_INSET: Final = _INSET + _GAP // 2
_RING: Final = 16


class _CardDelegate(QStyledItemDelegate):
    """Draws one card."""

    def __init__(self, view: RowList) -> None:
        super().__init__(view)
        self._view = view
        self._title = font(TextRole.BODY, weight=600)
        self._subtitle = font(TextRole.CAPTION)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return _CARD

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW_ROLE)
        if not isinstance(row, Row):
            return
        palette = current().palette
        painter.save()
        area = QRect(option.rect)
        state = option.state
        focused = bool(state & QStyle.StateFlag.State_HasFocus) and self._view.focus_visible
        if state & QStyle.StateFlag.State_MouseOver or focused:
            plane(painter, area, RADIUS, palette.raised)
        inner = area.adjusted(_INSET, _INSET, -_INSET, -_INSET)
        side = inner.width()
        draw_cover(painter, QRect(inner.left(), inner.top(), side, side), row.cover, row.title, "")
        line = QRect(inner.left(), inner.top() + side + 12, side, 20)
        painter.setPen(palette.text)
        self._words(painter, area, line, row.title, title=True)
        line.moveTop(line.bottom() + 5)
        if row.pairing is not None:
            ring = QRect(line.left(), line.top() + 2, _RING, _RING)
            draw_pairing_ring(painter, logical(area, self._view, ring), *row.pairing)
            line.setLeft(line.left() + _RING + 8)
        painter.setPen(palette.text_secondary)
        self._words(painter, area, line, row.subtitle, title=False)
        if focused:
            focus_ring(painter, area, RADIUS)
        painter.restore()

    def _words(self, painter: QPainter, area: QRect, line: QRect, text: str, *, title: bool) -> None:
        painter.setFont(self._title if title else self._subtitle)
        words = painter.fontMetrics().elidedText(plain(text, 300), Qt.TextElideMode.ElideRight, line.width())
        draw_text(painter, self._view, logical(area, self._view, line), words)


class PlaylistGrid(RowList):
    """The cards; a click opens one, as Enter does."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Playlists", parent=parent)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setGridSize(QSize(_CARD.width() + _GAP, _CARD.height() + _GAP))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(_CardDelegate(self))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.doubleClicked.disconnect()
        self.clicked.connect(self._activate)

    def event(self, event: QEvent) -> bool:
        """Walk from card to card by all four arrow keys, two of which seek elsewhere."""
        return claimed(event, MOVE_KEYS) or super().event(event)

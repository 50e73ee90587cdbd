"""A list of rows: drawn by a delegate, so that only what is seen costs anything."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QItemSelectionModel, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui.theme import icons
from ui.theme.theme import current, font
from ui.theme.tokens import FOCUS_WIDTH, RADIUS, ROW_HEIGHT, Palette, TextRole, Tone
from ui.widgets.badge import BADGE_HEIGHT, badge_width, draw_badge
from ui.widgets.cover import draw_cover
from ui.widgets.paint import SEEN_FOR, draw_text, focus_ring, logical, plane, text_width
from ui.widgets.pairing_ring import draw_pairing_ring
from ui.widgets.plain import plain
from ui.widgets.rows import ROW_ROLE, Index, Row, RowModel

_PADDING: Final = 12
_GAP: Final = 12
_COVER: Final = 40
_NUMBER: Final = 24
_RING: Final = 20
_BADGE_MOST: Final = 240


class RowDelegate(QStyledItemDelegate):
    """Draws one row, laid out left to right, and mirrored where reading goes the other way."""

    def __init__(self, view: QWidget, height: int = ROW_HEIGHT) -> None:
        super().__init__(view)
        self._view = view
        self._height = height
        self._title = font(TextRole.BODY, weight=500)
        self._subtitle = font(TextRole.CAPTION)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(200, self._height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw plane, number, cover, words, badge, ring and trailing text of a row."""
        row = index.data(ROW_ROLE)
        if not isinstance(row, Row):
            return
        palette = current().palette
        area = QRect(option.rect)
        state = option.state
        painter.save()
        self._draw_plane(painter, area, state, palette)
        left = self._draw_front(painter, area, row, palette)
        right = self._draw_end(painter, area, row, palette)
        self._draw_words(painter, area, QRect(left, area.top(), right - left, area.height()), row, palette)
        painter.restore()

    def _draw_plane(self, painter: QPainter, area: QRect, state: QStyle.StateFlag, palette: Palette) -> None:
        selected = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        if selected or hovered:
            plane(painter, area, RADIUS, palette.raised)
        if state & QStyle.StateFlag.State_HasFocus and getattr(self._view, "focus_visible", False):
            focus_ring(painter, area, RADIUS - FOCUS_WIDTH / 2)

    def _draw_front(self, painter: QPainter, area: QRect, row: Row, palette: Palette) -> int:
        """Draw number and cover; return where the words begin, left to right."""
        left = area.left() + _PADDING
        middle = area.center().y() + 1
        if row.number or (row.current and not row.has_cover):
            number = plain(row.number, 6)
            width = max(_NUMBER, text_width(self._subtitle, number))
            if row.current:
                square = QRect(left + (width - 20) // 2, middle - 10, 20, 20)
                icons.draw(painter, logical(area, self._view, square), "graphic_eq", palette.text)
            else:
                painter.setFont(self._subtitle)
                painter.setPen(palette.text_muted)
                box = QRect(left, area.top(), width, area.height())
                draw_text(painter, self._view, logical(area, self._view, box), number, centred=True)
            left += width + 8
        if row.has_cover:
            box = QRect(left, middle - _COVER // 2, _COVER, _COVER)
            if row.dimmed:
                painter.setOpacity(0.5)
            draw_cover(painter, logical(area, self._view, box), row.cover, row.title, row.subtitle)
            painter.setOpacity(1.0)
            left += _COVER + _GAP
        return left

    def _draw_end(self, painter: QPainter, area: QRect, row: Row, palette: Palette) -> int:
        """Draw trailing text, ring and badge from the end on; return where the words end, left to right."""
        right = area.right() + 1 - _PADDING
        middle = area.center().y() + 1
        if row.trailing:
            words = plain(row.trailing, 40)
            width = text_width(self._subtitle, words)
            box = QRect(right - width, area.top(), width, area.height())
            painter.setFont(self._subtitle)
            painter.setPen(palette.text_secondary)
            self._text(painter, logical(area, self._view, box), words)
            right -= max(width, 36) + _GAP
        if row.pairing is not None:
            box = QRect(right - _RING, middle - _RING // 2, _RING, _RING)
            draw_pairing_ring(painter, logical(area, self._view, box), *row.pairing)
            right -= _RING + _GAP
        if row.badge is not None:
            width = min(badge_width(row.badge.text, row.badge.icon), _BADGE_MOST)
            box = QRect(right - width, middle - BADGE_HEIGHT // 2, width, BADGE_HEIGHT)
            badge = row.badge
            draw_badge(painter, logical(area, self._view, box), badge.text, badge.tone, badge.icon, self._view)
            right -= width + _GAP
        return right

    def _draw_words(self, painter: QPainter, area: QRect, room: QRect, row: Row, palette: Palette) -> None:
        title_height = QFontMetrics(self._title).height()
        subtitle_height = QFontMetrics(self._subtitle).height()
        block = title_height + (2 + subtitle_height if row.subtitle else 0)
        top = room.top() + (room.height() - block) // 2
        painter.setFont(self._title)
        painter.setPen(palette.text_muted if row.dimmed else palette.text)
        line = QRect(room.left(), top, room.width(), title_height)
        self._elided(painter, logical(area, self._view, line), row.title)
        if row.subtitle:
            painter.setFont(self._subtitle)
            painter.setPen(palette.tone(row.tone) if row.tone is not Tone.NEUTRAL else palette.text_secondary)
            line = QRect(room.left(), top + title_height + 2, room.width(), subtitle_height)
            self._elided(painter, logical(area, self._view, line), row.subtitle)

    def _elided(self, painter: QPainter, box: QRect, text: str) -> None:
        words = painter.fontMetrics().elidedText(plain(text, 300), Qt.TextElideMode.ElideRight, box.width())
        self._text(painter, box, words)

    def _text(self, painter: QPainter, box: QRect, words: str) -> None:
        draw_text(painter, self._view, box, words)


class RowList(QListView):
    """The list.

    `row_activated(key)` comes by Enter or a double click, `row_chosen(key)` when another row becomes the current one,
    `menu_requested(key, global position)` by the menu key or the other mouse button.
    """

    row_activated = Signal(str)
    row_chosen = Signal(str)
    menu_requested = Signal(str, QPoint)

    def __init__(self, name: str, height: int = ROW_HEIGHT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = RowModel()
        self._by_keyboard = False
        self.setModel(self._model)
        self.setItemDelegate(RowDelegate(self, height))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName(name)
        self.verticalScrollBar().setSingleStep(height // 2)
        self.customContextMenuRequested.connect(self._ask_for_menu)
        self.doubleClicked.connect(self._activate)
        self.selectionModel().currentChanged.connect(self._choose)

    @property
    def focus_visible(self) -> bool:
        """Return whether the focus ring is drawn: the last thing done here was by keyboard."""
        return self._by_keyboard and self.hasFocus()

    def rows(self) -> Sequence[Row]:
        """Return what is shown."""
        return self._model.rows

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows; the chosen one and the scroll position stay where they still exist."""
        chosen = self.chosen_key()
        scrolled = self.verticalScrollBar().value()
        if not self._model.show_rows(rows):
            return
        self.verticalScrollBar().setValue(scrolled)
        place = None if chosen is None else self._model.place_of(chosen)
        if place is not None:
            self.selectionModel().blockSignals(True)
            self.setCurrentIndex(self._model.index(place))
            self.selectionModel().blockSignals(False)

    def chosen_key(self) -> str | None:
        """Return the current row's key."""
        row = self.currentIndex().data(ROW_ROLE)
        return row.key if isinstance(row, Row) else None

    def reveal(self, key: str) -> None:
        """Scroll so that this row is seen."""
        place = self._model.place_of(key)
        if place is not None:
            self.scrollTo(self._model.index(place), QAbstractItemView.ScrollHint.EnsureVisible)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._by_keyboard = True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._activate(self.currentIndex())
            return
        super().keyPressEvent(event)
        self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = event.reason() in SEEN_FOR
        super().focusInEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._by_keyboard = False
        super().mousePressEvent(event)

    def _activate(self, index: Index) -> None:
        row = index.data(ROW_ROLE)
        if isinstance(row, Row):
            self.row_activated.emit(row.key)

    def _choose(self, index: Index, _before: Index) -> None:
        row = index.data(ROW_ROLE)
        if isinstance(row, Row):
            # Focus alone makes the first row current; it is to be seen which row a button beside the list is about.
            self.selectionModel().select(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.row_chosen.emit(row.key)

    def _ask_for_menu(self, place: QPoint) -> None:
        row = self.indexAt(place).data(ROW_ROLE)
        if isinstance(row, Row):
            self.menu_requested.emit(row.key, self.viewport().mapToGlobal(place))

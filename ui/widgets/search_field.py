"""A field to search or filter by."""

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.theme import icons
from ui.theme.theme import current
from ui.widgets.icon_button import IconButton
from ui.widgets.line_field import LineField

_LONGEST = 200


class SearchField(LineField):
    """`searched(text)` comes with every letter; Escape and the cross empty it."""

    searched = Signal(str)

    def __init__(self, placeholder: str = "Search", parent: QWidget | None = None) -> None:
        super().__init__(start=28, end=20, parent=parent)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setMaxLength(_LONGEST)
        self._clear = IconButton("close", "Clear", side=24, icon_side=16, parent=self)
        self._clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._clear.clicked.connect(self.clear)
        self._clear.hide()
        self.textChanged.connect(self._changed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep the cross at the end of the field."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutDirectionChange, QEvent.Type.Show):
            left = 6 if self.right_to_left else self.width() - 30
            self._clear.move(left, (self.height() - 24) // 2)
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        left = self.width() - 30 if self.right_to_left else 12
        place = QRect(left, (self.height() - 18) // 2, 18, 18)
        icons.draw(QPainter(self), place, "search", current().palette.text_secondary)

    def _changed(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        self.searched.emit(text)

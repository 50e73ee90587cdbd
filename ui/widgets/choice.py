"""A choice of one among a few."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QWidget

from ui.theme.theme import current
from ui.widgets.accessible import explain
from ui.widgets.paint import MOVE_KEYS, PRESS_KEYS, FocusVisible, draw_text
from ui.widgets.plain import plain

_LONGEST = 60


class Choice(FocusVisible, QComboBox):
    """`choice_requested(key)` comes when the person chooses; what is shown is chosen by `show_choices`."""

    choice_requested = Signal(str)
    own_keys = PRESS_KEYS | MOVE_KEYS

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setMinimumWidth(280)
        # The wheel, which scrolls the page, gives no focus either: the next arrow key would change the choice.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.activated.connect(lambda index: self.choice_requested.emit(self.itemData(index)))

    def show_choices(self, choices: Sequence[tuple[str, str]], chosen: str) -> None:
        """Offer (key, words) pairs, of which `chosen` is the key of the one in use."""
        offered = [(self.itemData(index), self.itemText(index)) for index in range(self.count())]
        wanted = [(key, plain(words, _LONGEST)) for key, words in choices]
        if offered != wanted:
            self.clear()
            for key, words in wanted:
                self.addItem(words, key)
        self.setCurrentIndex(self.findData(chosen))

    def set_locked(self, reason: str | None) -> None:
        """Disable the choice for a reason, which becomes its tooltip; None frees it."""
        self.setEnabled(reason is None)
        explain(self, reason or "")

    def paintEvent(self, _event: QPaintEvent) -> None:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        room = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        words = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room.width() - 4)
        palette = current().palette
        painter.setPen(palette.text if self.isEnabled() else palette.text_muted)
        # As far from the edge as the text of a field.
        draw_text(painter, self, room.adjusted(2, 0, -2, 0), words)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # A page that scrolls must not change a setting that happens to be under the pointer.
        event.ignore()

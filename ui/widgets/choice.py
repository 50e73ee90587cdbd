"""A choice of one among a few."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QWidget

from ui.widgets.paint import MOVE_KEYS, PRESS_KEYS, FocusVisible
from ui.widgets.plain import plain

_LONGEST = 60


class Choice(FocusVisible, QComboBox):
    """`choice_requested(key)` comes when the person chooses; what is shown is chosen by `show_choices`."""

    choice_requested = Signal(str)
    own_keys = PRESS_KEYS | MOVE_KEYS

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setMinimumWidth(220)
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

    def wheelEvent(self, event: QWheelEvent) -> None:
        # A page that scrolls must not change a setting that happens to be under the pointer.
        event.ignore()

"""A field for a number with a unit: typed, or stepped by the arrow keys."""

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from ui.widgets.paint import FocusVisible
from ui.widgets.text_field import TextField

_PAGE = 10


class NumberField(FocusVisible, TextField):
    """`value_requested(value)` comes by Enter, by leaving the field, and with each step; what is no number is put back.

    Arrow keys step by one, Page Up and Page Down by ten. A comma is taken for a point.
    """

    value_requested = Signal(float)
    own_keys = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down})

    def __init__(self, name: str, unit: str, least: float, most: float, parent: QWidget | None = None) -> None:
        super().__init__(name, longest=24, parent=parent)
        self._unit = unit
        self._least = least
        self._most = most
        self._value = 0.0
        self.setMinimumWidth(0)
        self.setFixedWidth(120)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.entered.connect(self._entered)
        self.show_value(0.0)

    @property
    def value(self) -> float:
        """Return the number that is shown or was asked for last."""
        return self._value

    def show_value(self, value: float) -> None:
        """Show this number; what the person is typing stays."""
        self._value = value
        self.show_text(self._words(value))

    def step(self, by: float) -> None:
        """Ask for so much more or less."""
        self._ask_for(self._value + by)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: _PAGE, Qt.Key.Key_PageDown: -_PAGE}
        by = steps.get(Qt.Key(event.key()))
        if by is None:
            super().keyPressEvent(event)
        else:
            self.step(by)

    def _words(self, value: float) -> str:
        return f"{value:.1f} {self._unit}"

    def _entered(self, text: str) -> None:
        number = text.removesuffix(self._unit).strip().replace(",", ".").replace("\u2212", "-")
        try:
            value = float(number)
        except ValueError:
            value = math.nan
        if math.isfinite(value):
            self._ask_for(value)
        else:
            self.setText(self._words(self._value))

    def _ask_for(self, value: float) -> None:
        value = round(min(self._most, max(self._least, value)), 1)
        changed, self._value = value != self._value, value
        self.show_text(self._words(value))
        self.setText(self._words(value))
        if changed:
            self.value_requested.emit(value)

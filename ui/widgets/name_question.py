"""Asks for the name that others see, where it is missing."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui.widgets.empty_state import EmptyState
from ui.widgets.line_field import LineField
from ui.widgets.plain import plain

_LONGEST = 100


class NameQuestion(EmptyState):
    """A field and its button; `name_entered(name)` comes by Enter or the button, with a name only."""

    name_entered = Signal(str)

    def __init__(self, second: str = "", parent: QWidget | None = None) -> None:
        self._field = LineField()
        self._field.setPlaceholderText("Your name")
        self._field.setAccessibleName("Your name")
        self._field.setMaxLength(_LONGEST)
        self._field.setFixedWidth(280)
        super().__init__(
            "account_circle",
            "What is your name?",
            "Your buddy sees it. This server has accounts of its own, and asks for nothing else.",
            "Continue",
            second=second,
            field=self._field,
            parent=parent,
        )
        self._field.textChanged.connect(lambda _text: self._lock())
        self._field.returnPressed.connect(self._enter)
        self.action_requested.connect(self._enter)
        self._lock()

    @property
    def _name(self) -> str:
        return plain(self._field.text(), _LONGEST).strip()

    def _lock(self) -> None:
        self.lock_action(None if self._name else "Enter your name first")

    def _enter(self) -> None:
        if self._name:
            self.name_entered.emit(self._name)

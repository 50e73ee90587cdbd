"""The field for a join code: takes it as it is read out or pasted, in small letters and with spaces."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from protocol.limits import JOIN_CODE_ALPHABET, JOIN_CODE_LENGTH
from ui.widgets.accessible import explain
from ui.widgets.announce import announce
from ui.widgets.buttons import SecondaryButton
from ui.widgets.line_field import LineField
from ui.widgets.trouble import Trouble

_LENGTH: Final = f"A join code has {JOIN_CODE_LENGTH} characters"


def typed_code(text: str) -> str:
    """Return what of a text may stand in a join code, in capitals, no longer than one."""
    return "".join(letter for letter in text.upper() if letter in JOIN_CODE_ALPHABET)[:JOIN_CODE_LENGTH]


class JoinCodeField(QWidget):
    """A field and its button; `code_entered(code)` comes with a whole code only."""

    code_entered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._locked: str | None = None
        self._busy = False
        self._told = ""
        self._field = _CodeEdit(parent=self)
        self._field.setPlaceholderText("Join code")
        self._field.setAccessibleName("Join code")
        self._field.setMaxLength(64)
        self._field.setFixedWidth(132)
        self._button = SecondaryButton("Join by code", "login", parent=self)
        self._trouble = Trouble(parent=self)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._field)
        line.addWidget(self._button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(line)
        layout.addWidget(self._trouble)
        self._field.textEdited.connect(self._edited)
        self._field.returnPressed.connect(self._enter)
        self._button.clicked.connect(self._enter)
        self._lock_button()

    def show_trouble(self, text: str) -> None:
        """Say what is wrong with the code; an empty text takes it back, and so does another code."""
        if text != self._told:
            self._told = text
            self._tell(text)
            if text:
                # What is typed next takes the place of the wrong one.
                self._field.selectAll()

    def set_busy(self, busy: bool) -> None:
        """Show that a code is looked for; the next one has to wait."""
        self._busy = busy
        self._lock_button()

    def set_locked(self, reason: str | None) -> None:
        """Take no code for a reason; None frees the field."""
        self._locked = reason
        self._field.setEnabled(reason is None)
        explain(self._field, reason or "")
        self._lock_button()

    def _edited(self, text: str) -> None:
        code = typed_code(text)
        more = sum(letter in JOIN_CODE_ALPHABET for letter in text.upper()) > JOIN_CODE_LENGTH
        if code != text:
            place = len(typed_code(text[: self._field.cursorPosition()]))
            self._field.setText(code)
            self._field.setCursorPosition(place)
        self._tell(_LENGTH if more else "")
        self._lock_button()

    def _tell(self, text: str) -> None:
        if self._trouble.show_trouble(text):
            announce(self._field, text, urgent=True)
        self._field.setProperty("invalid", bool(text))
        self._field.style().polish(self._field)

    def _lock_button(self) -> None:
        whole = len(self._field.text()) == JOIN_CODE_LENGTH
        wait = "Looking for this session…" if self._busy else None
        short = None if whole else _LENGTH
        self._button.set_locked(self._locked or wait or short)

    def _enter(self) -> None:
        code = self._field.text()
        if self._locked is not None or self._busy:
            return
        if len(code) < JOIN_CODE_LENGTH:
            self._tell(_LENGTH)
            return
        self._told = ""
        self._tell("")
        self.code_entered.emit(code)


class _CodeEdit(LineField):
    """A line that Escape empties; who comes to it has all of it selected, since a code is written anew, not mended."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            self.textEdited.emit("")
            return
        super().keyPressEvent(event)

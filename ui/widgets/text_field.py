"""A field for a line of text that counts when it is finished, not with each letter."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from ui.widgets.accessible import explain
from ui.widgets.line_field import LineField
from ui.widgets.plain import plain


class TextField(LineField):
    """`entered(text)` comes by Enter, or when the focus leaves a changed text; Escape takes the change back."""

    entered = Signal(str)

    def __init__(
        self, name: str = "", placeholder: str = "", *, longest: int = 500, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent=parent)
        self._shown = ""
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self.setMaxLength(longest)
        self.setMinimumWidth(280)
        self.returnPressed.connect(lambda: self._enter(always=True))

    def show_text(self, text: str) -> None:
        """Show this text; what the person is typing stays."""
        text = plain(text, self.maxLength())
        changed_by_person = self.hasFocus() and self.text() != self._shown
        self._shown = text
        if not changed_by_person and self.text() != text:
            # Its beginning is what is read; whoever has just typed to its end goes on there.
            at_end = self.hasFocus() and 0 < len(self.text()) == self.cursorPosition()
            self.setText(text)
            if not at_end:
                self.setCursorPosition(0)

    def show_invalid(self, invalid: bool) -> None:
        """Mark the field as the one that something is wrong with."""
        if bool(self.property("invalid")) != invalid:
            self.setProperty("invalid", invalid)
            self.style().unpolish(self)
            self.style().polish(self)

    def set_locked(self, reason: str | None) -> None:
        """Disable the field for a reason, which becomes its tooltip; None frees it."""
        self.setEnabled(reason is None)
        explain(self, reason or "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text() != self._shown:
            self.setText(self._shown)
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self._enter(always=False)

    def _enter(self, *, always: bool) -> None:
        text = self.text().strip()
        if always or text != self._shown:
            self._shown = text
            self.entered.emit(text)

"""A row of a form: what it is about on one side, the control on the other, and what is wrong with it beneath."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.theme.tokens import TextRole
from ui.widgets.announce import announce
from ui.widgets.label import Label
from ui.widgets.plain import plain
from ui.widgets.trouble import Trouble

_LONGEST = 300


class FormRow(QWidget):
    """Label, a line of explanation, and any control; its name is the label's unless it has one."""

    def __init__(self, label: str, control: QWidget, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = Label(label, TextRole.BODY, wraps=True, parent=self)
        self._hint = Label(plain(hint, _LONGEST), TextRole.CAPTION, "secondary", wraps=True, parent=self)
        self._hint.setVisible(bool(hint))
        self._trouble = Trouble(parent=self)
        self._label.setBuddy(control)
        self._control = control
        if not control.accessibleName():
            control.setAccessibleName(self._label.text())
        control.setAccessibleDescription(control.accessibleDescription() or self._hint.text())
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._label)
        words.addWidget(self._hint)
        words.addWidget(self._trouble)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 12)
        layout.setSpacing(24)
        layout.addLayout(words, 1)
        layout.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_hint(self, hint: str) -> None:
        """Show another explanation."""
        self._hint.setText(plain(hint, _LONGEST))
        self._hint.setVisible(bool(hint))

    def show_trouble(self, text: str) -> None:
        """Say what is wrong and what to do; an empty text takes it back."""
        if self._trouble.show_trouble(text):
            announce(self._control, text, urgent=True)

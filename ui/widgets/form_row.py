"""A row of a form: what it is about on one side, the control on the other, and what is wrong with it beneath."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QVBoxLayout, QWidget

from ui.theme.tokens import TextRole
from ui.widgets.accessible import belongs_to
from ui.widgets.announce import announce
from ui.widgets.label import Label
from ui.widgets.plain import plain, sentences
from ui.widgets.trouble import Trouble

_LONGEST = 300


class FormRow(QWidget):
    """Label, a line of explanation, and any control; its name is the label's unless it has one.

    A screen reader hears label, explanation and trouble with every control that the row has.
    """

    def __init__(self, label: str, control: QWidget, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = Label(label, TextRole.BODY, wraps=True, parent=self)
        self._hint = Label(plain(hint, _LONGEST), TextRole.CAPTION, "secondary", wraps=True, parent=self)
        self._hint.setVisible(bool(hint))
        self._trouble = Trouble(parent=self)
        self._control = control
        if not control.accessibleName():
            control.setAccessibleName(self._label.text())
        self._label.setBuddy(next((one for one in _controls(control) if not isinstance(one, QAbstractButton)), control))
        self._tell()
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
        self._tell()

    def show_trouble(self, text: str) -> None:
        """Say what is wrong and what to do; an empty text takes it back."""
        if self._trouble.show_trouble(text):
            announce(self._control, text, urgent=True)
        self._tell()

    def _tell(self) -> None:
        for one in _controls(self._control):
            label = "" if one.accessibleName() == self._label.text() else self._label.text()
            belongs_to(one, sentences(label, self._hint.text(), self._trouble.text()))


def _controls(control: QWidget) -> list[QWidget]:
    """Return the control, or what can be used in it."""
    if control.focusPolicy() != Qt.FocusPolicy.NoFocus:
        return [control]
    return [one for one in control.findChildren(QWidget) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]

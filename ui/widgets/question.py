"""A question that has to be answered before something is lost."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from ui.theme.tokens import TextRole
from ui.widgets.buttons import DangerButton, SecondaryButton
from ui.widgets.label import Label
from ui.widgets.plain import spoken


class Question(QDialog):
    """Title, a sentence, the button that does it, and the one that does not, which has the focus. Use `open()`."""

    answered = Signal(bool)

    def __init__(
        self, title: str, sentence: str, action: str, otherwise: str = "Cancel", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        head = Label(title, TextRole.HEADING, wraps=True, parent=self)
        text = Label(sentence, TextRole.BODY, "secondary", wraps=True, parent=self)
        self.setWindowTitle(head.text())
        self.setAccessibleDescription(spoken(sentence))
        self.setMinimumWidth(420)
        do_it = DangerButton(action, parent=self)
        leave = SecondaryButton(otherwise, parent=self)
        leave.setDefault(True)
        do_it.setAutoDefault(False)
        do_it.clicked.connect(self.accept)
        leave.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(leave)
        buttons.addWidget(do_it)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(8)
        layout.addWidget(head)
        layout.addWidget(text)
        layout.addSpacing(16)
        layout.addLayout(buttons)
        leave.setFocus()
        self.finished.connect(lambda result: self.answered.emit(result == QDialog.DialogCode.Accepted.value))

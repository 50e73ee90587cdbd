"""What the steps have in common: picture, title, sentence, room for what is asked, and a line for what is wrong."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.theme import icons
from ui.theme.theme import current
from ui.theme.tokens import TextRole
from ui.widgets.announce import announce
from ui.widgets.label import Label
from ui.widgets.paint import plane
from ui.widgets.plain import plain

WIDTH = 480
_DISC = 72
_LONGEST = 300


class _Picture(QWidget):
    """An icon on a soft disc."""

    def __init__(self, icon: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon = icon
        self.setFixedSize(_DISC, _DISC)

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = current().palette
        painter = QPainter(self)
        plane(painter, self.rect(), _DISC / 2, palette.raised)
        place = QRect(0, 0, 32, 32)
        place.moveCenter(self.rect().center())
        icons.draw(painter, place, self._icon, palette.text)


class StepPage(QWidget):
    """One step; `content` is the layout between the sentence and the trouble."""

    def __init__(self, icon: str, title: str, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trouble = Label("", TextRole.BODY, "error", wraps=True, parent=self)
        self._trouble.hide()
        heading = Label(title, TextRole.DISPLAY, wraps=True, parent=self)
        text = Label(sentence, TextRole.BODY, "secondary", wraps=True, parent=self)
        for label in (heading, text, self._trouble):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.set_width(WIDTH)
        self.content = QVBoxLayout()
        self.content.setSpacing(12)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addStretch(2)
        layout.addWidget(_Picture(icon, self), 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(24)
        layout.addWidget(heading, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(12)
        layout.addWidget(text, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(32)
        layout.addLayout(self.content)
        layout.addSpacing(16)
        layout.addWidget(self._trouble, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)

    def show_trouble(self, text: str) -> None:
        """Say what is wrong and what to do; an empty text takes it back."""
        shown = plain(text, _LONGEST)
        if shown and shown != self._trouble.text():
            announce(self, shown, urgent=True)
        self._trouble.setText(shown)
        self._trouble.setVisible(bool(shown))

"""What the steps have in common: picture, title, sentence, room for what is asked, and a line for what is wrong."""

from typing import Final

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.theme import icons
from ui.theme.theme import current
from ui.theme.tokens import TextRole
from ui.widgets.announce import announce
from ui.widgets.label import Label
from ui.widgets.paint import plane
from ui.widgets.trouble import Trouble

WIDTH: Final = 480
_TROUBLE_WIDTH: Final = 640
_DISC: Final = 72
#: What is asked takes no more in most states, so that the title stays where it is from one to the next.
_ROOM: Final = 200


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

    accessible_role = QAccessible.Role.Grouping

    def __init__(self, icon: str, title: str, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self.setAccessibleName(title)
        heading = Label(title, TextRole.DISPLAY, wraps=True, parent=self)
        self.sentence = Label(sentence, TextRole.BODY, "secondary", wraps=True, parent=self)
        for label in (heading, self.sentence):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.set_width(WIDTH)
        asked = QWidget(self)
        asked.setMinimumHeight(_ROOM)
        self._trouble = Trouble(TextRole.BODY, _TROUBLE_WIDTH, asked)
        self.content = QVBoxLayout()
        self.content.setSpacing(16)
        room = QVBoxLayout(asked)
        room.setContentsMargins(0, 0, 0, 0)
        room.setSpacing(16)
        room.addLayout(self.content)
        room.addWidget(self._trouble, 0, Qt.AlignmentFlag.AlignHCenter)
        room.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addStretch(2)
        self._picture = _Picture(icon, self)
        layout.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(24)
        layout.addWidget(heading, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(12)
        layout.addWidget(self.sentence, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(32)
        layout.addWidget(asked)
        layout.addStretch(3)

    def take_focus(self) -> None:
        """Take the focus as the step comes: pages with a field to type in give it to that."""

    def show_trouble(self, text: str) -> None:
        """Say what is wrong and what to do; an empty text takes it back."""
        if self._trouble.show_trouble(text):
            announce(self, self._trouble.text(), urgent=True)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Leave the picture out where there is room for the words alone."""
        layout = self.layout()
        if layout is not None:
            self._picture.show()
            self._picture.setVisible(layout.minimumHeightForWidth(self.width()) <= self.height())

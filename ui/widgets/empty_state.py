"""What a screen shows while it has nothing to show: what is missing, and the button that changes it."""

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.theme import icons
from ui.theme.theme import current
from ui.theme.tokens import TextRole
from ui.widgets.buttons import PrimaryButton, QuietButton
from ui.widgets.label import Label
from ui.widgets.paint import plane

_DISC = 96
#: So high are picture, two lines of title, two of text, and a button.
_ROOM = 320


class _Picture(QWidget):
    """An icon on a soft disc."""

    def __init__(self, icon: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.icon = icon
        self.setFixedSize(_DISC, _DISC)

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = current().palette
        painter = QPainter(self)
        plane(painter, self.rect(), _DISC / 2, palette.raised)
        place = QRect(0, 0, 40, 40)
        place.moveCenter(self.rect().center())
        icons.draw(painter, place, self.icon, palette.text_secondary)


class EmptyState(QWidget):
    """Icon, a short title, a sentence, perhaps a field, one button, and perhaps a quieter one beside it."""

    action_requested = Signal()
    second_requested = Signal()

    def __init__(
        self,
        icon: str,
        title: str,
        sentence: str,
        action: str = "",
        *,
        action_icon: str | None = None,
        second: str = "",
        field: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._picture = _Picture(icon, self)
        self._title = Label(title, TextRole.HEADING, wraps=True, parent=self)
        self._sentence = Label(sentence, TextRole.BODY, "secondary", wraps=True, parent=self)
        self._action = PrimaryButton(action, action_icon, parent=self)
        self._second = QuietButton(second, parent=self)
        self._action.clicked.connect(self.action_requested)
        self._second.clicked.connect(self.second_requested)
        self._action.setVisible(bool(action))
        self._second.setVisible(bool(second))
        centre = Qt.AlignmentFlag.AlignHCenter
        for label in (self._title, self._sentence):
            label.setAlignment(centre)
            label.set_width(420)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self._action)
        buttons.addWidget(self._second)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(0)
        layout.addStretch(1)
        layout.addWidget(self._picture, 0, centre)
        layout.addSpacing(24)
        layout.addWidget(self._title, 0, centre)
        layout.addSpacing(8)
        layout.addWidget(self._sentence, 0, centre)
        layout.addSpacing(24)
        if field is not None:
            layout.addWidget(field, 0, centre)
            layout.addSpacing(16)
        layout.addLayout(buttons)
        layout.addStretch(2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the picture out where there is room for the words alone."""
        super().resizeEvent(event)
        self._picture.setVisible(event.size().height() >= _ROOM)

    def lock_action(self, reason: str | None) -> None:
        """Lock the button for a reason; None frees it."""
        self._action.set_locked(reason)

    def show_text(self, icon: str, title: str, sentence: str, action: str = "", second: str = "") -> None:
        """Show another picture and other words."""
        self._picture.icon = icon
        self._picture.update()
        self._title.setText(title)
        self._sentence.setText(sentence)
        self._action.set_words(action)
        self._second.set_words(second)
        self._action.setVisible(bool(action))
        self._second.setVisible(bool(second))

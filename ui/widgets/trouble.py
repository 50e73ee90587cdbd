"""What is wrong, in a form: an icon and words, since colour alone tells nobody."""

from typing import Final

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.theme import icons
from ui.theme.theme import current, font
from ui.theme.tokens import TextRole, Tone
from ui.widgets.label import Label
from ui.widgets.paint import text_width
from ui.widgets.plain import plain

_SIDES: Final = {TextRole.CAPTION: 16, TextRole.BODY: 20}
_ICONS: Final = {Tone.ERROR: "error", Tone.WARNING: "warning"}
_GAP: Final = 8
_LONGEST: Final = 300


class _Mark(QWidget):
    """The icon, as high as a line of the words."""

    def __init__(self, side: int, tone: Tone, parent: QWidget) -> None:
        super().__init__(parent)
        self._tone = tone
        self.setFixedSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        area = QRect(0, 0, self.width(), self.height())
        icons.draw(QPainter(self), area, _ICONS[self._tone], current().palette.tone(self._tone))


class Trouble(QWidget):
    """`role` is CAPTION or BODY, `tone` ERROR or WARNING.

    With `widest` it takes no more room than its words need, to stand in the middle.
    """

    def __init__(
        self,
        role: TextRole = TextRole.CAPTION,
        widest: int | None = None,
        parent: QWidget | None = None,
        *,
        tone: Tone = Tone.ERROR,
    ) -> None:
        super().__init__(parent)
        self._role = role
        self._widest = widest
        side = _SIDES[role]
        self._words = Label("", role, tone.value, wraps=True, parent=self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(_GAP)
        layout.addWidget(_Mark(side, tone, self), 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._words, 1, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def text(self) -> str:
        """Return what is said; "" while nothing is wrong."""
        return self._words.text()

    def show_trouble(self, text: str) -> bool:
        """Say what is wrong and what to do, an empty text takes it back; return whether there is something new."""
        shown = plain(text, _LONGEST)
        if shown == self.text():
            return False
        self._words.setText(shown)
        if self._widest is not None:
            room = self._widest - _SIDES[self._role] - _GAP
            self._words.set_width(min(room, text_width(font(self._role), shown)))
        self.setVisible(bool(shown))
        return bool(shown)

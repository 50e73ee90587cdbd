"""A join code in large letters, each on its own tile, with a button that copies it."""

from PySide6.QtCore import QRect, QSize, Qt, QTimer
from PySide6.QtGui import QAccessible, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.theme.theme import current, font
from ui.theme.tokens import RADIUS, TextRole, Tone
from ui.widgets.accessible import belongs_to
from ui.widgets.announce import announce
from ui.widgets.buttons import SecondaryButton
from ui.widgets.paint import plane, text_width
from ui.widgets.plain import plain

_TILE = QSize(48, 64)
_GAP = 8
_COPIED_MS = 2_000
_LONGEST = 12


class _Tiles(QWidget):
    """The letters; always left to right, as a code is read."""

    accessible_role = QAccessible.Role.StaticText

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.code = ""
        self._font = font(TextRole.DISPLAY)

    def sizeHint(self) -> QSize:
        count = max(1, len(self.code))
        return QSize(count * _TILE.width() + (count - 1) * _GAP, _TILE.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = current().palette
        painter = QPainter(self)
        for index, letter in enumerate(self.code):
            tile = QRect(index * (_TILE.width() + _GAP), 0, _TILE.width(), _TILE.height())
            plane(painter, tile, RADIUS, palette.soft(Tone.LEADING))
            painter.setFont(self._font)
            painter.setPen(palette.leading)
            painter.drawText(tile, int(Qt.AlignmentFlag.AlignCenter), letter)


class CodeDisplay(QWidget):
    """The code, and "Copy", which says "Copied" for two seconds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tiles = _Tiles(self)
        self._copy = SecondaryButton("Copy", "content_copy", parent=self)
        self._copy.setFixedWidth(text_width(font(TextRole.BODY, weight=600), "Copied") + 28 + 32 + 4)
        self._back = QTimer(self)
        self._back.setSingleShot(True)
        self._back.setInterval(_COPIED_MS)
        self._back.timeout.connect(self._offer)
        self._copy.clicked.connect(self.copy)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(24)
        layout.addStretch(1)
        layout.addWidget(self._tiles)
        layout.addWidget(self._copy)
        layout.addStretch(1)

    def show_code(self, code: str) -> None:
        """Show this code."""
        self._tiles.code = plain(code, _LONGEST)
        letters = " ".join(self._tiles.code)
        self._tiles.setAccessibleName(f"Join code {letters}")
        belongs_to(self._copy, letters)
        self._copy.setAccessibleName("Copy the join code")
        self._tiles.updateGeometry()
        self._tiles.update()

    def copy(self) -> None:
        """Put the code on the clipboard."""
        QGuiApplication.clipboard().setText(self._tiles.code)
        self._copy.set_words("Copied")
        announce(self, "Join code copied")
        self._back.start()

    def _offer(self) -> None:
        self._copy.set_words("Copy")
        self._copy.setAccessibleName("Copy the join code")

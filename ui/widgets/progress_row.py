"""A line that says how far something is, with a bar under it."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from ui.theme.theme import current
from ui.theme.tokens import TextRole
from ui.widgets.buttons import QuietButton
from ui.widgets.label import ElidedLabel, Label
from ui.widgets.paint import plane


class ThinBar(QProgressBar):
    """A bar of 4 pixels, 0 to 1000."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(0, 1000)
        self.setTextVisible(False)
        self.setAccessibleName(name)
        self.setFixedHeight(4)

    def sizeHint(self) -> QSize:
        return QSize(160, 4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = current().palette
        painter = QPainter(self)
        plane(painter, self.rect(), 2, palette.pressed)
        width = self.width() * (self.value() - self.minimum()) / max(1, self.maximum() - self.minimum())
        done = QRectF(0, 0, width, self.height())
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            done.moveRight(QRectF(QRect(self.rect())).right())
        if width > 0:
            plane(painter, done, 2, palette.text)


class ProgressRow(QWidget):
    """What is done ("Looking through Music"), how far in words ("1,204 of 20,000 files"), the bar, and Cancel."""

    cancel_requested = Signal()

    def __init__(self, *, cancellable: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ElidedLabel("", TextRole.BODY, parent=self)
        self._detail = Label("", TextRole.CAPTION, "secondary", parent=self)
        self._bar = ThinBar("Progress", self)
        self._cancel = QuietButton("Cancel", parent=self)
        self._cancel.setVisible(cancellable)
        self._cancel.clicked.connect(self.cancel_requested)
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(self._text, 1)
        line.addWidget(self._detail)
        line.addWidget(self._cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(line)
        layout.addWidget(self._bar)

    def show_progress(self, text: str, detail: str, share: float) -> None:
        """Show how far it is; `share` is 0.0 to 1.0."""
        self._text.setText(text)
        self._detail.setText(detail)
        self._bar.setAccessibleName(self._text.text())
        self._bar.setValue(round(1000 * min(1.0, max(0.0, share))))

"""The content: one screen at a time, with a short cross-fade from one to the next."""

from PySide6.QtCore import Qt, QVariantAnimation
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QStackedWidget, QWidget

from ui.theme.theme import current


class _Fading(QWidget):
    """The picture of the screen that goes, over the one that comes."""

    def __init__(self, picture: QPixmap, parent: QWidget) -> None:
        super().__init__(parent)
        self._picture = picture
        self._opacity = 1.0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setGeometry(parent.rect())
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(1.0)
        self._animation.setEndValue(0.0)
        self._animation.setDuration(current().motion_ms)
        self._animation.valueChanged.connect(self._fade)
        self._animation.finished.connect(self.deleteLater)
        self.show()
        self._animation.start()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setOpacity(self._opacity)
        painter.drawPixmap(0, 0, self._picture)

    def _fade(self, opacity: float) -> None:
        self._opacity = opacity
        self.update()


class PageStack(QStackedWidget):
    """A stack that fades, unless the person wants no movement."""

    def show_page(self, page: QWidget) -> None:
        """Show this page."""
        before = self.currentWidget()
        if page is before:
            return
        picture = None
        if before is not None and self.isVisible() and current().motion_ms > 0:
            picture = self.grab()
        self.setCurrentWidget(page)
        if picture is not None:
            _Fading(picture, self)

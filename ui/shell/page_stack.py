"""The content: one screen at a time, with a short cross-fade from one to the next."""

from PySide6.QtCore import QSize, Qt, QVariantAnimation
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QStackedWidget, QWidget

from ui.theme.theme import current


class _Fading(QWidget):
    """The picture of the screen that goes, over the one that comes."""

    def __init__(self, stack: QWidget) -> None:
        super().__init__(stack)
        self._stack = stack
        self._picture = QPixmap()
        self._opacity = 1.0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(1.0)
        self._animation.setEndValue(0.0)
        self._animation.valueChanged.connect(self._fade)
        self._animation.finished.connect(self._forget)
        self.hide()

    def begin(self, picture: QPixmap, duration_ms: int) -> None:
        """Fade this picture out."""
        self._animation.stop()
        self._picture, self._opacity = picture, 1.0
        self.setGeometry(self._stack.rect())
        self.raise_()
        self.show()
        self._animation.setDuration(duration_ms)
        self._animation.start()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setOpacity(self._opacity)
        painter.drawPixmap(0, 0, self._picture)

    def _fade(self, opacity: float) -> None:
        self._opacity = opacity
        self.update()

    def _forget(self) -> None:
        self.hide()
        self._picture = QPixmap()


class PageStack(QStackedWidget):
    """A stack that fades, unless the person wants no movement."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # One for all changes: a new widget has the whole style sheet looked up, which takes longer than the picture.
        self._fading = _Fading(self)

    def hasHeightForWidth(self) -> bool:
        return False

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        # The window says how large it is at least. A stack's own answer asks every page, also those that nobody sees,
        # at each change of any text in it.
        return QSize(0, 0)

    def show_page(self, page: QWidget) -> None:
        """Show this page; the focus, if it was on the page before, returns to where it was on this one.

        On a page that is seen for the first time it is on the page itself. Qt would give it to the first control, which
        nobody has chosen: Space is to play and pause, not to press "Leave".
        """
        before = self.currentWidget()
        if page is before:
            return
        focus = self.window().focusWidget()
        unchosen = page.focusWidget() is None and (focus is None or self.isAncestorOf(focus))
        motion_ms = current().motion_ms
        picture = None
        if before is not None and self.isVisible() and motion_ms > 0:
            self._fading.hide()
            picture = before.grab()
        self.setCurrentWidget(page)
        if unchosen:
            page.setFocus(Qt.FocusReason.OtherFocusReason)
        if picture is not None:
            self._fading.begin(picture, motion_ms)

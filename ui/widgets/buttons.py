"""Buttons with words: one that is the thing to do, others beside it, and one that ends or deletes something."""

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QEnterEvent, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from ui.theme import icons
from ui.theme.theme import current, font
from ui.theme.tokens import CONTROL_HEIGHT, HOVER_SHARE, ICON, PRESS_SHARE, Palette, TextRole, Tone
from ui.widgets.accessible import explain
from ui.widgets.paint import PRESS_KEYS, FocusVisible, draw_text, focus_ring, logical, plane, text_width
from ui.widgets.plain import plain, spoken

_PADDING = 16
_GAP = 8


class _WordButton(FocusVisible, QPushButton):
    """A button of words and perhaps an icon, drawn from the theme; subclasses say in which colours."""

    padding = _PADDING
    own_keys = PRESS_KEYS

    def __init__(self, text: str, icon: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        self._font = font(TextRole.BODY, weight=600)
        self.setText(plain(text).replace("&", "&&"))
        self.setAccessibleName(spoken(text))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def words(self) -> str:
        """Return the text as it is shown."""
        return self.text().replace("&&", "&")

    def set_words(self, text: str) -> None:
        """Show another text."""
        self.setText(plain(text).replace("&", "&&"))
        self.setAccessibleName(spoken(text))
        self.updateGeometry()

    def set_locked(self, reason: str | None) -> None:
        """Disable the button for a reason, which becomes its tooltip; None frees it."""
        self.setEnabled(reason is None)
        explain(self, reason or "")

    def sizeHint(self) -> QSize:
        width = text_width(self._font, self.words()) + 2 * self.padding
        if self._icon is not None:
            width += ICON + _GAP
        return QSize(width, CONTROL_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def colours(self, palette: Palette) -> tuple[str | None, str, str | None]:
        """Return plane, text and edge."""
        raise NotImplementedError

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = current().palette
        painter = QPainter(self)
        back, text, edge = self.colours(palette)
        if not self.isEnabled():
            back, text = (palette.raised if back is not None else None), palette.text_muted
            edge = palette.border if edge is not None else None
        radius = self.height() / 2
        plane(painter, self.rect(), radius, back, edge=edge)
        if self.isEnabled() and (self.underMouse() or self.isDown()):
            painter.setOpacity(PRESS_SHARE if self.isDown() else HOVER_SHARE)
            plane(painter, self.rect(), radius, text)
            painter.setOpacity(1.0)
        self._draw_content(painter, text)
        if self.focus_visible:
            focus_ring(painter, self.rect(), radius, on_plane=back is not None)

    def _draw_content(self, painter: QPainter, colour: str) -> None:
        metrics = QFontMetrics(self._font)
        room = self.width() - 2 * self.padding - (ICON + _GAP if self._icon is not None else 0)
        words = metrics.elidedText(self.words(), Qt.TextElideMode.ElideRight, max(room, 0))
        width = text_width(self._font, words) + (ICON + _GAP if self._icon is not None else 0)
        left = (self.width() - width) // 2
        if self._icon is not None:
            place = QRect(left, (self.height() - ICON) // 2, ICON, ICON)
            mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            icons.draw(painter, logical(self.rect(), self, place), self._icon, colour, mirrored=mirrored)
            left += ICON + _GAP
        painter.setFont(self._font)
        painter.setPen(colour)
        area = logical(self.rect(), self, QRect(left, 0, self.width() - left, self.height()))
        draw_text(painter, self, area, words)


class PrimaryButton(_WordButton):
    """The one thing to do; `tone` gives it the colour of leading or following."""

    padding = 20

    def __init__(
        self, text: str, icon: str | None = None, *, tone: Tone = Tone.NEUTRAL, parent: QWidget | None = None
    ) -> None:
        super().__init__(text, icon, parent)
        self._tone = tone

    def colours(self, palette: Palette) -> tuple[str | None, str, str | None]:
        return palette.fill(self._tone), palette.on_fill(self._tone), None


class SecondaryButton(_WordButton):
    """What else can be done."""

    def colours(self, palette: Palette) -> tuple[str | None, str, str | None]:
        return None, palette.text, palette.control_edge


class QuietButton(_WordButton):
    """A button without an edge: skip, cancel, dismiss."""

    padding = 12

    def colours(self, palette: Palette) -> tuple[str | None, str, str | None]:
        return None, palette.text_secondary, None


class DangerButton(_WordButton):
    """Ends or deletes something."""

    def colours(self, palette: Palette) -> tuple[str | None, str, str | None]:
        return palette.error_soft, palette.error, None

"""A badge: a word or two on a soft plane, with an icon so that colour is never all it says."""

from functools import cache

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import icons
from ui.theme.theme import current, font
from ui.theme.tokens import TextRole, Tone
from ui.widgets.paint import draw_text, logical, plane, text_width
from ui.widgets.plain import plain, spoken

BADGE_HEIGHT = 24
_ICON = 16
_PADDING = 10
_GAP = 4


@cache
def _font() -> QFont:
    return font(TextRole.CAPTION, weight=600)


def badge_width(text: str, icon: str | None) -> int:
    """Return the room that a badge takes."""
    width = text_width(_font(), plain(text)) + 2 * _PADDING
    return width + (_ICON + _GAP if icon else 0)


def draw_badge(painter: QPainter, place: QRect, text: str, tone: Tone, icon: str | None, widget: QWidget) -> None:
    """Draw a badge that fills `place`."""
    palette = current().palette
    colour = palette.tone(tone)
    # The edge is what is seen of it on a plane of its own colour: a row that is chosen.
    plane(painter, place, place.height() / 2, palette.soft(tone), edge=palette.soft_edge(tone))
    inner = place.adjusted(_PADDING, 0, -_PADDING, 0)
    if icon:
        box = QRect(inner.left() - 2, place.center().y() - _ICON // 2 + 1, _ICON, _ICON)
        icons.draw(painter, logical(place, widget, box), icon, colour)
        inner.setLeft(inner.left() + _ICON + _GAP - 2)
    painter.setFont(_font())
    painter.setPen(colour)
    words = QFontMetrics(_font()).elidedText(plain(text), Qt.TextElideMode.ElideRight, inner.width())
    draw_text(painter, widget, logical(place, widget, inner), words)


class Badge(QWidget):
    """The badge as a widget of its own."""

    accessible_role = QAccessible.Role.StaticText

    def __init__(
        self, text: str = "", tone: Tone = Tone.NEUTRAL, icon: str | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.show_badge(text, tone, icon)

    def show_badge(self, text: str, tone: Tone = Tone.NEUTRAL, icon: str | None = None) -> None:
        """Show these words; without any there is no badge."""
        self._text, self._tone, self._icon = text, tone, icon
        self.setAccessibleName(spoken(text))
        if self.parentWidget() is not None:
            self.setVisible(bool(text))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(badge_width(self._text, self._icon), BADGE_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), 64), BADGE_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        draw_badge(QPainter(self), self.rect(), self._text, self._tone, self._icon, self)

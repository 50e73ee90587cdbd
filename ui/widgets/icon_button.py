"""A button that is an icon alone: its name is its tooltip and what a screen reader says."""

from typing import Final

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolButton, QWidget

from ui.theme import icons
from ui.theme.theme import current
from ui.theme.tokens import ICON
from ui.widgets.accessible import explain
from ui.widgets.paint import PRESS_KEYS, FocusVisible, focus_ring, plane

SIDE: Final = 36
#: By so much an icon button reaches past the edge of what stands above and below it, so that its icon meets that edge.
OVERHANG: Final = (SIDE - ICON) // 2


class IconButton(FocusVisible, QToolButton):
    """`filled` is the round button in full colour, of which a screen has one (play)."""

    own_keys = PRESS_KEYS

    def __init__(
        self,
        icon: str,
        name: str,
        *,
        side: int = SIDE,
        icon_side: int = ICON,
        filled: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon = icon
        self._icon_side = icon_side
        self._filled = filled
        self._name = ""
        self.setFixedSize(side, side)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.set_name(name)

    def set_icon(self, icon: str, name: str | None = None) -> None:
        """Show another icon, with another name if what the button does is now something else."""
        self._icon = icon
        if name is not None:
            self.set_name(name)
        self.update()

    def set_name(self, name: str) -> None:
        """Say what the button does."""
        self._name = name
        self.setAccessibleName(name)
        explain(self, name)

    def set_locked(self, reason: str | None) -> None:
        """Disable the button for a reason, which becomes its tooltip; None frees it."""
        self.setEnabled(reason is None)
        explain(self, reason or self._name)

    def sizeHint(self) -> QSize:
        return self.size()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = current().palette
        painter = QPainter(self)
        hovered = self.underMouse() and self.isEnabled()
        if self._filled:
            plane(painter, self.rect(), self.width() / 2, palette.inverse if self.isEnabled() else palette.raised)
            colour = palette.on_inverse if self.isEnabled() else palette.text_muted
        else:
            colour = palette.text if hovered or self.isChecked() else palette.text_secondary
            if not self.isEnabled():
                painter.setOpacity(0.45)
        if hovered and not self._filled:
            plane(painter, self.rect(), self.width() / 2, palette.pressed if self.isDown() else palette.raised)
        side = self._icon_side - (1 if self.isDown() else 0)
        place = QRect(0, 0, side, side)
        place.moveCenter(self.rect().center())
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        icons.draw(painter, place, self._icon, colour, mirrored=mirrored)
        if self.focus_visible:
            focus_ring(painter, self.rect(), self.width() / 2, on_plane=self._filled)

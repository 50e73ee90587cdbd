"""The role banner: who leads and who follows, on every screen of a session."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.theme import icons
from ui.theme.theme import current
from ui.theme.tokens import RADIUS, TextRole, Tone
from ui.widgets.announce import announce
from ui.widgets.buttons import SecondaryButton
from ui.widgets.label import ElidedLabel
from ui.widgets.paint import plane
from ui.widgets.plain import spoken


@dataclass(frozen=True, slots=True)
class RoleBannerState:
    """`tone` is LEADING or FOLLOWING, `text` as "Leading RunBuddy with Ben", `action` as "End session"."""

    tone: Tone
    text: str
    action: str = ""


class RoleBanner(QWidget):
    """A soft plane in the role's colour with icon, words and the one thing to do about it."""

    accessible_role = QAccessible.Role.Grouping

    action_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: RoleBannerState | None = None
        self._label = ElidedLabel("", TextRole.BODY, parent=self)
        self._action = SecondaryButton("", parent=self)
        self._action.clicked.connect(self.action_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(12)
        layout.addSpacing(44)
        layout.addWidget(self._label, 1)
        layout.addWidget(self._action)
        self.setFixedHeight(52)
        self.hide()

    def show_state(self, state: RoleBannerState | None) -> None:
        """Show this role; None, outside of a session, hides the banner."""
        before, self._state = self._state, state
        self.setVisible(state is not None)
        if state is None:
            return
        self._label.setText(state.text)
        self._action.set_words(state.action)
        self._action.setVisible(bool(state.action))
        self.setAccessibleName(spoken(state.text))
        if before is None or before.text != state.text:
            announce(self, state.text)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._state is None:
            return
        palette = current().palette
        painter = QPainter(self)
        plane(painter, self.rect(), RADIUS, palette.soft(self._state.tone))
        place = self.rect()
        place.setWidth(24)
        place.moveLeft(16 if self.layoutDirection() == Qt.LayoutDirection.LeftToRight else self.width() - 40)
        icon = "sensors" if self._state.tone is Tone.LEADING else "headphones"
        icons.draw(painter, place, icon, palette.tone(self._state.tone))

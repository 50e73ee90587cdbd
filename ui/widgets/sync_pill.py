"""The sync pill: whether this player is in lockstep, and how closely, in words, with an icon and a colour."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFocusEvent, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from ui.theme import icons
from ui.theme.theme import current, font
from ui.theme.tokens import HOVER_SHARE, TextRole, Tone
from ui.widgets.accessible import explain
from ui.widgets.announce import announce
from ui.widgets.paint import PRESS_KEYS, FocusVisible, draw_text, focus_ring, logical, plane, text_width
from ui.widgets.plain import plain, spoken

_HEIGHT: Final = 32
_ICON: Final = 16
_PADDING: Final = 12
_GAP: Final = 8
#: What it gets in the narrowest window, where the volume is a button alone: only long names don't fit, in any font.
_ROOM: Final = 248


class SyncKind(StrEnum):
    """What kind of state it is; the words are the view model's."""

    IN_LOCKSTEP = "in_lockstep"
    LEADING = "leading"
    CATCHING_UP = "catching_up"
    RECONNECTING = "reconnecting"
    CLOCK_LOST = "clock_lost"
    NO_SOUND = "no_sound"
    WAITING = "waiting"


_LOOKS: Final[dict[SyncKind, tuple[str, Tone]]] = {
    SyncKind.IN_LOCKSTEP: ("check_circle", Tone.FOLLOWING),
    SyncKind.LEADING: ("sensors", Tone.LEADING),
    SyncKind.CATCHING_UP: ("sync", Tone.WARNING),
    SyncKind.RECONNECTING: ("cloud_off", Tone.WARNING),
    SyncKind.CLOCK_LOST: ("timer_off", Tone.ERROR),
    SyncKind.NO_SOUND: ("volume_off", Tone.WARNING),
    SyncKind.WAITING: ("schedule", Tone.NEUTRAL),
}


@dataclass(frozen=True, slots=True)
class SyncPillState:
    """What the pill shows: `text` as "In lockstep · 0.2 ms", `detail` (clock, connection, drift) as its tooltip.

    `tone` overrules the kind's colour: a leader in lockstep has the leader's.
    """

    kind: SyncKind
    text: str
    detail: str = ""
    tone: Tone | None = None


class SyncPill(FocusVisible, QToolButton):
    """A button that opens the sync panel; a change of kind is announced, a change of the number is not.

    Of two that are seen at once, one `speaks`.
    """

    own_keys = PRESS_KEYS

    def __init__(self, parent: QWidget | None = None, *, speaks: bool = True) -> None:
        super().__init__(parent)
        self._speaks = speaks
        self._state: SyncPillState | None = None
        self._font = font(TextRole.CAPTION, weight=600)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_state(self, state: SyncPillState | None) -> None:
        """Show this state; None, outside of a session, hides the pill."""
        before, self._state = self._state, state
        self.setVisible(state is not None)
        if state is None:
            return
        other = before is None or before.kind is not state.kind
        if other or not self.hasFocus():
            # Each change of the focused control's words is spoken, and the number changes four times a second.
            self._tell(state)
        if other and self._speaks:
            trouble = state.kind in (SyncKind.RECONNECTING, SyncKind.CLOCK_LOST, SyncKind.NO_SOUND)
            announce(self, state.text, urgent=trouble)
        if before is None or _steady(before.text) != _steady(state.text):
            self.updateGeometry()
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        if self._state is not None:
            self._tell(self._state)
        super().focusInEvent(event)

    def _tell(self, state: SyncPillState) -> None:
        self.setAccessibleName(f"Sync: {spoken(state.text)}")
        explain(self, state.detail)

    def sizeHint(self) -> QSize:
        text = "" if self._state is None else _steady(self._state.text)
        return QSize(text_width(self._font, text) + _ICON + _GAP + 2 * _PADDING, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), _ROOM), _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._state is None:
            return
        palette = current().palette
        icon, tone = _LOOKS[self._state.kind]
        tone = self._state.tone or tone
        painter = QPainter(self)
        plane(painter, self.rect(), self.height() / 2, palette.soft(tone))
        if self.underMouse():
            painter.setOpacity(HOVER_SHARE)
            plane(painter, self.rect(), self.height() / 2, palette.text)
            painter.setOpacity(1.0)
        colour = palette.tone(tone)
        box = QRect(_PADDING, (self.height() - _ICON) // 2, _ICON, _ICON)
        icons.draw(painter, logical(self.rect(), self, box), icon, colour)
        left = _PADDING + _ICON + _GAP
        area = QRect(left, 0, self.width() - left - _PADDING, self.height())
        painter.setFont(self._font)
        painter.setPen(colour)
        words = QFontMetrics(self._font).elidedText(
            plain(self._state.text, 60), Qt.TextElideMode.ElideRight, area.width()
        )
        draw_text(painter, self, logical(self.rect(), self, area), words)
        if self.focus_visible:
            focus_ring(painter, self.rect(), self.height() / 2)


def _steady(text: str) -> str:
    """Return a text as wide as it gets: its digits change four times a second, and the pill is to stand still."""
    return "".join("0" if character.isdigit() else character for character in plain(text, 60))

"""The sidebar: where one can go, and how RunBuddy stands."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from ui.shell.sections import LABELS, Section
from ui.theme import icons
from ui.theme.theme import current, font
from ui.theme.tokens import RADIUS, SIDEBAR_NARROW_WIDTH, SIDEBAR_WIDTH, TextRole, Tone
from ui.widgets.accessible import PageTab, explain
from ui.widgets.paint import PRESS_KEYS, FocusVisible, draw_text, focus_ring, logical, plane
from ui.widgets.plain import plain, spoken

_ENTRY_HEIGHT: Final = 44
_LOGO_HEIGHT: Final = 72
_FILLED: Final = frozenset({"library_music", "group", "settings", "album"})


@dataclass(frozen=True, slots=True)
class SidebarState:
    """How RunBuddy stands: a dot in `tone` and a line under the entry ("Leading", "In lockstep"); None: no session."""

    tone: Tone | None = None
    text: str = ""


class _Entry(FocusVisible, QToolButton):
    """One entry: icon and words, or the icon alone where the sidebar is narrow."""

    own_keys = PRESS_KEYS

    def __init__(self, section: Section, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon, self._words = LABELS[section]
        self._state = SidebarState()
        self._narrow = False
        self.setCheckable(True)
        self.setFixedHeight(_ENTRY_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMinimumWidth(_ENTRY_HEIGHT)
        self.show_state(self._state)

    def accessible_interface(self) -> PageTab:
        return PageTab(self)

    def show_state(self, state: SidebarState) -> None:
        self._state = state
        note = spoken(state.text)
        self.setAccessibleName(f"{self._words}: {note}" if note else self._words)
        self._explain()
        self.update()

    def set_narrow(self, narrow: bool) -> None:
        self._narrow = narrow
        self._explain()

    def _explain(self) -> None:
        explain(self, self.accessibleName() if self._narrow else "")

    def sizeHint(self) -> QSize:
        return QSize(SIDEBAR_WIDTH - 24, _ENTRY_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = current().palette
        painter = QPainter(self)
        lively = self.isChecked() or self.underMouse()
        if self.isChecked():
            plane(painter, self.rect(), RADIUS, palette.raised)
        colour = palette.text if lively else palette.text_secondary
        left = (self.width() - 24) // 2 if self._narrow else 12
        box = QRect(left, (self.height() - 24) // 2, 24, 24)
        name = f"{self._icon}-fill" if self.isChecked() and self._icon in _FILLED else self._icon
        icons.draw(painter, logical(self.rect(), self, box), name, colour)
        if not self._narrow:
            self._draw_words(painter, colour)
        if self._state.tone is not None:
            self._draw_dot(painter, palette.tone(self._state.tone), box)
        if self.focus_visible:
            focus_ring(painter, self.rect(), RADIUS)

    def _draw_words(self, painter: QPainter, colour: str) -> None:
        area = QRect(48, 0, self.width() - 48 - 28, self.height())
        title, small = font(TextRole.BODY, weight=600), font(TextRole.CAPTION)
        painter.setPen(colour)
        painter.setFont(title)
        if not self._state.text:
            draw_text(painter, self, logical(self.rect(), self, area), self._words)
            return
        palette = current().palette
        upper = QRect(area.left(), 4, area.width(), 20)
        lower = QRect(area.left(), 22, area.width(), 18)
        draw_text(painter, self, logical(self.rect(), self, upper), self._words)
        painter.setFont(small)
        painter.setPen(palette.tone(self._state.tone or Tone.NEUTRAL))
        note = plain(self._state.text, 60)
        words = QFontMetrics(small).elidedText(note, Qt.TextElideMode.ElideRight, area.width())
        draw_text(painter, self, logical(self.rect(), self, lower), words)

    def _draw_dot(self, painter: QPainter, colour: str, icon: QRect) -> None:
        palette = current().palette
        place = QRect(0, 0, 8, 8)
        if self._narrow:
            place.moveCenter(icon.topRight())
        else:
            place.moveCenter(QRect(self.width() - 24, 0, 12, self.height()).center())
        painter.setPen(QPen(QColor(palette.raised if self.isChecked() else palette.chrome), 2))
        painter.setBrush(QColor(colour))
        centre = logical(self.rect(), self, place).center()
        painter.drawEllipse(QPointF(centre), 5, 5)


class Sidebar(QWidget):
    """`section_requested(section)` comes when the person chooses an entry."""

    section_requested = Signal(str)
    accessible_role = QAccessible.Role.PageTabList

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._narrow = False
        self._section: Section | None = None
        self._entries: dict[Section, _Entry] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, _LOGO_HEIGHT, 12, 12)
        layout.setSpacing(4)
        for section in Section:
            entry = _Entry(section, self)
            entry.clicked.connect(lambda _checked, chosen=section: self._choose(chosen))
            self._entries[section] = entry
            if section is Section.SETTINGS:
                layout.addStretch(1)
            layout.addWidget(entry)
        self.setFixedWidth(SIDEBAR_WIDTH)
        self.setAccessibleName("Navigation")

    def set_narrow(self, narrow: bool) -> None:
        """Show icons alone, for windows without room."""
        if narrow == self._narrow:
            return
        self._narrow = narrow
        self.setFixedWidth(SIDEBAR_NARROW_WIDTH if narrow else SIDEBAR_WIDTH)
        for entry in self._entries.values():
            entry.set_narrow(narrow)
        self.update()

    def show_section(self, section: Section) -> None:
        """Mark where one is."""
        self._section = section
        for each, entry in self._entries.items():
            entry.setChecked(each is section)

    def entry(self, section: Section) -> QToolButton:
        """Return the button of a section."""
        return self._entries[section]

    def show_state(self, state: SidebarState) -> None:
        """Show how RunBuddy stands."""
        self._entries[Section.RUNBUDDY].show_state(state)

    def _choose(self, section: Section) -> None:
        """Leave the mark where one is until the window has gone there."""
        if self._section is not None:
            self.show_section(self._section)
        self.section_requested.emit(section.value)

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = current().palette
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(palette.chrome))
        left = (self.width() - 32) // 2 if self._narrow else 20
        box = logical(self.rect(), self, QRect(left, 20, 32, 32))
        icons.app_icon().paint(painter, box)
        if not self._narrow:
            made = font(TextRole.TITLE, weight=700)
            painter.setFont(made)
            painter.setPen(palette.text)
            area = logical(self.rect(), self, QRect(62, 20, self.width() - 70, 32))
            draw_text(painter, self, area, "Lockstep")

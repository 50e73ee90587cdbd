"""The end of the first run: what there is now, and what can be done later."""

from typing import Final

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.screens.first_run.state import Answer, FirstRunState, Step, answers
from ui.screens.first_run.step_page import WIDTH, StepPage
from ui.theme import icons
from ui.theme.theme import current
from ui.theme.tokens import ICON, TextRole
from ui.widgets.card import Card
from ui.widgets.label import ElidedLabel, Label

_TITLES: Final = {Step.FOLDER: "Music folder", Step.PLAYLISTS: "Playlists", Step.SERVER: "Session server"}


class _Mark(QWidget):
    """A tick for what is there, a dash for what was skipped."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.done = False
        self.setFixedSize(ICON, ICON)

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = current().palette
        icon, colour = ("check_circle", palette.text) if self.done else ("remove", palette.text_muted)
        icons.draw(QPainter(self), QRect(0, 0, ICON, ICON), icon, colour)


class _Row(QWidget):
    """One answer."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._mark = _Mark(self)
        self._title = Label(title, TextRole.BODY, parent=self)
        self._words = ElidedLabel("", TextRole.CAPTION, "secondary", parent=self)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._title)
        words.addWidget(self._words)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 8, 0, 8)
        line.setSpacing(16)
        line.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addLayout(words, 1)

    def show_answer(self, answer: Answer) -> None:
        """Show whether it was given, and what it is."""
        self._mark.done = answer.given
        self._mark.update()
        self._words.setText(answer.words)


class DonePage(StepPage):
    """Shows the three answers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("check", "Ready", "", parent)
        self._rows = {step: _Row(title) for step, title in _TITLES.items()}
        card = Card(*self._rows.values())
        card.setFixedWidth(WIDTH)
        self.content.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)

    def show_state(self, state: FirstRunState) -> None:
        """Show this state."""
        chooses = state.chooses_playlists
        first = "Choose a playlist at Spotify" if chooses else "Choose a playlist"
        found = answers(state)
        whole = all(answer.given for answer in found.values())
        later = "" if whole else " What was skipped can be done at any time."
        self.sentence.setText(f"{first}, pair what is missing, and start RunBuddy.{later}")
        for step, answer in found.items():
            self._rows[step].show_answer(answer)

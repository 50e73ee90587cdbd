"""Joining: what is checked before this player follows, step by step, and what keeps it from following."""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.theme import icons
from ui.theme.theme import current
from ui.theme.tokens import TextRole, Tone
from ui.widgets.announce import announce
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.label import Label
from ui.widgets.scroll_page import ScrollPage
from ui.widgets.section_header import SectionHeader
from ui.widgets.spinner import Spinner

_MARK = 20


class StepMark(StrEnum):
    """How a step stands."""

    TO_COME = "to_come"
    RUNNING = "running"
    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step: its name ("Same music"), and a sentence once there is one to say."""

    name: str
    mark: StepMark
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class JoiningState:
    """Everything that the screen shows.

    `trouble` ends it, `what_to_do` says how to go on; `question` is what a person has to agree to first. `fix` is the
    words of the button that mends it ("Open “Long Run”"), "" for none. Without trouble and question it is under way.
    """

    host: str = ""
    playlist: str = ""
    steps: tuple[StepLine, ...] = ()
    trouble: str = ""
    what_to_do: str = ""
    question: str = ""
    fix: str = ""


class Joining(ScrollPage):
    """Shows a JoiningState; all that the person wants comes as a signal."""

    cancel_requested = Signal()
    go_on_requested = Signal()
    retry_requested = Signal()
    fix_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(640, parent)
        self._said = ""
        self._header = SectionHeader("", "", TextRole.HEADING)
        self._steps: list[_Step] = []
        self._room = QVBoxLayout()
        self._told = QWidget(self)
        self._verdict = Label("", TextRole.TITLE, wraps=True)
        self._advice = Label("", TextRole.BODY, "secondary", wraps=True)
        self._go_on = PrimaryButton("Join all the same", tone=Tone.FOLLOWING)
        self._fix = PrimaryButton("")
        self._retry = SecondaryButton("Try again", "refresh")
        self._cancel = SecondaryButton("Cancel")
        self._lay_out()
        self._go_on.clicked.connect(self.go_on_requested)
        self._fix.clicked.connect(self.fix_requested)
        self._retry.clicked.connect(self.retry_requested)
        self._cancel.clicked.connect(self.cancel_requested)
        self.show_state(JoiningState())

    def show_state(self, state: JoiningState) -> None:
        """Show this state, and tell a screen reader what it comes to."""
        self._header.show_text(f"Joining {state.host}" if state.host else "Joining", state.playlist)
        self._show_steps(state.steps)
        failed, asking = bool(state.trouble), bool(state.question) and not state.trouble
        verdict = state.trouble or state.question
        self._verdict.setText(verdict)
        self._verdict.set_tone("error" if failed else "warning" if asking else "primary")
        self._told.setVisible(bool(verdict))
        self._advice.setText(state.what_to_do)
        self._advice.setVisible(bool(state.what_to_do))
        self._go_on.setVisible(asking)
        self._fix.set_words(state.fix)
        self._fix.setVisible(bool(state.fix))
        self._retry.setVisible(failed)
        self._cancel.set_words("Back to sessions" if failed else "Cancel")
        if verdict and verdict != self._said:
            announce(self, f"{verdict} {state.what_to_do}", urgent=failed)
        self._said = verdict

    def _show_steps(self, steps: tuple[StepLine, ...]) -> None:
        while len(self._steps) < len(steps):
            step = _Step(self)
            self._steps.append(step)
            self._room.addWidget(step)
        for place, step in enumerate(self._steps):
            step.setVisible(place < len(steps))
            if place < len(steps):
                step.show_line(steps[place])

    def _lay_out(self) -> None:
        self._room.setSpacing(12)
        told = QVBoxLayout(self._told)
        told.setContentsMargins(0, 24, 0, 0)
        told.setSpacing(8)
        told.addWidget(self._verdict)
        told.addWidget(self._advice)
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        for button in (self._go_on, self._fix, self._retry, self._cancel):
            buttons.addWidget(button)
        buttons.addStretch(1)
        content = self.content
        content.setSpacing(0)
        content.addWidget(self._header)
        content.addSpacing(24)
        content.addLayout(self._room)
        content.addWidget(self._told)
        content.addSpacing(24)
        content.addLayout(buttons)
        content.addStretch(1)


class _Step(QWidget):
    """A mark, the step's name, and what came of it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._mark = _Mark(self)
        self._spinner = Spinner(_MARK, "Under way", self)
        self._name = Label("", TextRole.BODY, parent=self)
        self._sentence = Label("", TextRole.CAPTION, "secondary", wraps=True, parent=self)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._name)
        words.addWidget(self._sentence)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        for widget in (self._mark, self._spinner):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)

    def show_line(self, line: StepLine) -> None:
        running = line.mark is StepMark.RUNNING
        self._spinner.setVisible(running)
        self._mark.setVisible(not running)
        self._mark.show_mark(line.mark)
        quiet = line.mark in (StepMark.TO_COME, StepMark.SKIPPED)
        self._name.setText(line.name)
        self._name.set_tone("muted" if quiet else "primary")
        self._sentence.setText(line.sentence)
        self._sentence.setVisible(bool(line.sentence))
        self.setAccessibleName(f"{line.name}: {line.mark.value.replace('_', ' ')}. {line.sentence}")


_LOOKS = {
    StepMark.PASSED: ("check_circle", Tone.FOLLOWING),
    StepMark.WARNING: ("warning", Tone.WARNING),
    StepMark.FAILED: ("error", Tone.ERROR),
    StepMark.SKIPPED: ("remove", Tone.NEUTRAL),
}


class _Mark(QWidget):
    """An icon in the colour of how the step went; a circle for one that is to come."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown = StepMark.TO_COME
        self.setFixedSize(_MARK, _MARK)

    def show_mark(self, mark: StepMark) -> None:
        self._shown = mark
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = current().palette
        painter = QPainter(self)
        look = _LOOKS.get(self._shown)
        if look is None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(palette.control_edge)
            painter.drawEllipse(QRect(4, 4, 12, 12))
            return
        icons.draw(painter, self.rect(), look[0], palette.tone(look[1]))

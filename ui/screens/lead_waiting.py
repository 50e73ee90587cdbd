"""A leader waits: the join code in large letters, and who comes."""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ui.theme.tokens import PAGE_MARGIN, TextRole, Tone
from ui.widgets.announce import announce
from ui.widgets.buttons import SecondaryButton
from ui.widgets.code_display import CodeDisplay
from ui.widgets.empty_state import EmptyState
from ui.widgets.label import ElidedLabel, Label
from ui.widgets.name_question import NameQuestion
from ui.widgets.plain import isolated
from ui.widgets.spinner import Spinner
from ui.widgets.trouble import Trouble

_TEXT_WIDTH = 520


class WaitPhase(StrEnum):
    """How far it is."""

    CREATING = "creating"
    WAITING = "waiting"
    #: The buddy has joined and prepares the music.
    JOINED = "joined"


@dataclass(frozen=True, slots=True)
class LeadWaitingState:
    """Everything that the screen shows.

    `trouble` with `what_to_do` says why there is no session, `in_settings` that it is mended there; with `asks_name` it
    is the person's name that is missing. `step` is what is done before there is a code, `notice` what is
    wrong while it waits.
    """

    playlist: str = ""
    phase: WaitPhase = WaitPhase.CREATING
    code: str = ""
    buddy: str = ""
    trouble: str = ""
    what_to_do: str = ""
    in_settings: bool = False
    asks_name: bool = False
    step: str = ""
    notice: str = ""


class LeadWaiting(QWidget):
    """Shows a LeadWaitingState; all that the person wants comes as a signal."""

    cancel_requested = Signal()
    retry_requested = Signal()
    settings_requested = Signal()
    name_entered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._said = ""
        self._in_settings = False
        self._name: NameQuestion | None = None
        self._title = ElidedLabel("", TextRole.HEADING, parent=self)
        self._code = CodeDisplay(parent=self)
        self._hint = Label("", TextRole.BODY, "secondary", wraps=True, parent=self)
        self._notice = Trouble(TextRole.BODY, _TEXT_WIDTH, self, tone=Tone.WARNING)
        self._spinner = Spinner(20, "Waiting", self)
        self._status = Label("", TextRole.TITLE, parent=self)
        self._cancel = SecondaryButton("Cancel", parent=self)
        self._failed = EmptyState("cloud_off", "", "", "Try again", second="Back", parent=self)
        self._pages = QStackedWidget(self)
        self._lay_out()
        self._cancel.clicked.connect(self.cancel_requested)
        self._failed.action_requested.connect(self._mend)
        self._failed.second_requested.connect(self.cancel_requested)
        self.show_state(LeadWaitingState())

    def show_state(self, state: LeadWaitingState) -> None:
        """Show this state, and tell a screen reader when somebody comes."""
        self._in_settings = state.in_settings
        if state.asks_name:
            self._pages.setCurrentWidget(self._name_question())
        elif state.trouble:
            mend = "Open Settings" if state.in_settings else "Try again"
            self._failed.show_text("cloud_off", state.trouble.removesuffix("."), state.what_to_do, mend, "Back")
            self._pages.setCurrentWidget(self._failed)
        else:
            self._pages.setCurrentIndex(0)
        self._title.setText(f"Leading {isolated(state.playlist)}" if state.playlist else "Leading")
        self._code.setVisible(bool(state.code))
        if state.code:
            self._code.show_code(state.code)
        status, hint = _words(state)
        self._status.setText(status)
        self._hint.setText(hint)
        self._notice.show_trouble(state.notice)
        self._hint.setVisible(bool(hint) and not state.notice)
        code = f"Join code {' '.join(state.code)}. " if state.phase is WaitPhase.WAITING else ""
        said = state.trouble or state.notice or f"{code}{status}"
        if said != self._said and state != LeadWaitingState():
            announce(self, said, urgent=bool(state.trouble or state.notice))
        self._said = said

    def _name_question(self) -> NameQuestion:
        if self._name is None:
            self._name = NameQuestion("Back", self)
            self._name.name_entered.connect(self.name_entered)
            self._name.second_requested.connect(self.cancel_requested)
            self._pages.addWidget(self._name)
        return self._name

    def _mend(self) -> None:
        (self.settings_requested if self._in_settings else self.retry_requested).emit()

    def _lay_out(self) -> None:
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.set_width(_TEXT_WIDTH)
        status = QHBoxLayout()
        status.setSpacing(12)
        status.addStretch(1)
        status.addWidget(self._spinner)
        status.addWidget(self._status)
        status.addStretch(1)
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addStretch(2)
        column.addWidget(self._title, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(32)
        column.addWidget(self._code, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(24)
        column.addWidget(self._hint, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._notice, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(32)
        column.addLayout(status)
        column.addSpacing(32)
        column.addWidget(self._cancel, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self._pages.addWidget(page)
        self._pages.addWidget(self._failed)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(PAGE_MARGIN, PAGE_MARGIN, PAGE_MARGIN, PAGE_MARGIN)
        whole.addWidget(self._pages)


def _words(state: LeadWaitingState) -> tuple[str, str]:
    """Return how it stands, and what the buddy does."""
    match state.phase:
        case WaitPhase.CREATING:
            return state.step or "Opening the session…", ""
        case WaitPhase.WAITING:
            hint = "Your buddy finds you under RunBuddy, or types this code there. Both of you need the same playlist."
            return "Waiting for buddy…", hint
        case WaitPhase.JOINED:
            buddy = isolated(state.buddy or "Your buddy")
            return f"{buddy} is getting ready…", "The music starts as soon as both can play."

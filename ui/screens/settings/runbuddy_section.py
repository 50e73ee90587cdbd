"""RunBuddy: whether, where, by which name, and by whose clock."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.screens.settings.state import ClockState, RunBuddyState
from ui.widgets.buttons import SecondaryButton
from ui.widgets.card import Card
from ui.widgets.form_row import FormRow
from ui.widgets.spinner import Spinner
from ui.widgets.switch import Switch
from ui.widgets.text_field import TextField

_WHAT_IT_IS: Final = "Play the same music with somebody, in lockstep"
_WHICH_SERVER: Final = "Where you find one another; leave it empty for api.lockstep.at"
_WHICH_NAME: Final = "This server has no Spotify accounts; others see this name"
_WHICH_NTP: Final = (
    "Both of you use the same one. In place of pool.ntp.org the session server's own time is used where it has one"
)


class RunBuddySection(Card):
    """The switch, the session server, and the name where a server asks for one."""

    enabled_requested = Signal(bool)
    server_requested = Signal(str)
    name_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._enabled = Switch()
        self._server = TextField(placeholder="https://api.lockstep.at")
        self._checking = Spinner(name="Asking the server")
        self._name = TextField(placeholder="Your name", longest=100)
        beside = QWidget()
        line = QHBoxLayout(beside)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(self._checking)
        line.addWidget(self._server)
        self._server.setAccessibleName("Session server")
        self._enabled_row = FormRow("Enable RunBuddy", self._enabled, _WHAT_IT_IS)
        self._server_row = FormRow("Session server", beside)
        self._name_row = FormRow("Your name", self._name, _WHICH_NAME)
        for row in (self._enabled_row, self._server_row, self._name_row):
            self.add(row)
        self._enabled.clicked.connect(self.enabled_requested)
        self._server.entered.connect(self.server_requested)
        self._name.entered.connect(self.name_requested)

    def show_state(self, state: RunBuddyState, locked: str | None) -> None:
        """Show this state; `locked` is why it can't be changed now."""
        self._enabled.setChecked(state.enabled)
        self._enabled.set_locked(locked)
        self._enabled_row.show_hint(locked or _WHAT_IT_IS)
        self._server.show_text(state.server)
        self._server.set_locked(locked)
        self._server.show_invalid(bool(state.server_trouble))
        self._server_row.show_hint(locked or state.server_note or _WHICH_SERVER)
        self._server_row.show_trouble(state.server_trouble)
        self._checking.setVisible(state.server_checking)
        self._name_row.setVisible(state.asks_name)
        self._name.show_text(state.name)
        self._name.set_locked(locked)
        self._name.show_invalid(bool(state.name_trouble))
        self._name_row.show_hint(locked or _WHICH_NAME)
        self._name_row.show_trouble(state.name_trouble)
        for row in (self._server_row, self._name_row):
            row.setEnabled(state.enabled)


class ClockSection(Card):
    """The NTP server, and what the clock was measured to be."""

    ntp_server_requested = Signal(str)
    measure_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._ntp = TextField(placeholder="pool.ntp.org")
        self._ntp_row = FormRow("NTP server", self._ntp, _WHICH_NTP)
        self._measure = SecondaryButton("Measure again", "refresh")
        self._measuring = Spinner(name="Measuring the clock")
        beside = QWidget()
        line = QHBoxLayout(beside)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(12)
        line.addWidget(self._measuring)
        line.addWidget(self._measure)
        self._clock_row = FormRow("Clock", beside)
        self.add(self._ntp_row)
        self.add(self._clock_row)
        self._ntp.entered.connect(self.ntp_server_requested)
        self._measure.clicked.connect(self.measure_requested)

    def show_state(self, state: ClockState, locked: str | None) -> None:
        """Show this state; `locked` is why the server can't be changed now."""
        self._ntp.show_text(state.ntp_server)
        self._ntp.set_locked(locked)
        self._ntp.show_invalid(bool(state.ntp_trouble))
        self._ntp_row.show_hint(locked or _WHICH_NTP)
        self._ntp_row.show_trouble(state.ntp_trouble)
        self._clock_row.show_hint("Measuring…" if state.measuring else state.result or "Not measured yet")
        self._clock_row.show_trouble(state.trouble)
        self._measuring.setVisible(state.measuring)

"""The sound: device, engine, and the output delay with the click that helps to set it."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.screens.settings.state import SoundState
from ui.theme.tokens import TextRole, Tone
from ui.widgets.badge import Badge
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.choice import Choice
from ui.widgets.form_row import FormRow
from ui.widgets.icon_button import IconButton
from ui.widgets.label import Label
from ui.widgets.number_field import NumberField

_ENGINES: Final = (("precise", "Precise"), ("libvlc", "libVLC alone"))
_ENGINE_HINTS: Final = {
    "precise": "Follows the sound card's clock; the best on nearly every machine",
    "libvlc": "For machines on which the precise engine has no sound; less close",
}
_DELAY_HINT: Final = "How long this device takes to sound: -2,000 to 5,000 ms, kept for it"
_MOST_MS: Final = 5_000.0
_LEAST_MS: Final = -2_000.0


class SoundSection(Card):
    """`device_requested("")` is the system's default; `delay_requested(ms)` comes with every step."""

    device_requested = Signal(str)
    engine_requested = Signal(str)
    delay_requested = Signal(float)
    click_requested = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._device = Choice()
        self._engine = Choice()
        self._engine.show_choices(_ENGINES, "precise")
        self._device_row = FormRow("Sound device", self._device)
        self._engine_row = FormRow("Engine", self._engine)
        self._delay = NumberField("Output delay in milliseconds", "ms", _LEAST_MS, _MOST_MS)
        self._less = IconButton("remove", "One millisecond less")
        self._more = IconButton("add", "One millisecond more")
        self._delay_row = FormRow("Output delay", self._delay_control())
        # In this order Tab reaches what is in them.
        for row in (self._device_row, self._engine_row, self._delay_row):
            self.add(row)
        self.add(self._click_helper())
        self._device.choice_requested.connect(self.device_requested)
        self._engine.choice_requested.connect(self.engine_requested)
        self._delay.value_requested.connect(self.delay_requested)
        self._less.clicked.connect(lambda: self._delay.step(-1))
        self._more.clicked.connect(lambda: self._delay.step(1))

    def show_state(self, state: SoundState, locked: str | None) -> None:
        """Show this state; `locked` is why the engine can't be changed now."""
        self._device.show_choices(state.devices, state.device)
        self._device_row.show_hint(state.device_note)
        self._device_row.show_trouble(state.device_trouble)
        self._engine.show_choices(_ENGINES, state.engine)
        self._engine.set_locked(locked)
        self._engine_row.show_hint(locked or _ENGINE_HINTS.get(state.engine, ""))
        self._delay.show_value(state.delay_ms)
        for control in (self._less, self._delay, self._more):
            control.set_locked(state.delay_locked)
        self._delay_row.show_hint(state.delay_locked or _DELAY_HINT)
        self._delay_row.show_trouble(state.delay_trouble)
        self._start.set_locked(state.click_locked)
        self._show_button(state.clicking)
        self._note.show_badge(state.click_note, Tone.NEUTRAL, "hearing" if state.click_note else None)

    def _show_button(self, clicking: bool) -> None:
        """Show the button that stops or the one that starts; the focus stays with the one that is there."""
        shown, gone = (self._stop, self._start) if clicking else (self._start, self._stop)
        had_focus = gone.hasFocus()
        shown.show()
        if had_focus:
            shown.setFocus(Qt.FocusReason.MouseFocusReason)
        gone.hide()

    def _delay_control(self) -> QWidget:
        control = QWidget()
        # Less is on the left of a number in every direction of reading.
        control.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        line = QHBoxLayout(control)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        for widget in (self._less, self._delay, self._more):
            line.addWidget(widget)
        return control

    def _click_helper(self) -> QWidget:
        helper = QWidget(self)
        self._start = PrimaryButton("Start the click", "hearing", parent=helper)
        self._stop = SecondaryButton("Stop the click", "stop-fill", parent=helper)
        self._note = Badge(parent=helper)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(Label("Set it by ear", TextRole.BODY, parent=helper))
        words.addWidget(
            Label(
                "Start the click on both laptops and stand between them. On the one that clicks late, raise the output "
                "delay above until you hear one click.",
                TextRole.CAPTION,
                "secondary",
                wraps=True,
                parent=helper,
            )
        )
        words.addWidget(self._note, 0, Qt.AlignmentFlag.AlignLeading)
        line = QHBoxLayout(helper)
        line.setContentsMargins(0, 12, 0, 12)
        line.setSpacing(24)
        line.addLayout(words, 1)
        line.addWidget(self._start)
        line.addWidget(self._stop)
        self._start.clicked.connect(lambda: self.click_requested.emit(True))
        self._stop.clicked.connect(lambda: self.click_requested.emit(False))
        return helper

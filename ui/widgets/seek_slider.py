"""The place in the track: shows it, and asks for another one."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent
from PySide6.QtWidgets import QHBoxLayout, QToolTip, QWidget

from ui.theme.theme import font
from ui.theme.tokens import TextRole
from ui.widgets.accessible import belongs_to
from ui.widgets.durations import clock_time
from ui.widgets.jump_slider import JumpSlider
from ui.widgets.label import Label
from ui.widgets.paint import text_width

_STEP_MS = 5_000
_PAGE_MS = 30_000


class _PositionSlider(JumpSlider):
    """Tells under the pointer which time is there, and a screen reader which time it is: the value is a number."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.tell_time()
        super().focusInEvent(event)

    def tell_time(self) -> None:
        """Say the time that is shown; not at each change, all of which would be spoken."""
        time = f"{clock_time(self.shown_value)} of {clock_time(self.maximum())}"
        belongs_to(self, time if self.maximum() > 0 else "")

    def event(self, event: QEvent) -> bool:
        """Show the time at the pointer in place of a fixed tooltip, unless the slider is read-only."""
        if isinstance(event, QHelpEvent) and not self.read_only and self.maximum() > 0:
            QToolTip.showText(event.globalPos(), clock_time(self._value_at(event.pos().x())), self)
            return True
        return super().event(event)


class SeekSlider(QWidget):
    """Time gone, slider, length. `seek_requested(position_ms)` comes once, when the person lets go or presses a key."""

    seek_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._slider = _PositionSlider("Position", self)
        self._slider.setSingleStep(_STEP_MS)
        self._slider.setPageStep(_PAGE_MS)
        self._slider.setTracking(False)
        self._gone = Label("0:00", TextRole.CAPTION, "secondary", parent=self)
        self._length = Label("0:00", TextRole.CAPTION, "secondary", parent=self)
        self._showing = False
        # Time runs from left to right on every player, whichever way one reads.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._gone.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._gone)
        layout.addWidget(self._slider, 1)
        layout.addWidget(self._length)
        self._slider.sliderMoved.connect(self._preview)
        self._slider.valueChanged.connect(self._moved)

    def show_position(self, position_ms: int, duration_ms: int) -> None:
        """Show where the music is; while the person drags, the slider stays with the person."""
        if self._slider.isSliderDown():
            return
        duration_ms = max(0, duration_ms)
        self._showing = True
        self._slider.setRange(0, duration_ms)
        self._slider.show_value(position_ms)
        self._showing = False
        self._gone.setText(clock_time(position_ms))
        if self._length.text() != clock_time(duration_ms):
            self._length.setText(clock_time(duration_ms))
            width = text_width(font(TextRole.CAPTION), clock_time(duration_ms).replace("1", "0"))
            self._gone.setMinimumWidth(width)
            self._length.setMinimumWidth(width)

    def set_locked(self, reason: str | None) -> None:
        """Make the slider read-only for a reason; None frees it."""
        self._slider.set_locked(reason)

    def step(self, by_ms: int) -> None:
        """Ask for a place so much later or earlier, as a key does."""
        if not self._slider.read_only and self.isEnabled():
            self._slider.step(by_ms)

    def _preview(self, position_ms: int) -> None:
        self._gone.setText(clock_time(position_ms))

    def _moved(self, position_ms: int) -> None:
        self._gone.setText(clock_time(position_ms))
        if not self._showing:
            self._slider.tell_time()
            self.seek_requested.emit(position_ms)

"""The volume, with a button that mutes."""

from typing import Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.widgets.icon_button import IconButton
from ui.widgets.jump_slider import JumpSlider

#: What one that begins muted is unmuted to.
_FIRST: Final = 50
_NARROWEST: Final = 56
_WIDEST: Final = 104


class VolumeSlider(QWidget):
    """Volume in percent; `volume_requested(percent)` comes with every step while the person drags."""

    volume_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before_mute = _FIRST
        self._showing = False
        self._button = IconButton("volume_up", "Mute", side=32, parent=self)
        self._slider = JumpSlider("Volume", self)
        self._slider.setRange(0, 100)
        self._slider.setSingleStep(5)
        self._slider.setPageStep(20)
        self._slider.setMinimumWidth(0)
        self._slider.setMaximumWidth(_WIDEST)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._button)
        layout.addWidget(self._slider)
        self._button.clicked.connect(self._toggle_mute)
        self._slider.valueChanged.connect(self._changed)

    def sizeHint(self) -> QSize:
        """Want the slider, too, also while it is hidden for want of room."""
        return QSize(self._button.width() + _WIDEST, self._button.height())

    def minimumSizeHint(self) -> QSize:
        """Be the button alone where there is no room."""
        return QSize(self._button.width(), self._button.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._slider.setVisible(self.width() >= self._button.width() + _NARROWEST)

    def show_volume(self, percent: int) -> None:
        """Show the volume; while the person drags, the slider stays with the person."""
        if self._slider.isSliderDown():
            return
        self._showing = True
        self._slider.setValue(percent)
        self._showing = False
        self._show_icon(percent)

    def step(self, by_percent: int) -> None:
        """Ask for so much more or less, as a key does."""
        self._slider.setValue(self._slider.value() + by_percent)

    def toggle_mute(self) -> None:
        """Mute, or return to the volume before."""
        self._toggle_mute()

    def _toggle_mute(self) -> None:
        if self._slider.value() > 0:
            self._before_mute = self._slider.value()
            self._slider.setValue(0)
        else:
            self._slider.setValue(self._before_mute)

    def _changed(self, percent: int) -> None:
        self._show_icon(percent)
        if not self._showing:
            self.volume_requested.emit(percent)

    def _show_icon(self, percent: int) -> None:
        if percent == 0:
            self._button.set_icon("volume_off", "Unmute")
        else:
            self._button.set_icon("volume_up" if percent > 40 else "volume_down", "Mute")

"""A switch: something is on or off, at once."""

from typing import Final

from PySide6.QtCore import QEasingCurve, QPoint, QPointF, QRect, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from ui.theme.theme import current
from ui.widgets.accessible import explain
from ui.widgets.paint import PRESS_KEYS, FocusVisible, focus_ring, logical, plane

_WIDTH: Final = 44
_HEIGHT: Final = 24
#: Room for the ring, but for the end, where the track meets the edge of what stands above and below it.
_RING: Final = 4


class Switch(FocusVisible, QCheckBox):
    """`toggle_requested(on)` is Qt's `clicked(checked)`; setChecked shows the state without a signal of that kind."""

    own_keys = PRESS_KEYS

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(self.sizeHint())
        self._slide = QVariantAnimation(self)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._slide.valueChanged.connect(lambda _share: self.update())
        self.toggled.connect(self._go)

    def set_locked(self, reason: str | None) -> None:
        """Disable the switch for a reason, which becomes its tooltip; None frees it."""
        self.setEnabled(reason is None)
        explain(self, reason or "")

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH + _RING, _HEIGHT + 2 * _RING)

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = current().palette
        painter = QPainter(self)
        if not self.isEnabled():
            painter.setOpacity(0.5)
        track = logical(self.rect(), self, QRect(_RING, _RING, _WIDTH, _HEIGHT))
        on = self.isChecked()
        plane(painter, track, _HEIGHT / 2, palette.inverse if on else None, edge=None if on else palette.control_edge)
        share = self._share
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            share = 1.0 - share
        middle = QPointF(track.left() + _HEIGHT / 2 + share * (_WIDTH - _HEIGHT), track.top() + _HEIGHT / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(palette.on_inverse if on else palette.control_edge))
        painter.drawEllipse(middle, 8, 8)
        if self.focus_visible:
            painter.setOpacity(1.0)
            focus_ring(painter, self.rect(), self.height() / 2)

    @property
    def _share(self) -> float:
        """Return how far the knob is from off to on."""
        if self._slide.state() is QVariantAnimation.State.Running:
            return float(self._slide.currentValue())
        return float(self.isChecked())

    def _go(self, on: bool) -> None:
        """Let the knob slide where it is seen and movement is wanted."""
        before = float(self._slide.currentValue()) if self._slide.state() is QVariantAnimation.State.Running else not on
        self._slide.stop()
        if self.isVisible() and current().motion_ms:
            self._slide.setDuration(current().motion_ms)
            self._slide.setStartValue(float(before))
            self._slide.setEndValue(float(on))
            self._slide.start()

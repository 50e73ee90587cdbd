"""A thin slider that goes where it is clicked."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from ui.theme.theme import current
from ui.widgets.accessible import explain
from ui.widgets.paint import MOVE_KEYS, FocusVisible, focus_ring, plane

_TRACK = 4
_KNOB = 12
_MARGIN = 8


class JumpSlider(FocusVisible, QSlider):
    """A horizontal slider; read-only it shows its value and takes nothing, and says why."""

    own_keys = MOVE_KEYS

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._read_only = False
        self._shown: int | None = None
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.valueChanged.connect(self._see_own_value)

    @property
    def read_only(self) -> bool:
        """Return whether the slider only shows."""
        return self._read_only

    @property
    def shown_value(self) -> int:
        """Return what is seen: Qt's own value, unless another one came while the slider had the focus."""
        return self.sliderPosition() if self._shown is None or self.isSliderDown() else self._shown

    def show_value(self, value: int) -> None:
        """Show a value that comes by itself.

        A screen reader speaks each change of the slider that has the focus: it would never be silent while music plays.
        So Qt's own value waits until a key is pressed or the focus goes.
        """
        value = min(max(self.minimum(), value), self.maximum())
        if self.hasFocus():
            self._shown = value
            self.update()
        else:
            self._shown = None
            self.setValue(value)

    def step(self, by: int) -> None:
        """Ask for so much more or less, as a key does."""
        self._catch_up()
        self.setValue(self.value() + by)

    def set_locked(self, reason: str | None) -> None:
        """Make the slider read-only for a reason, which becomes its tooltip; None frees it."""
        self._read_only = reason is not None
        explain(self, reason or "")
        # It can still be reached by Tab, so that a screen reader can say where the music is.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if self._read_only else Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor if self._read_only else Qt.CursorShape.PointingHandCursor)
        if self._read_only:
            # What was being dragged is let go where the music is, so that nothing is asked for.
            self._catch_up()
            self.setSliderPosition(self.value())
            self.setSliderDown(False)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, 24)

    def minimumSizeHint(self) -> QSize:
        return QSize(48, 24)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._read_only or event.button() is not Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self.setSliderDown(True)
        self.setSliderPosition(self._value_at(event.position().x()))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.setSliderPosition(self._value_at(event.position().x()))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.isSliderDown():
            self.setSliderDown(False)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._read_only:
            event.ignore()
            return
        self._catch_up()
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._read_only or not self.hasFocus():
            event.ignore()
            return
        self._catch_up()
        super().wheelEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._catch_up()

    def _see_own_value(self) -> None:
        self._shown = None

    def _catch_up(self) -> None:
        """Take what is seen for Qt's own value; nobody has asked for it, so no signal says so."""
        if self._shown is not None:
            shown, self._shown = self._shown, None
            blocked = self.blockSignals(True)
            self.setValue(shown)
            self.blockSignals(blocked)

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = current().palette
        painter = QPainter(self)
        middle = self.height() / 2
        span = self.width() - 2 * _MARGIN
        track = QRectF(_MARGIN, middle - _TRACK / 2, span, _TRACK)
        plane(painter, track, _TRACK / 2, palette.pressed)
        share = self._share()
        right_to_left = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        knob_x = track.right() - span * share if right_to_left else track.left() + span * share
        done = QRectF(track)
        if right_to_left:
            done.setLeft(knob_x)
        else:
            done.setRight(knob_x)
        plane(painter, done, _TRACK / 2, palette.text_secondary if self._quiet() else palette.text)
        if not self._quiet():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.text))
            painter.drawEllipse(QPointF(knob_x, middle), _KNOB / 2, _KNOB / 2)
        if self.focus_visible:
            focus_ring(painter, self.rect(), self.height() / 2)

    def _quiet(self) -> bool:
        return self._read_only or not self.isEnabled()

    def _share(self) -> float:
        span = self.maximum() - self.minimum()
        return 0.0 if span <= 0 else (self.shown_value - self.minimum()) / span

    def _value_at(self, x: float) -> int:
        share = (x - _MARGIN) / max(1, self.width() - 2 * _MARGIN)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            share = 1 - share
        share = min(1.0, max(0.0, share))
        return self.minimum() + round(share * (self.maximum() - self.minimum()))

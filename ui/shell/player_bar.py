"""The player bar: what plays, its transport, and how closely it is in lockstep; on every screen."""

from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ui.theme.theme import current
from ui.theme.tokens import PLAYER_BAR_HEIGHT, TextRole
from ui.widgets.cover import Cover
from ui.widgets.icon_button import IconButton
from ui.widgets.jump_slider import JumpSlider
from ui.widgets.label import ElidedLabel
from ui.widgets.plain import spoken
from ui.widgets.seek_slider import SeekSlider
from ui.widgets.sync_pill import SyncPill, SyncPillState
from ui.widgets.volume_slider import VolumeSlider


@dataclass(frozen=True, slots=True)
class PlayerBarState:
    """Everything that the bar shows.

    Without a `title` nothing is loaded. `locked` is why the transport is not this person's ("Ana leads"); volume
    stays free. `sync` is None outside of a session.
    """

    title: str = ""
    artist: str = ""
    cover: QImage | None = None
    playing: bool = False
    position_ms: int = 0
    duration_ms: int = 0
    volume_percent: int = 100
    can_next: bool = True
    can_previous: bool = True
    locked: str | None = None
    sync: SyncPillState | None = None


class _Track(QWidget):
    """Cover, title and artist; a click on it opens Now Playing."""

    clicked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.cover = Cover(48, self)
        self.title = ElidedLabel("", TextRole.BODY, parent=self)
        self.artist = ElidedLabel("", TextRole.CAPTION, "secondary", parent=self)
        words = QVBoxLayout()
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(self.title)
        words.addWidget(self.artist)
        words.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self.cover)
        layout.addLayout(words, 1)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()
        super().mouseReleaseEvent(event)


class PlayerBar(QWidget):
    """Shows a PlayerBarState; all that the person wants comes as a signal."""

    accessible_role = QAccessible.Role.Grouping

    play_pause_requested = Signal()
    next_requested = Signal()
    previous_requested = Signal()
    seek_requested = Signal(int)
    volume_requested = Signal(int)
    sync_panel_requested = Signal()
    now_playing_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._track = _Track(self)
        self._previous = IconButton("skip_previous-fill", "Previous track", icon_side=24, parent=self)
        self._play = IconButton("play_arrow-fill", "Play", icon_side=24, filled=True, parent=self)
        self._next = IconButton("skip_next-fill", "Next track", icon_side=24, parent=self)
        self._seek = SeekSlider(self)
        self._pill = SyncPill(self)
        self._volume = VolumeSlider(self)
        self._left = QWidget(self)
        self._middle = QWidget(self)
        self._right = QWidget(self)
        self._lay_out()
        self.setFixedHeight(PLAYER_BAR_HEIGHT)
        self.setAccessibleName("Player")
        self._play.clicked.connect(self.play_pause_requested)
        self._next.clicked.connect(self.next_requested)
        self._previous.clicked.connect(self.previous_requested)
        self._seek.seek_requested.connect(self.seek_requested)
        self._volume.volume_requested.connect(self.volume_requested)
        self._pill.clicked.connect(self.sync_panel_requested)
        self._track.clicked.connect(self.now_playing_requested)
        self.show_state(PlayerBarState())

    @property
    def seek(self) -> SeekSlider:
        """Return the seek slider, for the window's shortcuts."""
        return self._seek

    @property
    def volume(self) -> VolumeSlider:
        """Return the volume slider, for the window's shortcuts."""
        return self._volume

    def controls(self) -> list[QWidget]:
        """Return the controls in the order in which Tab reaches them."""
        found = [self._previous, self._play, self._next, *self._seek.findChildren(JumpSlider), self._pill]
        return [*found, *self._volume.findChildren(IconButton), *self._volume.findChildren(JumpSlider)]

    def press(self, control: str) -> None:
        """Press "play_pause", "next" or "previous" as a shortcut or a media key does: a locked one does nothing."""
        buttons = {"play_pause": self._play, "next": self._next, "previous": self._previous}
        buttons[control].click()

    def show_state(self, state: PlayerBarState) -> None:
        """Show this state."""
        loaded = bool(state.title)
        self._track.setVisible(loaded)
        if loaded:
            self._track.title.setText(state.title)
            self._track.artist.setText(state.artist)
            self._track.cover.show_cover(state.cover, state.title, state.artist)
            self._track.setAccessibleName(f"{spoken(state.title)}, {spoken(state.artist)}")
        self._play.set_icon(*(("pause-fill", "Pause") if state.playing else ("play_arrow-fill", "Play")))
        nothing = None if loaded else "Nothing is loaded"
        self._play.set_locked(state.locked or nothing)
        self._next.set_locked(state.locked or nothing or (None if state.can_next else "This is the last track"))
        self._previous.set_locked(
            state.locked or nothing or (None if state.can_previous else "This is the first track")
        )
        self._seek.set_locked(state.locked or nothing)
        self._seek.show_position(state.position_ms, state.duration_ms)
        self._volume.show_volume(state.volume_percent)
        self._pill.show_state(state.sync)

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = current().palette
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(palette.chrome))
        painter.fillRect(QRect(0, 0, self.width(), 1), QColor(palette.border))

    def _lay_out(self) -> None:
        left = QHBoxLayout(self._left)
        left.setContentsMargins(0, 0, 0, 0)
        left.addWidget(self._track, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self._previous, self._play, self._next):
            buttons.addWidget(button)
        # Like the tape that these buttons come from, they are the same whichever way one reads.
        self._middle.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        buttons.insertStretch(0, 1)
        buttons.addStretch(1)
        middle = QVBoxLayout(self._middle)
        middle.setContentsMargins(0, 4, 0, 4)
        middle.setSpacing(0)
        middle.addLayout(buttons)
        middle.addWidget(self._seek)
        right = QHBoxLayout(self._right)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(12)
        right.addStretch(1)
        right.addWidget(self._pill)
        right.addWidget(self._volume)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 1, 16, 0)
        layout.setSpacing(24)
        for part in (self._left, self._middle, self._right):
            # Equal shares, whatever is in them: the transport stands still, in the middle of the window.
            part.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            layout.addWidget(part, 1)

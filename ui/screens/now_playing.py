"""Now Playing: what is heard, where in it, what comes next, and who has the controls."""

from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ui.screens.now_playing_queue import QueueList, QueueTrack
from ui.theme.tokens import PAGE_MARGIN, TextRole, Tone
from ui.widgets.cover import Cover
from ui.widgets.empty_state import EmptyState
from ui.widgets.icon_button import IconButton
from ui.widgets.label import ElidedLabel, Label
from ui.widgets.role_banner import RoleBanner, RoleBannerState
from ui.widgets.seek_slider import SeekSlider
from ui.widgets.sync_pill import SyncPill, SyncPillState
from ui.widgets.trouble import Trouble

_QUEUE_WIDTH: Final = 360


@dataclass(frozen=True, slots=True)
class NowPlayingState:
    """Everything that the screen shows.

    Without a title nothing is loaded. `current` is the playlist position of the track that plays. `locked` is why the
    controls are not the person's, None when they are. `notice` is a sentence on the music: what is prepared, what is
    wrong with it; `notice_is_trouble` says which. `banner` and `sync` belong to a session.
    """

    title: str = ""
    artist: str = ""
    album: str = ""
    cover: QImage | None = None
    playing: bool = False
    position_ms: int = 0
    duration_ms: int = 0
    can_next: bool = True
    can_previous: bool = True
    queue_name: str = ""
    queue: tuple[QueueTrack, ...] = ()
    current: int | None = None
    locked: str | None = None
    notice: str = ""
    notice_is_trouble: bool = False
    banner: RoleBannerState | None = None
    sync: SyncPillState | None = None


class NowPlaying(QWidget):
    """Shows a NowPlayingState; all that the person wants comes as a signal."""

    play_pause_requested = Signal()
    next_requested = Signal()
    previous_requested = Signal()
    seek_requested = Signal(int)
    track_requested = Signal(int)
    session_close_requested = Signal()
    sync_panel_requested = Signal()
    library_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._banner = RoleBanner(self)
        self._cover = Cover(None, self)
        self._title = ElidedLabel("", TextRole.DISPLAY, parent=self)
        self._artist = ElidedLabel("", TextRole.TITLE, "secondary", parent=self)
        self._notice = Label("", TextRole.BODY, "secondary", wraps=True, parent=self)
        self._trouble = Trouble(TextRole.BODY, parent=self, tone=Tone.WARNING)
        self._seek = SeekSlider(self)
        self._previous = IconButton("skip_previous-fill", "Previous track", side=44, icon_side=28, parent=self)
        self._play = IconButton("play_arrow-fill", "Play", side=56, icon_side=32, filled=True, parent=self)
        self._next = IconButton("skip_next-fill", "Next track", side=44, icon_side=28, parent=self)
        self._pill = SyncPill(self, speaks=False)
        self._queue = QueueList(self)
        self._nothing = EmptyState(
            "album",
            "Nothing is playing",
            "Choose a playlist and press play, or join a buddy under RunBuddy.",
            "Open the library",
            parent=self,
        )
        self._pages = QStackedWidget(self)
        self._state: NowPlayingState | None = None
        self._lay_out()
        self._play.clicked.connect(self.play_pause_requested)
        self._next.clicked.connect(self.next_requested)
        self._previous.clicked.connect(self.previous_requested)
        self._seek.seek_requested.connect(self.seek_requested)
        self._pill.clicked.connect(self.sync_panel_requested)
        self._queue.track_requested.connect(self.track_requested)
        self._banner.action_requested.connect(self.session_close_requested)
        self._nothing.action_requested.connect(self.library_requested)
        self.show_state(NowPlayingState())

    def show_state(self, state: NowPlayingState) -> None:
        """Show this state; several times a second, so only what has changed is touched."""
        before, self._state = self._state, state
        self._seek.show_position(state.position_ms, state.duration_ms)
        self._pill.show_state(state.sync)
        if before is not None and replace(state, position_ms=before.position_ms, sync=before.sync) == before:
            return
        self._banner.show_state(state.banner)
        loaded = bool(state.title)
        self._pages.setCurrentIndex(1 if loaded else 0)
        self._title.setText(state.title)
        self._artist.setText(" · ".join(part for part in (state.artist, state.album) if part))
        if before is None or (state.title, state.artist, state.cover) != (before.title, before.artist, before.cover):
            self._cover.show_cover(state.cover, state.title, state.artist)
        self._trouble.show_trouble(state.notice if state.notice_is_trouble else "")
        self._notice.setText("" if state.notice_is_trouble else state.notice)
        self._notice.setVisible(bool(state.notice) and not state.notice_is_trouble)
        self._show_controls(state)
        self._queue.show_queue(state.queue_name, state.queue, state.current, locked=state.locked)
        if loaded and not self.isVisible():
            self._make_ready()

    def _make_ready(self) -> None:
        """Find every place and draw the cover before the page is seen: the first look would take two frames."""
        for part in (self, self._pages, self._pages.currentWidget()):
            if part is not None and (layout := part.layout()) is not None:
                layout.activate()
        self._cover.grab()

    def _show_controls(self, state: NowPlayingState) -> None:
        self._play.set_icon(*(("pause-fill", "Pause") if state.playing else ("play_arrow-fill", "Play")))
        self._play.set_locked(state.locked)
        self._next.set_locked(state.locked or (None if state.can_next else "This is the last track"))
        self._previous.set_locked(state.locked or (None if state.can_previous else "This is the first track"))
        self._seek.set_locked(state.locked)

    def _lay_out(self) -> None:
        # A transport points the way the music goes, whatever the reading direction.
        transport = QWidget(self)
        transport.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        buttons = QHBoxLayout(transport)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(16)
        buttons.addStretch(1)
        for button in (self._previous, self._play, self._next):
            buttons.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        buttons.addStretch(1)
        line = QHBoxLayout()
        line.setSpacing(16)
        line.addWidget(self._artist, 1)
        line.addWidget(self._pill)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self._cover, 1)
        left.addSpacing(24)
        left.addWidget(self._title)
        left.addLayout(line)
        left.addSpacing(8)
        left.addWidget(self._notice)
        left.addWidget(self._trouble)
        left.addSpacing(8)
        left.addWidget(self._seek)
        left.addSpacing(12)
        left.addWidget(transport)
        # The queue, which is cut off somewhere, ends at the player bar, not above it.
        left.addSpacing(PAGE_MARGIN - 8)
        self._queue.setFixedWidth(_QUEUE_WIDTH)
        music = QWidget(self)
        columns = QHBoxLayout(music)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(PAGE_MARGIN)
        columns.addLayout(left, 1)
        columns.addWidget(self._queue)
        self._pages.addWidget(self._nothing)
        self._pages.addWidget(music)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(PAGE_MARGIN, PAGE_MARGIN - 8, PAGE_MARGIN, 0)
        whole.setSpacing(24)
        whole.addWidget(self._banner)
        whole.addWidget(self._pages, 1)

"""The queue beside the music: which track plays, and which come after it."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.theme.tokens import TextRole, Tone
from ui.widgets.accessible import explain
from ui.widgets.durations import clock_time
from ui.widgets.label import ElidedLabel
from ui.widgets.row_list import RowList
from ui.widgets.rows import LazyRows, Row, RowBadge

_ROW_HEIGHT: Final = 52


@dataclass(frozen=True, slots=True)
class QueueTrack:
    """One track of the queue; `trouble` says why it can't be played, "" when it can."""

    playlist_position: int
    title: str
    artist: str
    duration_ms: int | None = None
    trouble: str = ""


class QueueList(QWidget):
    """Shows a queue; `track_requested(playlist_position)` comes by Enter or a double click, unless it is locked."""

    track_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading = ElidedLabel("Queue", TextRole.TITLE, heading=True, parent=self)
        self._count = ElidedLabel("", TextRole.CAPTION, "secondary", parent=self)
        self._rows = RowList("Queue", _ROW_HEIGHT, parent=self)
        self._shown: tuple[tuple[QueueTrack, ...], int | None] = ((), None)
        self._locked: str | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._heading)
        layout.addSpacing(4)
        layout.addWidget(self._count)
        layout.addSpacing(12)
        layout.addWidget(self._rows, 1)
        self._rows.row_activated.connect(self._ask)

    def show_queue(self, name: str, tracks: tuple[QueueTrack, ...], current: int | None, *, locked: str | None) -> None:
        """Show these tracks, and scroll to the one that plays when it is another one."""
        self._heading.setText(name or "Queue")
        self._locked = locked
        explain(self._rows, locked or "")
        before, self._shown = self._shown, (tracks, current)
        if before == self._shown:
            return
        if tracks is not before[0]:
            self._count.setText("1 track" if len(tracks) == 1 else f"{len(tracks):,} tracks")
        keys = [str(track.playlist_position) for track in tracks]
        self._rows.show_rows(LazyRows(keys, lambda place: _row(tracks[place], current)))
        if current is not None and current != before[1]:
            self._rows.reveal(str(current))

    def _ask(self, key: str) -> None:
        if self._locked is None:
            self.track_requested.emit(int(key))


def _row(track: QueueTrack, current: int | None) -> Row:
    playing = track.playlist_position == current
    return Row(
        key=str(track.playlist_position),
        title=track.title,
        subtitle=track.artist,
        number=str(track.playlist_position + 1),
        has_cover=False,
        trailing="" if track.duration_ms is None else clock_time(track.duration_ms),
        badge=RowBadge("Can't be played", Tone.WARNING, "warning") if track.trouble else None,
        current=playing,
        dimmed=bool(track.trouble),
        detail=track.trouble,
    )

"""Rows of tracks, playlists and sessions: a model that ten thousand of them cost nothing, and what they hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QImage

from ui.theme.tokens import Tone
from ui.widgets.plain import plain, tooltip

ROW_ROLE: Final = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class RowBadge:
    """A badge at the end of a row."""

    text: str
    tone: Tone = Tone.NEUTRAL
    icon: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Everything that a row shows.

    `key` is what signals name it by. `number` stands in front ("7"), `cover` after it if `has_cover` (None: the soft
    one made from title and subtitle), `trailing` at the end ("3:05"); `pairing` is (paired, total) for a ring. A
    `current` row is the one that plays; a `dimmed` one can't. `tone` colours the subtitle. `detail` is its tooltip.
    """

    key: str
    title: str
    subtitle: str = ""
    number: str = ""
    has_cover: bool = True
    cover: QImage | None = None
    trailing: str = ""
    badge: RowBadge | None = None
    pairing: tuple[int, int] | None = None
    current: bool = False
    dimmed: bool = False
    tone: Tone = Tone.NEUTRAL
    detail: str = ""

    def spoken(self) -> str:
        """Return the row as a screen reader says it."""
        parts = [self.number, self.title, self.subtitle, self.badge.text if self.badge else "", self.trailing]
        if self.pairing is not None:
            parts.append(f"{self.pairing[0]} of {self.pairing[1]} paired")
        if self.current:
            parts.append("playing")
        return ", ".join(plain(part) for part in parts if part)


class RowModel(QAbstractListModel):
    """The rows of one list."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[Row, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """Return what is shown."""
        return self._rows

    def show_rows(self, rows: Sequence[Row]) -> bool:
        """Take these rows; return whether other ones are there now, rather than the same ones with other contents."""
        new = tuple(rows)
        same = len(new) == len(self._rows) and all(a.key == b.key for a, b in zip(new, self._rows, strict=True))
        if not same:
            self.beginResetModel()
            self._rows = new
            self.endResetModel()
            return True
        changed = [place for place, (a, b) in enumerate(zip(new, self._rows, strict=True)) if a is not b and a != b]
        self._rows = new
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))
        return False

    def place_of(self, key: str) -> int | None:
        """Return at which place the row is."""
        return next((place for place, row in enumerate(self._rows) if row.key == key), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's name and default
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return plain(row.title)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.spoken()
        if role == Qt.ItemDataRole.ToolTipRole and row.detail:
            return tooltip(row.detail)
        return None

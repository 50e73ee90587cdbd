"""Rows of tracks, playlists and sessions: a model that ten thousand of them cost nothing, and what they hold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, overload

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QStringListModel, Qt
from PySide6.QtGui import QImage

from ui.theme.tokens import Tone
from ui.widgets.pairing_ring import pairing_words
from ui.widgets.plain import plain, spoken, tooltip

#: So many are shown in a turn of the event loop of their own, after whatever is shown with them: both together take
#: longer than a frame.
MANY_ROWS: Final = 500
#: (With 0 ms it would be the same turn.)
MANY_AFTER_MS: Final = 1
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
        if self.pairing is not None and (words := pairing_words(*self.pairing)) != self.subtitle:
            parts.append(words)
        if self.current:
            parts.append("playing")
        return ", ".join(spoken(part) for part in parts if part)


class LazyRows(Sequence[Row]):
    """Rows that are made when they are seen: ten thousand of them at once would stop the window for three frames.

    `keys` are those of the rows that `make(place)` returns; a row that was made is kept.
    """

    def __init__(self, keys: Sequence[str], make: Callable[[int], Row]) -> None:
        self.keys = tuple(keys)
        self._make = make
        self._made: dict[int, Row] = {}

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, place: int) -> Row: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...

    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        place %= len(self)
        row = self._made.get(place)
        if row is None:
            row = self._made[place] = self._make(place)
        return row


class RowModel(QStringListModel):
    """The rows of one list.

    A list asks its model for the count at every row that it lays out: Qt's own model answers 20,000 such questions in a
    few milliseconds, one in Python in three frames.
    """

    def __init__(self) -> None:
        super().__init__()
        self._rows: Sequence[Row] = ()
        self._keys: tuple[str, ...] = ()

    @property
    def rows(self) -> Sequence[Row]:
        """Return what is shown."""
        return self._rows

    def show_rows(self, rows: Sequence[Row]) -> bool:
        """Take these rows; return whether other ones are there now, rather than the same ones with other contents."""
        lazy = isinstance(rows, LazyRows)
        new: Sequence[Row] = rows if lazy else tuple(rows)
        keys = rows.keys if isinstance(rows, LazyRows) else tuple(row.key for row in new)
        if keys != self._keys:
            self._rows, self._keys = new, keys
            self.setStringList(keys)
            return True
        before, self._rows = self._rows, new
        if lazy or isinstance(before, LazyRows):
            changed = [] if new is before else [0, len(new) - 1]
        else:
            changed = [place for place, (a, b) in enumerate(zip(new, before, strict=True)) if a is not b and a != b]
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))
        return False

    def place_of(self, key: str) -> int | None:
        """Return at which place the row is."""
        return self._keys.index(key) if key in self._keys else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let rows be chosen, and nothing else."""
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable if index.isValid() else Qt.ItemFlag.NoItemFlags

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
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return spoken(row.detail)
        if role == Qt.ItemDataRole.ToolTipRole and row.detail:
            return tooltip(row.detail)
        return None

"""The sync panel: how closely the two players are in lockstep, in numbers and over the last two minutes."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QBuffer, QSaveFile, Signal
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ui.screens.file_dialogs import start_folder
from ui.screens.sync_points import SyncPoint, table
from ui.theme.tokens import PAGE_MARGIN, TextRole
from ui.widgets.buttons import SecondaryButton
from ui.widgets.empty_state import EmptyState
from ui.widgets.icon_button import OVERHANG, IconButton
from ui.widgets.label import ElidedLabel
from ui.widgets.section_header import SectionHeader

if TYPE_CHECKING:
    from ui.screens.sync_plots import SyncPlots

_COLUMNS: Final = 4
_DRIFT_LEGEND: Final = "Dots: gliding back into place. Triangles: jumps."
_CLOCK_LEGEND: Final = "The lower plot is the clock against its mean; the band shows how well it is known."


@dataclass(frozen=True, slots=True)
class SyncNumber:
    """One figure with its name; `tone` as a Label's, `detail` says what it means."""

    name: str
    value: str
    tone: str = "primary"
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SyncPanelState:
    """Everything that the panel shows; without points there is no session.

    `now_s` is the plots' right edge. `leads`: there is no drift, which is a follower's.
    """

    summary: str = ""
    numbers: tuple[SyncNumber, ...] = ()
    points: tuple[SyncPoint, ...] = ()
    now_s: float = 0.0
    leads: bool = False


class _Figure(QWidget):
    """A number under its name."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._name = ElidedLabel("", TextRole.CAPTION, "secondary", parent=self)
        self._value = ElidedLabel("", TextRole.TITLE, parent=self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._name)
        layout.addWidget(self._value)

    def show_number(self, number: SyncNumber) -> None:
        """Show a number."""
        self._name.setText(number.name)
        self._value.setText(number.value)
        self._value.set_tone(number.tone)
        self.setAccessibleName(f"{number.name}: {number.value}")
        self.setAccessibleDescription(number.detail)


class SyncPanel(QWidget):
    """Shows a SyncPanelState while it is visible; `saved(path)` and `save_failed(sentence)` tell of the two files."""

    back_requested = Signal()
    saved = Signal(str)
    save_failed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = SyncPanelState()
        self._plots: SyncPlots | None = None
        self._back = IconButton("arrow_back", "Back to Now Playing", parent=self)
        self._header = SectionHeader("Sync", parent=self)
        self._picture = SecondaryButton("Save picture…", "save", parent=self)
        self._table = SecondaryButton("Save table…", "save", parent=self)
        self._figures = QGridLayout()
        self._made: list[_Figure] = []
        self._nothing = EmptyState(
            "monitoring", "No session yet", "Lead or follow a session, and its lockstep is drawn here.", parent=self
        )
        self._legend = ElidedLabel("", TextRole.CAPTION, "secondary", parent=self)
        self._legend.hide()
        self._room = QVBoxLayout()
        self._lay_out()
        self._back.clicked.connect(self.back_requested)
        self._picture.clicked.connect(lambda: self._ask("Save the picture", "lockstep-sync.png", self.save_picture))
        self._table.clicked.connect(lambda: self._ask("Save the table", "lockstep-sync.csv", self.save_table))
        self.show_state(self._state)

    def show_state(self, state: SyncPanelState) -> None:
        """Show this state."""
        self._state = state
        known = bool(state.points)
        self._header.show_text("Sync", state.summary)
        self._nothing.setVisible(not known)
        for button in (self._picture, self._table):
            button.set_locked(None if known else "There is nothing to save yet")
        self._show_numbers(state.numbers)
        if known and self._plots is None:
            self._plots = self._make_plots()
        if self._plots is not None:
            self._plots.setVisible(known)
            self._legend.setVisible(known)
            self._plots.show_points(state.points, state.now_s, leads=state.leads)
            self._legend.setText(_CLOCK_LEGEND if state.leads else f"{_DRIFT_LEGEND} {_CLOCK_LEGEND}")

    def save_picture(self, path: Path) -> None:
        """Write the panel as it is seen as PNG; `saved` or `save_failed` tells how it went."""
        picture = QBuffer()
        picture.open(QBuffer.OpenModeFlag.WriteOnly)
        self.grab().save(picture, "PNG")
        self._save(path, bytes(picture.data().data()))

    def save_table(self, path: Path) -> None:
        """Write the points as CSV; `saved` or `save_failed` tells how it went."""
        self._save(path, table(self._state.points).encode())

    def _save(self, path: Path, data: bytes) -> None:
        """Write a file whole or not at all."""
        file = QSaveFile(str(path))
        if file.open(QSaveFile.OpenModeFlag.WriteOnly) and file.write(data) == len(data) and file.commit():
            self.saved.emit(str(path))
            return
        why = f" ({file.errorString()})" if file.errorString() else ""
        advice = "Choose another folder, or make room on the disk."
        self.save_failed.emit(f"{path.name} can't be written{why}. {advice}")

    def _ask(self, title: str, name: str, save: object) -> None:
        dialog = QFileDialog(self, title, start_folder(), f"*{Path(name).suffix}")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(Path(name).suffix[1:])
        dialog.selectFile(name)
        dialog.fileSelected.connect(lambda chosen: save(Path(chosen)))  # type: ignore[operator]
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _show_numbers(self, numbers: tuple[SyncNumber, ...]) -> None:
        while len(self._made) < len(numbers):
            figure = _Figure(self)
            place = len(self._made)
            self._figures.addWidget(figure, place // _COLUMNS, place % _COLUMNS)
            self._made.append(figure)
        for place, figure in enumerate(self._made):
            figure.setVisible(place < len(numbers))
            if place < len(numbers):
                figure.show_number(numbers[place])

    def _make_plots(self) -> "SyncPlots":
        # pyqtgraph takes a third of a second to load: nobody who never opens this waits for it.
        from ui.screens.sync_plots import SyncPlots  # noqa: PLC0415

        plots = SyncPlots(self)
        self._room.addWidget(plots, 1)
        self._room.addWidget(self._legend)
        return plots

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(OVERHANG)
        # The arrow, not the edge of its button, stands where the column begins.
        top.addSpacing(-OVERHANG)
        top.addWidget(self._back)
        top.addWidget(self._header, 1)
        self._header.add_action(self._picture)
        self._header.add_action(self._table)
        self._figures.setHorizontalSpacing(24)
        self._figures.setVerticalSpacing(16)
        for column in range(_COLUMNS):
            self._figures.setColumnStretch(column, 1)
        self._room.addWidget(self._nothing, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(PAGE_MARGIN, PAGE_MARGIN - 8, PAGE_MARGIN, PAGE_MARGIN - 8)
        whole.setSpacing(24)
        whole.addLayout(top)
        whole.addLayout(self._figures)
        whole.addLayout(self._room, 1)

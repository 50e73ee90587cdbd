"""The library: the person's playlists, and how much of each has its files."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QImage
from PySide6.QtWidgets import QMenu, QStackedWidget, QVBoxLayout, QWidget

from ui.screens.file_dialogs import ask_for_playlists
from ui.screens.playlist_grid import CARD_INSET, PlaylistGrid
from ui.theme.tokens import PAGE_MARGIN
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.drop_here import DropHere
from ui.widgets.empty_state import EmptyState
from ui.widgets.pairing_ring import pairing_words
from ui.widgets.progress_row import ProgressRow
from ui.widgets.rows import LazyRows, Row
from ui.widgets.search_field import SearchField
from ui.widgets.section_header import SectionHeader


@dataclass(frozen=True, slots=True)
class PlaylistCard:
    """One playlist: how many of the tracks that can have a file have one."""

    playlist_id: str
    name: str
    paired: int
    pairable: int
    cover: QImage | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Something that takes its time: what, how far in words, and the share of it that is done."""

    text: str
    detail: str
    share: float


@dataclass(frozen=True, slots=True)
class LibraryState:
    """Everything that the screen shows; `playlists` is None until they are known.

    `progress` is a scan or an import under way. Without a music folder nothing can be paired. `trouble` says why the
    playlists can't be shown.
    """

    playlists: tuple[PlaylistCard, ...] | None = None
    has_folder: bool = True
    folder_note: str = ""
    progress: Progress | None = None
    trouble: str = ""
    what_to_do: str = ""


class LibraryScreen(QWidget):
    """Shows a LibraryState; files that are dropped on it are playlists to import."""

    playlist_opened = Signal(str)
    import_requested = Signal(str)
    spotify_requested = Signal()
    folder_requested = Signal()
    scan_requested = Signal()
    cancel_requested = Signal()
    remove_requested = Signal(str)
    retry_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = LibraryState()
        self._header = SectionHeader("Library", keeps_line=True, parent=self)
        self._search = SearchField("Filter playlists", self)
        self._scan = SecondaryButton("Look for music", "refresh", parent=self)
        self._add = PrimaryButton("Add playlist", "add", parent=self)
        self._progress = ProgressRow(cancellable=True, parent=self)
        self._grid = PlaylistGrid(self)
        self._loading = EmptyState("library_music", "Opening your library…", "", parent=self)
        self._nothing = EmptyState(
            "library_music",
            "Your playlists will be here",
            "Add one from Spotify, or drop a file here: CSV, M3U, XSPF or JSON. Lockstep finds its tracks among your "
            "music files.",
            "Add from Spotify",
            second="Import a file",
            parent=self,
        )
        self._failed = EmptyState("error", "", "", "Try again", parent=self)
        self._no_match = EmptyState(
            "search", "No playlist matches", "Try another name, or clear the filter.", "Clear the filter", parent=self
        )
        self._folder = EmptyState(
            "folder_open",
            "Where is your music?",
            "Choose the folder with your music files. Lockstep looks through it, and never changes a file.",
            "Choose music folder",
            parent=self,
        )
        self._pages = QStackedWidget(self)
        self._drop_here = DropHere("Drop to add the playlist", self)
        self.setAcceptDrops(True)
        self._lay_out()
        self._connect()
        self.show_state(self._state)

    def show_state(self, state: LibraryState) -> None:
        """Show this state."""
        self._state = state
        known = state.playlists or ()
        count = "1 playlist" if len(known) == 1 else f"{len(known):,} playlists"
        words = [count] if known else []
        self._header.show_text("Library", " · ".join([*words, *([state.folder_note] if state.folder_note else [])]))
        self._failed.show_text("error", state.trouble, state.what_to_do, "Try again")
        self._progress.setVisible(state.progress is not None)
        if state.progress is not None:
            self._progress.show_progress(state.progress.text, state.progress.detail, state.progress.share)
        self._scan.set_locked(_why_no_scan(state))
        self._search.setVisible(len(known) > 1)
        self._show_playlists()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped(event):
            event.acceptProposedAction()
            self._drop_here.cover(self)

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._drop_here.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop_here.hide()
        self._import_all(_dropped(event))
        event.acceptProposedAction()

    def choose_file(self) -> None:
        """Open the dialog that asks for playlists' files."""
        ask_for_playlists(self, self._import_all)

    def _import_all(self, paths: list[str]) -> None:
        for path in paths:
            self.import_requested.emit(path)

    def _show_playlists(self) -> None:
        state = self._state
        if state.playlists is None:
            self._pages.setCurrentWidget(self._failed if state.trouble else self._loading)
            return
        words = self._search.text().casefold()
        shown = [card for card in state.playlists if words in card.name.casefold()]
        self._grid.show_rows(LazyRows([card.playlist_id for card in shown], lambda place: _card_row(shown[place])))
        if state.playlists:
            self._pages.setCurrentWidget(self._grid if shown else self._no_match)
        else:
            self._pages.setCurrentWidget(self._nothing if state.has_folder else self._folder)

    def _menu_of(self, playlist_id: str, place: QPoint) -> None:
        menu = QMenu(self)
        for words, act in (
            ("Open", lambda: self.playlist_opened.emit(playlist_id)),
            ("Remove from the library", lambda: self.remove_requested.emit(playlist_id)),
        ):
            action = QAction(words, menu)
            action.triggered.connect(act)
            menu.addAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def _add_menu(self) -> None:
        menu = QMenu(self)
        for words, act in (("From Spotify…", self.spotify_requested.emit), ("From a file…", self.choose_file)):
            action = QAction(words, menu)
            action.triggered.connect(act)
            menu.addAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._add.mapToGlobal(QPoint(0, self._add.height() + 4)))

    def _connect(self) -> None:
        self._grid.row_activated.connect(self.playlist_opened)
        self._grid.menu_requested.connect(self._menu_of)
        self._search.searched.connect(lambda _words: self._show_playlists())
        self._scan.clicked.connect(self.scan_requested)
        self._add.clicked.connect(self._add_menu)
        self._progress.cancel_requested.connect(self.cancel_requested)
        self._nothing.action_requested.connect(self.spotify_requested)
        self._nothing.second_requested.connect(self.choose_file)
        self._folder.action_requested.connect(self.folder_requested)
        self._failed.action_requested.connect(self.retry_requested)
        self._no_match.action_requested.connect(self._search.clear)

    def _lay_out(self) -> None:
        self._search.setFixedWidth(240)
        for widget in (self._search, self._scan, self._add):
            self._header.add_action(widget)
        for page in (self._loading, self._failed, self._nothing, self._no_match, self._folder, self._grid):
            self._pages.addWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(PAGE_MARGIN - CARD_INSET, PAGE_MARGIN - 8, PAGE_MARGIN - CARD_INSET, 0)
        whole.setSpacing(20)
        inset = QVBoxLayout()
        inset.setContentsMargins(CARD_INSET, 0, CARD_INSET, 0)
        inset.setSpacing(16)
        inset.addWidget(self._header)
        inset.addWidget(self._progress)
        whole.addLayout(inset)
        whole.addWidget(self._pages, 1)


def _card_row(card: PlaylistCard) -> Row:
    pairing = (card.paired, card.pairable)
    return Row(card.playlist_id, card.name, pairing_words(*pairing), cover=card.cover, pairing=pairing)


def _why_no_scan(state: LibraryState) -> str | None:
    if state.playlists is None:
        return "One moment" if not state.trouble else state.trouble
    if state.progress is not None:
        return "Wait until this is done, or cancel it"
    return None if state.has_folder else "Choose a music folder first, under Settings"


def _dropped(event: QDropEvent) -> list[str]:
    """Return the local files among what is dragged."""
    paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
    return [path for path in paths if Path(path).is_file()]

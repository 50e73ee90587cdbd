"""One playlist: each track with its file, what is missing first, and the way into a session."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QTimer, Signal, SignalInstance
from PySide6.QtGui import QAction, QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from ui.screens.file_dialogs import ask_for_music, ask_where_to_save, start_folder
from ui.screens.playlist_detail_state import PlaylistDetailState
from ui.screens.playlist_rows import PairMark, TrackLine, arranged, track_rows
from ui.screens.track_panel import TrackPanel
from ui.theme.tokens import PAGE_MARGIN, TextRole, Tone
from ui.widgets.buttons import PrimaryButton, QuietButton, SecondaryButton
from ui.widgets.cover import Cover
from ui.widgets.empty_state import EmptyState
from ui.widgets.icon_button import OVERHANG, IconButton
from ui.widgets.label import ElidedLabel, Label
from ui.widgets.pairing_ring import PairingRing, pairing_words
from ui.widgets.plain import isolated, plain, spoken
from ui.widgets.progress_row import ProgressRow
from ui.widgets.row_list import RowList
from ui.widgets.rows import MANY_AFTER_MS, MANY_ROWS
from ui.widgets.search_field import SearchField
from ui.widgets.switch import Switch

_COVER = 128
_DONE: Final = object()


class PlaylistDetail(QWidget):
    """Shows a PlaylistDetailState; tracks are named by their playlist position."""

    back_requested = Signal()
    play_requested = Signal()
    track_play_requested = Signal(int)
    lead_requested = Signal()
    scan_requested = Signal()
    cancel_requested = Signal()
    pair_requested = Signal(int, str)
    confirm_requested = Signal(int)
    confirm_all_requested = Signal()
    unpair_requested = Signal(int)
    export_requested = Signal(str)
    remove_requested = Signal()
    retry_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = PlaylistDetailState()
        self._back = IconButton("arrow_back", "Back to the library", parent=self)
        self._cover = Cover(_COVER, self)
        self._name = ElidedLabel("", TextRole.DISPLAY, parent=self)
        self._source = ElidedLabel("", TextRole.BODY, "secondary", parent=self)
        self._ring = PairingRing(20, self)
        self._count = ElidedLabel("", TextRole.BODY, "secondary", parent=self)
        self._play = PrimaryButton("Play", "play_arrow-fill", parent=self)
        self._lead = PrimaryButton("Start RunBuddy", "sensors", tone=Tone.LEADING, parent=self)
        self._scan = SecondaryButton("Look for music", "refresh", parent=self)
        self._more = IconButton("more_horiz", "More", parent=self)
        self._progress = ProgressRow(cancellable=True, parent=self)
        self._tools = QWidget(self)
        self._search = SearchField("Filter tracks", self._tools)
        self._first = Switch("Missing first", self._tools)
        self._first.setChecked(True)
        self._confirm_all = QuietButton("", parent=self._tools)
        self._confirm_all.hide()
        self._rows = RowList("Tracks", parent=self)
        self._nothing = EmptyState(
            "queue_music",
            "No tracks here",
            "Add some where it comes from, then add it here again.",
            parent=self,
        )
        self._no_match = EmptyState(
            "search", "No track matches", "Try another word, or clear the filter.", "Clear the filter", parent=self
        )
        self._reading = EmptyState("queue_music", "Reading the playlist…", "", parent=self)
        self._failed = EmptyState("warning", "", "", "Try again", parent=self)
        self._pages = QStackedWidget(self)
        self._panel = TrackPanel(self)
        self._folder = ""
        self._dropped_on = ""
        self._shown: tuple[tuple[TrackLine, ...] | None, str, bool] | None = None
        self.setAcceptDrops(True)
        for widget in (self._ring, self._count):
            # What is around them stays where it is when they come.
            policy = widget.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            widget.setSizePolicy(policy)
        self._lay_out()
        self._connect()
        self.show_state(self._state)

    def show_state(self, state: PlaylistDetailState) -> None:
        """Show this state; what is chosen and where the list is scrolled to stay."""
        before, self._state = self._state, state
        if (state.name, state.cover) != (before.name, before.cover):
            self._cover.show_cover(state.cover, state.name, "")
        if state.name != before.name:
            # What was looked for in another playlist is not in this one.
            self._search.clear()
        self.setAccessibleName(spoken(state.name) or "Playlist")
        self._name.setText(state.name)
        self._source.setText(state.source)
        self._ring.setVisible(state.tracks is not None)
        self._count.setVisible(state.tracks is not None)
        self._ring.show_pairing(state.paired, state.pairable)
        words = (pairing_words(state.paired, state.pairable), state.lead_locked if state.pairable else None)
        self._count.setText(" · ".join(part for part in words if part))
        self._play.set_locked(state.play_locked)
        self._lead.set_locked(state.lead_locked)
        self._scan.set_locked(None if state.progress is None else "Wait until this is done, or cancel it")
        self._progress.setVisible(state.progress is not None)
        if state.progress is not None:
            self._progress.show_progress(state.progress.text, state.progress.detail, state.progress.share)
        if state.tracks is not before.tracks:
            proposed = sum(track.mark is PairMark.CHECK for track in state.tracks or ())
            self._confirm_all.set_words(f"Accept all {proposed:,} proposals")
            self._confirm_all.setVisible(proposed > 1)
        self._confirm_all.set_locked(state.locked)
        for only_with_tracks in (self._tools, self._panel):
            only_with_tracks.setVisible(bool(state.tracks))
        if state.tracks is not before.tracks and len(state.tracks or ()) > MANY_ROWS:
            self._show_many_tracks()
        else:
            self._show_tracks()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Take files that are dropped on a track."""
        if isinstance(event, QDragMoveEvent | QDragEnterEvent):
            if self._droppable(event) is not None:
                event.acceptProposedAction()
                # The row that would have the file is the chosen one.
                self._rows.setCurrentIndex(self._rows.indexAt(event.position().toPoint()))
            return True
        if isinstance(event, QDropEvent):
            self._drop(event)
            return True
        return False

    def _droppable(self, event: QDropEvent) -> str | None:
        """Return the one local file that is dragged, if a file can be paired now."""
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        usable = len(paths) == 1 and Path(paths[0]).is_file() and self._state.locked is None
        return paths[0] if usable else None

    def _drop(self, event: QDropEvent) -> None:
        path = self._droppable(event)
        place = self._rows.indexAt(event.position().toPoint()).row()
        if path is None or place < 0:
            event.ignore()
            return
        event.acceptProposedAction()
        self._dropped_on = self._rows.rows()[place].key
        self.pair_requested.emit(int(self._dropped_on), path)

    def _show_tracks(self) -> None:
        """Show the tracks that are wanted, at once."""
        self._showing = self._steps()
        for _ in self._showing:
            pass

    def _show_many_tracks(self) -> None:
        """Show the tracks that are wanted, a step a turn of the event loop: thousands at once would stop it."""
        self._showing = self._steps()
        self._take_step(self._showing)

    def _take_step(self, showing: Iterator[None]) -> None:
        # Whoever wants something else meanwhile begins anew.
        if showing is self._showing and next(showing, _DONE) is not _DONE:
            QTimer.singleShot(MANY_AFTER_MS, self, lambda: self._take_step(showing))

    def _steps(self) -> Iterator[None]:
        tracks, words, missing_first = self._state.tracks, self._search.text(), self._first.isChecked()
        wanted = (tracks, words, missing_first)
        if self._shown is None or tracks is not self._shown[0] or wanted[1:] != self._shown[1:]:
            yield
            in_order = arranged(tracks or (), words, missing_first=missing_first)
            yield
            rows = track_rows(in_order)
            yield
            self._rows.show_rows(rows)
            self._shown = wanted
            if self._dropped_on:
                # With its file the track stands elsewhere in the list.
                self._rows.reveal(self._dropped_on)
                self._dropped_on = ""
            yield
        self._failed.show_text("warning", self._state.trouble, self._state.what_to_do, "Try again")
        self._pages.setCurrentWidget(self._page())
        self._show_chosen()

    def _page(self) -> QWidget:
        if self._state.tracks is None:
            return self._failed if self._state.trouble else self._reading
        if not self._state.tracks:
            return self._nothing
        return self._rows if len(self._rows.rows()) else self._no_match

    def _chosen(self) -> TrackLine | None:
        key = self._rows.chosen_key()
        if key is None:
            return None
        return next((one for one in self._state.tracks or () if one.playlist_position == int(key)), None)

    def _show_chosen(self) -> None:
        self._panel.show_track(self._chosen(), self._state.locked)

    def _about_chosen(self, ask: SignalInstance) -> None:
        chosen = self._chosen()
        if chosen is not None:
            ask.emit(chosen.playlist_position)

    def _pair_chosen(self, path: str) -> None:
        chosen = self._chosen()
        if chosen is not None:
            self.pair_requested.emit(chosen.playlist_position, path)

    def _open_file_dialog(self) -> None:
        chosen = self._chosen()
        if chosen is None:
            return
        title = plain(f"Choose the file of {isolated(chosen.title)}", 120)
        present = "" if chosen.file is None else chosen.file.path

        def pair(path: str) -> None:
            self._folder = str(Path(path).parent)
            self.pair_requested.emit(chosen.playlist_position, path)

        ask_for_music(self, title, start_folder(present, self._folder, self._state.folder), pair)

    def _activate(self, key: str) -> None:
        """Play a track; one without a sure file asks for it."""
        track = self._chosen()
        if track is None or track.mark in (PairMark.PAIRED, PairMark.CHOSEN):
            self.track_play_requested.emit(int(key))
        else:
            self._panel.take_focus()

    def _open_more(self) -> None:
        menu = QMenu(self)
        for words, act in (
            ("Save as PAIRING.json…", self._open_export),
            ("Remove from the library", self.remove_requested.emit),
        ):
            action = QAction(words, menu)
            action.triggered.connect(act)
            menu.addAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._more.mapToGlobal(QPoint(0, self._more.height() + 4)))

    def _open_export(self) -> None:
        ask_where_to_save(self, "PAIRING.json", self.export_requested.emit)

    def _connect(self) -> None:
        self._back.clicked.connect(self.back_requested)
        self._play.clicked.connect(self.play_requested)
        self._lead.clicked.connect(self.lead_requested)
        self._scan.clicked.connect(self.scan_requested)
        self._more.clicked.connect(self._open_more)
        self._progress.cancel_requested.connect(self.cancel_requested)
        self._search.searched.connect(lambda _words: self._show_tracks())
        self._no_match.action_requested.connect(self._search.clear)
        self._failed.action_requested.connect(self.retry_requested)
        self._first.clicked.connect(lambda _on: self._show_tracks())
        self._confirm_all.clicked.connect(self.confirm_all_requested)
        self._rows.row_chosen.connect(lambda _key: self._show_chosen())
        self._rows.row_activated.connect(self._activate)
        self._rows.viewport().setAcceptDrops(True)
        self._rows.viewport().installEventFilter(self)
        self._panel.confirm_requested.connect(lambda: self._about_chosen(self.confirm_requested))
        self._panel.unpair_requested.connect(lambda: self._about_chosen(self.unpair_requested))
        self._panel.file_dialog_requested.connect(self._open_file_dialog)
        self._panel.file_chosen.connect(self._pair_chosen)

    def _lay_out(self) -> None:
        way_back = QHBoxLayout()
        # Qt takes a negative margin for none.
        way_back.addSpacing(-OVERHANG)
        way_back.addWidget(self._back)
        way_back.addStretch(1)
        pairing = QHBoxLayout()
        pairing.setSpacing(8)
        pairing.addWidget(self._ring)
        pairing.addWidget(self._count, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        for button in (self._play, self._lead, self._scan, self._more):
            buttons.addWidget(button)
        buttons.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._name)
        words.addWidget(self._source)
        words.addLayout(pairing)
        words.addSpacing(8)
        words.addLayout(buttons)
        head = QHBoxLayout()
        head.setSpacing(24)
        head.addWidget(self._cover)
        head.addLayout(words, 1)
        tools = QHBoxLayout(self._tools)
        tools.setContentsMargins(0, 0, 0, 0)
        tools.setSpacing(12)
        self._search.setMaximumWidth(280)
        tools.addWidget(self._search, 1)
        tools.addWidget(Label("Missing first", TextRole.CAPTION, "secondary", parent=self._tools))
        tools.addWidget(self._first)
        tools.addStretch(1)
        tools.addWidget(self._confirm_all)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(PAGE_MARGIN, 16, PAGE_MARGIN, 16)
        whole.setSpacing(16)
        whole.addLayout(way_back)
        whole.addLayout(head)
        whole.addWidget(self._progress)
        whole.addWidget(self._tools)
        for page in (self._reading, self._rows, self._no_match, self._nothing, self._failed):
            self._pages.addWidget(page)
        whole.addWidget(self._pages, 1)
        whole.addWidget(self._panel)

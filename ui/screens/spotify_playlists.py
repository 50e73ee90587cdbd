"""The person's playlists at Spotify, to be added to the library."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ui.screens.library import Progress
from ui.theme.tokens import PAGE_MARGIN, TextRole, Tone
from ui.widgets.announce import announce
from ui.widgets.buttons import PrimaryButton
from ui.widgets.empty_state import EmptyState
from ui.widgets.icon_button import OVERHANG, IconButton
from ui.widgets.label import ElidedLabel
from ui.widgets.plain import isolated
from ui.widgets.progress_row import ProgressRow
from ui.widgets.row_list import RowList
from ui.widgets.rows import LazyRows, Row, RowBadge
from ui.widgets.search_field import SearchField
from ui.widgets.section_header import SectionHeader
from ui.widgets.trouble import Trouble

_NOT_READABLE = "Spotify lets apps read only playlists that you own or work on. Copy it into one of your own."


@dataclass(frozen=True, slots=True)
class SpotifyPlaylist:
    """One playlist; `readable` says whether Spotify gives out its tracks, `in_library` whether it was added before."""

    playlist_id: str
    name: str
    owner: str
    tracks: int | None = None
    readable: bool = True
    in_library: bool = False


@dataclass(frozen=True, slots=True)
class SpotifyPlaylistsState:
    """Everything that the screen shows; `playlists` is None until they are known.

    `signed_in_as` is "" for nobody, `signing_in` while the browser is waited for. `progress` is a playlist that is
    being read.
    """

    signed_in_as: str = ""
    playlists: tuple[SpotifyPlaylist, ...] | None = None
    trouble: str = ""
    what_to_do: str = ""
    progress: Progress | None = None
    signing_in: bool = False


class SpotifyPlaylists(QWidget):
    """Shows a SpotifyPlaylistsState; `add_requested(playlist_id)` adds one, or reads it again."""

    back_requested = Signal()
    add_requested = Signal(str)
    sign_in_requested = Signal()
    sign_in_cancel_requested = Signal()
    refresh_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = SpotifyPlaylistsState()
        self._back = IconButton("arrow_back", "Back to the library", parent=self)
        self._header = SectionHeader("Add from Spotify", keeps_line=True, parent=self)
        self._search = SearchField("Filter playlists", self)
        self._refresh = IconButton("refresh", "Refresh (F5)", parent=self)
        self._progress = ProgressRow(cancellable=True, parent=self)
        self._rows = RowList("Playlists at Spotify", parent=self)
        self._chosen = ElidedLabel("", TextRole.BODY, "secondary", parent=self)
        self._add = PrimaryButton("Add to library", parent=self)
        self._list = QWidget(self)
        self._loading = EmptyState("library_music", "Asking Spotify…", "", parent=self)
        self._signed_out = EmptyState(
            "account_circle",
            "Sign in to Spotify",
            "Lockstep reads your playlists there, and nothing else. What plays are your own files.",
            "Sign in",
            parent=self,
        )
        self._waiting = EmptyState(
            "login",
            "Waiting for Spotify",
            "Sign in in the browser window that has opened.",
            second="Cancel",
            parent=self,
        )
        self._nothing = EmptyState(
            "library_music", "No playlists there", "Make one at Spotify, then refresh.", "Refresh", parent=self
        )
        self._no_match = EmptyState(
            "search", "No playlist matches", "Try another name, or clear the filter.", "Clear the filter", parent=self
        )
        self._stale = Trouble(TextRole.BODY, parent=self)
        self._failed = EmptyState("cloud_off", "", "", "Try again", parent=self)
        self._pages = QStackedWidget(self)
        self._lay_out()
        self._back.clicked.connect(self.back_requested)
        self._refresh.clicked.connect(self.refresh_requested)
        self._add.clicked.connect(self._ask)
        self._rows.row_activated.connect(lambda _key: self._ask())
        self._rows.row_chosen.connect(lambda _key: self._show_chosen())
        self._search.searched.connect(lambda _words: self._show_rows())
        self._progress.cancel_requested.connect(self.cancel_requested)
        self._signed_out.action_requested.connect(self.sign_in_requested)
        self._waiting.second_requested.connect(self.sign_in_cancel_requested)
        self._no_match.action_requested.connect(self._search.clear)
        self._nothing.action_requested.connect(self.refresh_requested)
        self._failed.action_requested.connect(self.refresh_requested)
        self.show_state(self._state)

    def show_state(self, state: SpotifyPlaylistsState) -> None:
        """Show this state; what is chosen stays."""
        self._state = state
        name = state.signed_in_as
        self._header.show_text("Add from Spotify", f"Signed in as {isolated(name)}" if name else "Not signed in")
        self._progress.setVisible(state.progress is not None)
        if state.progress is not None:
            self._progress.show_progress(state.progress.text, state.progress.detail, state.progress.share)
        # What is not in sight is neither filtered nor asked for again.
        here = bool(state.signed_in_as) and not state.signing_in
        self._search.setVisible(here and bool(state.playlists))
        self._refresh.setVisible(here)
        said = f"{state.trouble.removesuffix('.')}. {state.what_to_do}".strip() if state.trouble else ""
        known = said if state.playlists else ""
        if self._stale.show_trouble(known):
            announce(self, self._stale.text(), urgent=True)
        self._failed.show_text("cloud_off", state.trouble, state.what_to_do, "Try again")
        self._show_rows()

    def _page(self, state: SpotifyPlaylistsState) -> QWidget:
        if state.signing_in:
            return self._waiting
        if not state.signed_in_as:
            return self._signed_out
        if state.playlists:
            return self._list if len(self._rows.rows()) else self._no_match
        if state.trouble:
            return self._failed
        return self._loading if state.playlists is None else self._nothing

    def _show_rows(self) -> None:
        words = self._search.text().casefold()
        shown = [one for one in self._state.playlists or () if words in f"{one.name} {one.owner}".casefold()]
        self._rows.show_rows(LazyRows([one.playlist_id for one in shown], lambda place: _row(shown[place])))
        self._pages.setCurrentWidget(self._page(self._state))
        self._show_chosen()

    def _chosen_playlist(self) -> SpotifyPlaylist | None:
        key = self._rows.chosen_key()
        return next((one for one in self._state.playlists or () if one.playlist_id == key), None)

    def _show_chosen(self) -> None:
        chosen = self._chosen_playlist()
        self._add.set_words("Update from Spotify" if chosen is not None and chosen.in_library else "Add to library")
        if chosen is None:
            self._chosen.setText("Choose a playlist")
        else:
            self._chosen.setText(chosen.name if chosen.readable else _NOT_READABLE)
        self._add.set_locked(self._why_not(chosen))

    def _why_not(self, chosen: SpotifyPlaylist | None) -> str | None:
        if chosen is None:
            return "Choose a playlist first"
        if not chosen.readable:
            return _NOT_READABLE
        return None if self._state.progress is None else "Wait until this is done, or cancel it"

    def _ask(self) -> None:
        chosen = self._chosen_playlist()
        if chosen is not None and self._why_not(chosen) is None:
            self.add_requested.emit(chosen.playlist_id)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        # Qt takes a negative margin for none.
        top.addSpacing(-OVERHANG)
        top.addWidget(self._back)
        top.addWidget(self._header, 1)
        top.addSpacing(-OVERHANG)
        self._search.setFixedWidth(240)
        self._header.add_action(self._search)
        self._header.add_action(self._refresh)
        bottom = QHBoxLayout()
        bottom.setSpacing(16)
        bottom.addWidget(self._chosen, 1)
        bottom.addWidget(self._add)
        inner = QVBoxLayout(self._list)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(16)
        inner.addWidget(self._rows, 1)
        inner.addLayout(bottom)
        for page in (
            self._loading,
            self._signed_out,
            self._waiting,
            self._nothing,
            self._failed,
            self._no_match,
            self._list,
        ):
            self._pages.addWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(PAGE_MARGIN, PAGE_MARGIN - 8, PAGE_MARGIN, 24)
        whole.setSpacing(20)
        whole.addLayout(top)
        whole.addWidget(self._progress)
        whole.addWidget(self._stale)
        whole.addWidget(self._pages, 1)


def _row(playlist: SpotifyPlaylist) -> Row:
    tracks = "" if playlist.tracks is None else "1 track" if playlist.tracks == 1 else f"{playlist.tracks:,} tracks"
    badge = None
    if not playlist.readable:
        badge = RowBadge("Can't be read", Tone.NEUTRAL, "lock")
    elif playlist.in_library:
        badge = RowBadge("In your library", Tone.NEUTRAL, "check")
    return Row(
        key=playlist.playlist_id,
        title=playlist.name,
        subtitle=playlist.owner,
        trailing=tracks,
        badge=badge,
        dimmed=not playlist.readable,
        detail="" if playlist.readable else _NOT_READABLE,
    )

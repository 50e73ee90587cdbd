"""The billboard: open sessions to follow, and the field for a join code."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ui.screens.billboard_state import BillboardState, Instead, OpenSession, Playable, matching
from ui.screens.join_code_field import JoinCodeField
from ui.theme.tokens import PAGE_MARGIN, TextRole, Tone
from ui.widgets.announce import announce
from ui.widgets.buttons import PrimaryButton, QuietButton
from ui.widgets.empty_state import EmptyState
from ui.widgets.icon_button import IconButton
from ui.widgets.label import ElidedLabel
from ui.widgets.name_question import NameQuestion
from ui.widgets.plain import isolated
from ui.widgets.row_list import RowList
from ui.widgets.rows import MANY_AFTER_MS, MANY_ROWS, LazyRows, Row, RowBadge
from ui.widgets.search_field import SearchField
from ui.widgets.section_header import SectionHeader
from ui.widgets.spinner import Spinner
from ui.widgets.trouble import Trouble

#: Turns of the wheel with less between them are one gesture: a touchpad sends dozens a second.
_GESTURE_MS: Final = 300
#: So long after a pull nobody needs another.
_PULL_MS: Final = 2_000

_SWITCHED_OFF: Final = (
    "group",
    "RunBuddy is switched off",
    "Switch it on to lead a playlist, or to follow somebody who does.",
    "Switch on RunBuddy",
)
_IN_SESSION: Final = (
    "group",
    "You are in a session",
    "End or leave it, and you can join another one here.",
    "Open Now Playing",
)


class Billboard(QWidget):
    """Shows a BillboardState; filters by itself.

    `join_requested(session_id)` and `code_entered(code)` ask to join, `refresh_requested` comes by the button and by
    scrolling up at the top (F5 is the window's shortcut).
    """

    join_requested = Signal(str)
    code_entered = Signal(str)
    refresh_requested = Signal()
    settings_requested = Signal()
    library_requested = Signal()
    name_entered = Signal(str)
    switch_on_requested = Signal()
    now_playing_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = BillboardState()
        self._header = SectionHeader(
            "RunBuddy", "Follow somebody who leads, or lead a playlist from your library", parent=self
        )
        self._spinner = Spinner(20, "Looking for sessions", self)
        self._refresh = IconButton("refresh", "Refresh (F5)", parent=self)
        self._search = SearchField("Filter by name or playlist", self)
        self._code = JoinCodeField(self)
        self._rows = RowList("Open sessions", parent=self)
        self._stale = QWidget(self)
        self._out_of_date = Trouble(TextRole.BODY, parent=self._stale, tone=Tone.WARNING)
        self._again = QuietButton("Try again", parent=self._stale)
        self._chosen = ElidedLabel("", TextRole.BODY, "secondary", parent=self)
        self._join = PrimaryButton("Join", "headphones", tone=Tone.FOLLOWING, parent=self)
        self._loading = EmptyState("group", "Looking for sessions…", "", parent=self)
        self._nobody = EmptyState(
            "group",
            "Nobody is leading right now",
            "Ask your buddy to start RunBuddy, or lead a playlist yourself. This page looks again by itself.",
            "Lead a playlist",
            parent=self,
        )
        self._no_match = EmptyState(
            "search", "No session matches", "Try another name, or clear the filter.", "Clear the filter", parent=self
        )
        self._failed = EmptyState("cloud_off", "", "", "Try again", second="Open Settings", parent=self)
        self._instead: dict[Instead, EmptyState] = {}
        self._list = QWidget(self)
        self._pages = QStackedWidget(self)
        self._pulled = QTimer(self, interval=_PULL_MS, singleShot=True)
        self._gesture = QTimer(self, interval=_GESTURE_MS, singleShot=True)
        self._began_at_top = False
        self._lay_out()
        self._connect()
        self.show_state(self._state)

    def show_state(self, state: BillboardState) -> None:
        """Show this state; what is chosen and where the list is scrolled to stay."""
        before, self._state = self._state, state
        self._spinner.setVisible(state.refreshing)
        self._code.show_trouble(state.code_trouble)
        self._code.set_locked(state.locked)
        self._code.set_busy(state.code_busy)
        if state.sessions is not before.sessions and len(state.sessions or ()) > MANY_ROWS:
            QTimer.singleShot(MANY_AFTER_MS, self, self._show_sessions)
        else:
            self._show_sessions()

    def filter_by(self, words: str) -> None:
        """Show only the sessions that match, as if the person had typed it."""
        self._search.setText(words)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take a pull for a wish to refresh: a gesture upwards that began at the top of the list, once in a while."""
        if isinstance(event, QWheelEvent):
            if not self._gesture.isActive():
                self._began_at_top = self._rows.verticalScrollBar().value() == 0
            self._gesture.start()
            if event.angleDelta().y() > 0 and self._began_at_top and not self._pulled.isActive():
                self._pulled.start()
                self._ask_to_refresh()
        return super().eventFilter(watched, event)

    def _ask_to_refresh(self) -> None:
        # A button that was disabled meanwhile would lose the focus.
        if not self._state.refreshing:
            self.refresh_requested.emit()

    def _show_sessions(self) -> None:
        state = self._state
        shown = matching(state.sessions or (), self._search.text())
        self._rows.show_rows(LazyRows([one.session_id for one in shown], lambda place: _row(shown[place])))
        self._stale.setVisible(bool(state.trouble))
        if self._out_of_date.show_trouble(f"Not up to date: {state.trouble}" if state.trouble else ""):
            announce(self, self._out_of_date.text(), urgent=True)
        if state.sessions:
            self._pages.setCurrentWidget(self._list if shown else self._no_match)
        elif state.instead is not None:
            self._pages.setCurrentWidget(self._page_for(state.instead))
        elif state.trouble:
            self._show_trouble()
        else:
            self._pages.setCurrentWidget(self._loading if state.sessions is None else self._nobody)
        self._show_chosen()

    def _page_for(self, instead: Instead) -> EmptyState:
        """Return the page, made when it is first needed: most people never see one."""
        page = self._instead.get(instead)
        if page is None:
            match instead:
                case Instead.NAME:
                    page = asked = NameQuestion(parent=self)
                    asked.name_entered.connect(self.name_entered)
                case Instead.SWITCH_ON:
                    page = EmptyState(*_SWITCHED_OFF, parent=self)
                    page.action_requested.connect(self.switch_on_requested)
                case Instead.IN_SESSION:
                    page = EmptyState(*_IN_SESSION, parent=self)
                    page.action_requested.connect(self.now_playing_requested)
            self._instead[instead] = page
            self._pages.addWidget(page)
        return page

    def _show_trouble(self) -> None:
        """Offer first what mends it: another try, or the settings."""
        state, buttons = self._state, ("Try again", "Open Settings")
        first, second = reversed(buttons) if state.in_settings else buttons
        self._failed.show_text("cloud_off", state.trouble.removesuffix("."), state.what_to_do, first, second)
        self._pages.setCurrentWidget(self._failed)

    def _show_chosen(self) -> None:
        key = self._rows.chosen_key()
        chosen = next((one for one in self._state.sessions or () if one.session_id == key), None)
        if chosen is None:
            self._chosen.setText(self._state.locked or "Choose a session to follow")
            self._join.set_locked("Choose a session first")
            return
        self._chosen.setText(self._state.locked or _words(chosen))
        self._join.set_locked(self._state.locked)

    def _ask_to_join(self) -> None:
        key = self._rows.chosen_key()
        if key is not None and self._state.locked is None:
            self.join_requested.emit(key)

    def _connect(self) -> None:
        self._search.searched.connect(lambda _words: self._show_sessions())
        self._rows.row_chosen.connect(lambda _key: self._show_chosen())
        self._rows.row_activated.connect(lambda _key: self._ask_to_join())
        self._rows.viewport().installEventFilter(self)
        self._join.clicked.connect(self._ask_to_join)
        self._code.code_entered.connect(self.code_entered)
        self._refresh.clicked.connect(self._ask_to_refresh)
        self._again.clicked.connect(self._ask_to_refresh)
        self._failed.action_requested.connect(lambda: self._mend(settings=self._state.in_settings))
        self._failed.second_requested.connect(lambda: self._mend(settings=not self._state.in_settings))
        self._nobody.action_requested.connect(self.library_requested)
        self._no_match.action_requested.connect(self._search.clear)

    def _mend(self, *, settings: bool) -> None:
        (self.settings_requested if settings else self.refresh_requested).emit()

    def _lay_out(self) -> None:
        for widget in (self._spinner, self._refresh):
            self._header.add_action(widget)
        tools = QHBoxLayout()
        tools.setSpacing(16)
        tools.addWidget(self._search, 1, Qt.AlignmentFlag.AlignTop)
        tools.addWidget(self._code, 0, Qt.AlignmentFlag.AlignTop)
        bottom = QHBoxLayout()
        bottom.setSpacing(16)
        bottom.addWidget(self._chosen, 1)
        bottom.addWidget(self._join)
        stale = QHBoxLayout(self._stale)
        stale.setContentsMargins(0, 0, 0, 0)
        stale.setSpacing(16)
        stale.addWidget(self._out_of_date, 1, Qt.AlignmentFlag.AlignVCenter)
        stale.addWidget(self._again)
        inner = QVBoxLayout(self._list)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(16)
        inner.addWidget(self._stale)
        inner.addWidget(self._rows, 1)
        inner.addLayout(bottom)
        for page in (self._loading, self._failed, self._nobody, self._no_match, self._list):
            self._pages.addWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(PAGE_MARGIN, PAGE_MARGIN - 8, PAGE_MARGIN, 24)
        whole.setSpacing(20)
        whole.addWidget(self._header)
        whole.addLayout(tools)
        whole.addWidget(self._pages, 1)


def _words(session: OpenSession) -> str:
    """Return who leads what, and whether it can be followed."""
    leads = f"{isolated(session.host)} leads {isolated(session.playlist)}"
    match session.playable:
        case Playable.YES:
            return leads
        case Playable.PARTLY:
            return f"{leads}; some of its tracks have no file here yet"
        case Playable.NO:
            return f"{leads}, which is not in your library yet"


def _row(session: OpenSession) -> Row:
    tracks = "1 track" if session.tracks == 1 else f"{session.tracks:,} tracks"
    badges = {
        Playable.YES: RowBadge("You have all tracks", Tone.FOLLOWING, "check"),
        Playable.PARTLY: RowBadge("Some tracks missing", Tone.WARNING, "link_off"),
        Playable.NO: None,
    }
    return Row(
        key=session.session_id,
        title=session.host,
        subtitle=session.playlist,
        trailing=f"{tracks} · {session.age}",
        badge=badges[session.playable],
    )

"""Where the music is, and whose playlists."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.screens.file_dialogs import ask_for_folder
from ui.screens.settings.state import AccountPhase, LibraryState
from ui.widgets.buttons import QuietButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.form_row import FormRow
from ui.widgets.plain import isolated
from ui.widgets.spinner import Spinner


class LibrarySection(Card):
    """Music folder and Spotify account."""

    folder_chosen = Signal(str)
    rescan_requested = Signal()
    sign_in_requested = Signal()
    sign_in_cancel_requested = Signal()
    sign_out_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._phase = AccountPhase.SIGNED_OUT
        self._start = ""
        self._rescan = QuietButton("Look again", "refresh")
        self._choose = SecondaryButton("Choose…", "folder_open")
        self._scanning = Spinner(name="Looking through the music folder")
        self._folder = FormRow("Music folder", _together(self._scanning, self._rescan, self._choose))
        self._account_button = SecondaryButton("Sign in")
        self._waiting = Spinner(name="Waiting for the browser")
        self._account = FormRow("Spotify account", _together(self._waiting, self._account_button))
        self.add(self._folder)
        self.add(self._account)
        self._rescan.clicked.connect(self.rescan_requested)
        self._choose.clicked.connect(self._ask_for_folder)
        self._account_button.clicked.connect(self._account_pressed)

    def show_state(self, state: LibraryState) -> None:
        """Show this state."""
        self._start = state.folder or ""
        parts = [part for part in (isolated(state.folder) if state.folder else "", state.scan or state.files) if part]
        none = "" if state.folder is None else "None yet. Lockstep finds your playlists' tracks in it."
        self._folder.show_hint(" · ".join(parts) or none)
        self._folder.show_trouble(state.folder_trouble)
        self._scanning.setVisible(bool(state.scan))
        self._rescan.setVisible(bool(state.folder) and not state.scan)
        self._phase = state.account_phase
        hint, button = {
            AccountPhase.SIGNED_OUT: ("Your playlists, and your account for RunBuddy", "Sign in"),
            AccountPhase.WAITING: ("Waiting for you to sign in in the browser…", "Cancel"),
            AccountPhase.SIGNED_IN: (f"Signed in as {isolated(state.account)}", "Sign out"),
        }[state.account_phase]
        self._account.show_hint(hint)
        self._account.show_trouble(state.account_trouble)
        self._account_button.set_words(button)
        self._waiting.setVisible(state.account_phase is AccountPhase.WAITING)

    def _ask_for_folder(self) -> None:
        ask_for_folder(self, self._start, self.folder_chosen.emit)

    def _account_pressed(self) -> None:
        {
            AccountPhase.SIGNED_OUT: self.sign_in_requested,
            AccountPhase.WAITING: self.sign_in_cancel_requested,
            AccountPhase.SIGNED_IN: self.sign_out_requested,
        }[self._phase].emit()


def _together(*widgets: QWidget) -> QWidget:
    group = QWidget()
    layout = QHBoxLayout(group)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(8)
    for widget in widgets:
        layout.addWidget(widget)
    return group

"""The steps of the first run."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.screens.file_dialogs import ask_for_folder, ask_for_playlists
from ui.screens.first_run.state import FolderState, PlaylistsState, ServerState, playlists_words
from ui.screens.first_run.step_page import WIDTH, StepPage
from ui.screens.settings.state import AccountPhase
from ui.theme.tokens import TextRole
from ui.widgets.badge import Badge
from ui.widgets.buttons import PrimaryButton, QuietButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.form_row import FormRow
from ui.widgets.icon_button import IconButton
from ui.widgets.label import ElidedLabel, Label
from ui.widgets.plain import isolated
from ui.widgets.progress_row import ProgressRow
from ui.widgets.spinner import Spinner
from ui.widgets.text_field import TextField

#: Heard by the whole room, with accounts and time of its own.
SERVE_COMMAND = "lockstep serve --host 0.0.0.0 --accounts local --ntp-port 11123"


def _centred(*widgets: QWidget) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(12)
    line.addStretch(1)
    for widget in widgets:
        line.addWidget(widget)
    line.addStretch(1)
    return line


class FolderPage(StepPage):
    """Where the music is; a folder can also be dropped here."""

    folder_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            "folder_open",
            "Where is your music?",
            "Lockstep plays your own music files, on two laptops at once. Choose the folder that they are in; nothing "
            "in it is changed.",
            parent,
        )
        self._state = FolderState()
        self._choose = PrimaryButton("Choose folder…", "folder_open")
        self._suggest = SecondaryButton("")
        self._path = ElidedLabel("", TextRole.TITLE)
        self._path.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._path.setFixedWidth(WIDTH)
        self._progress = ProgressRow()
        self._progress.setFixedWidth(WIDTH)
        self._found = Label("", TextRole.BODY, "secondary")
        chosen = QVBoxLayout()
        chosen.setSpacing(4)
        chosen.addLayout(_centred(self._path))
        chosen.addLayout(_centred(self._found))
        self.content.addLayout(chosen)
        self.content.addLayout(_centred(self._progress))
        self._another = SecondaryButton("Choose another…", "folder_open")
        self.content.addLayout(_centred(self._choose, self._suggest, self._another))
        self.setAcceptDrops(True)
        for button in (self._choose, self._another):
            button.clicked.connect(self._ask)
        self._suggest.clicked.connect(lambda: self.folder_chosen.emit(self._state.suggestion))

    def show_state(self, state: FolderState) -> None:
        """Show this state."""
        self._state = state
        self._path.setText(state.folder)
        self._path.setVisible(bool(state.folder))
        self._found.setText(state.found)
        self._found.setVisible(bool(state.found) and not state.scan)
        self._progress.setVisible(bool(state.scan))
        self._progress.show_progress("Looking through your music", state.scan, state.scan_share)
        self._choose.setVisible(not state.folder)
        self._another.setVisible(bool(state.folder))
        self._suggest.set_words(f"Use my “{Path(state.suggestion).name}” folder" if state.suggestion else "")
        self._suggest.setVisible(bool(state.suggestion) and not state.folder)
        self.show_trouble(state.trouble)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped_folder(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        folder = _dropped_folder(event)
        if folder:
            event.acceptProposedAction()
            self.folder_chosen.emit(folder)

    def _ask(self) -> None:
        ask_for_folder(self, self._state.folder or self._state.suggestion, self.folder_chosen.emit)


def _dropped_folder(event: QDropEvent) -> str:
    """Return the one folder that is dragged, or ""."""
    urls = event.mimeData().urls()
    path = urls[0].toLocalFile() if len(urls) == 1 else ""
    return path if path and Path(path).is_dir() else ""


class PlaylistsPage(StepPage):
    """Whose playlists: Spotify's, or one from a file."""

    sign_in_requested = Signal()
    sign_in_cancel_requested = Signal()
    import_chosen = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            "queue_music",
            "Bring your playlists",
            "Lockstep finds the tracks of your Spotify playlists among your own files. Or import a playlist file: CSV, "
            "M3U, XSPF or JSON.",
            parent,
        )
        self._sign_in = PrimaryButton("Sign in to Spotify", "login")
        self._import = SecondaryButton("Import a playlist…", "upload")
        self._waiting = Spinner(name="Waiting for the browser")
        self._waiting_text = Label("Sign in in the browser window that has opened…", TextRole.BODY, "secondary")
        self._cancel = QuietButton("Cancel")
        self._account = Badge()
        self._then = Label("You choose among your playlists when Lockstep opens.", TextRole.BODY, "secondary")
        self.content.addLayout(_centred(self._account))
        self.content.addLayout(_centred(self._then))
        self.content.addLayout(_centred(self._waiting, self._waiting_text, self._cancel))
        self.content.addLayout(_centred(self._sign_in, self._import))
        self._sign_in.clicked.connect(self.sign_in_requested)
        self._cancel.clicked.connect(self.sign_in_cancel_requested)
        self._import.clicked.connect(self._ask)

    def show_state(self, state: PlaylistsState) -> None:
        """Show this state."""
        signed_in = state.phase is AccountPhase.SIGNED_IN
        waiting = state.phase is AccountPhase.WAITING
        parts = [f"Signed in as {isolated(state.account)}"] if signed_in else []
        if state.count:
            parts.append(playlists_words(state.count))
        self._then.setVisible(signed_in and not state.count)
        self._account.show_badge(" · ".join(parts), icon="check_circle" if parts else None)
        for widget in (self._waiting, self._waiting_text, self._cancel):
            widget.setVisible(waiting)
        self._sign_in.setVisible(state.phase is AccountPhase.SIGNED_OUT)
        self._import.setVisible(not waiting)
        self.show_trouble(state.trouble)

    def _ask(self) -> None:
        ask_for_playlists(self, self.import_chosen.emit)


class ServerPage(StepPage):
    """Where sessions are found, and by which name on a server that asks for one."""

    server_requested = Signal(str)
    name_requested = Signal(str)
    name_typed = Signal()
    name_confirmed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            "group",
            "Play with a buddy",
            "You find one another on a session server. Without internet, run one on a laptop by this command, and "
            "enter that laptop's address:",
            parent,
        )
        self._usual = ""
        self._address = TextField("Session server", "https://api.lockstep.at")
        self._name = TextField("Your name", "Ana", longest=100)
        self._reset = QuietButton("")
        self._checking = Spinner(name="Asking the server")
        self._asking = Label("Asking the server…", TextRole.BODY, "secondary")
        self._note = Badge()
        self._note.setMaximumWidth(WIDTH - 160)
        self._address_row = FormRow("Server", self._address)
        self._name_row = FormRow("Your name", self._name, "Your buddy sees it")
        card = Card(self._address_row, self._name_row)
        card.setFixedWidth(WIDTH)
        command = Label(SERVE_COMMAND, TextRole.CAPTION, "secondary")
        command.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        copy = IconButton("content_copy", "Copy the command", side=28, icon_side=16)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(SERVE_COMMAND))
        self.content.addLayout(_centred(command, copy))
        self.content.addLayout(_centred(card))
        self.content.addLayout(_centred(self._checking, self._asking, self._note, self._reset))
        self._address.entered.connect(self.server_requested)
        self._name.entered.connect(self.name_requested)
        self._name.textEdited.connect(lambda _text: self.name_typed.emit())
        self._name.returnPressed.connect(self.name_confirmed)
        self._reset.clicked.connect(lambda: self.server_requested.emit(self._usual))

    @property
    def typed_name(self) -> str:
        """Return the name as it stands in its field."""
        return self._name.text().strip()

    def take_focus(self) -> None:
        """Let what is typed be the address."""
        self._address.setFocus(Qt.FocusReason.OtherFocusReason)
        self._address.selectAll()

    def show_state(self, state: ServerState) -> None:
        """Show this state."""
        self._usual = state.usual
        self._reset.set_words(f"Use {state.usual.partition('://')[2] or state.usual}")
        self._address.show_text(state.address)
        self._address.show_invalid(bool(state.trouble))
        for widget in (self._checking, self._asking):
            widget.setVisible(state.checking)
        self._note.show_badge(state.note, icon="dns" if state.note else None)
        self._reset.setVisible(state.address != state.usual and not state.checking)
        appears = state.asks_name and self._name_row.isHidden()
        self._name_row.setVisible(state.asks_name)
        self._name.show_text(state.name)
        if appears and not state.name and self.isVisible():
            # What is typed next is the name, wherever the key before it has led.
            self._name.setFocus(Qt.FocusReason.OtherFocusReason)
        self._name.show_invalid(bool(state.name_trouble))
        self.show_trouble(state.trouble or (state.name_trouble if state.asks_name else ""))

"""The dialog that asks for a Spotify client id: Spotify lets no app do without one of the person's own."""

from typing import Final

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from client.spotify.callback import CALLBACK_PATH
from client.spotify.errors import ClientIdError
from client.spotify.loopback import HOST
from client.spotify.pkce import checked_client_id
from ui.desktop.errors import sentence_of
from ui.theme.tokens import TextRole
from ui.widgets.announce import announce
from ui.widgets.buttons import PrimaryButton, QuietButton, SecondaryButton
from ui.widgets.label import Label
from ui.widgets.text_field import TextField
from ui.widgets.trouble import Trouble

DASHBOARD: Final = "https://developer.spotify.com/dashboard"
#: As Spotify's dashboard wants it: without the port, which is another one each time.
REDIRECT_URI: Final = f"http://{HOST}{CALLBACK_PATH}"

_SENTENCE: Final = (
    "Spotify wants every app to come with a client id of your own, and Premium of whoever makes it. Make an app on the "
    "dashboard, with the Web API and the redirect URI below, and copy its client id here. It takes two minutes, once. "
    "A buddy can use the same one: add them there under User Management."
)


class ClientIdDialog(QDialog):
    """`entered(client_id)` when the person goes on. Use `open()`."""

    entered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        head = Label("Your Spotify client id", TextRole.HEADING, wraps=True, parent=self)
        text = Label(_SENTENCE, TextRole.BODY, "secondary", wraps=True, parent=self)
        self._field = TextField("Client id", "32 letters and digits", longest=100, parent=self)
        self._trouble = Trouble(parent=self)
        go_on = PrimaryButton("Sign in", parent=self)
        go_on.setDefault(True)
        cancel = SecondaryButton("Cancel", parent=self)
        dashboard = QuietButton("Open the dashboard", "open_in_new", parent=self)
        self.setWindowTitle(head.text())
        self.setMinimumWidth(480)
        dashboard.clicked.connect(self._open_dashboard)
        cancel.clicked.connect(self.reject)
        go_on.clicked.connect(self._go_on)
        copy = QuietButton("Copy", "content_copy", parent=self)
        copy.setAccessibleName("Copy the redirect URI")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(REDIRECT_URI))
        redirect = QHBoxLayout()
        redirect.setSpacing(8)
        redirect.addWidget(Label(REDIRECT_URI, TextRole.TITLE, parent=self))
        redirect.addWidget(copy)
        redirect.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(dashboard)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(go_on)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(12)
        layout.addWidget(head)
        layout.addWidget(text)
        layout.addLayout(redirect)
        layout.addWidget(self._field)
        layout.addWidget(self._trouble)
        layout.addSpacing(8)
        layout.addLayout(buttons)
        self._field.setFocus()

    def _open_dashboard(self) -> None:
        if not QDesktopServices.openUrl(QUrl(DASHBOARD)):
            self._trouble.show_trouble(f"No browser could be opened. The dashboard is at {DASHBOARD}.")
            self.adjustSize()

    def _go_on(self) -> None:
        try:
            client_id = checked_client_id(self._field.text())
        except ClientIdError as error:
            self._show_trouble(sentence_of(error))
            return
        self.accept()
        self.entered.emit(client_id)

    def _show_trouble(self, text: str) -> None:
        self._field.show_invalid(True)
        self._trouble.show_trouble(text)
        self.adjustSize()
        self._field.setFocus()
        announce(self._field, text, urgent=True)

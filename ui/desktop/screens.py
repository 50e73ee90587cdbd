"""Every screen of the window, and the two small dialogs that no screen has."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from ui.desktop.client_id_dialog import ClientIdDialog
from ui.screens.billboard import Billboard
from ui.screens.first_run.screen import FirstRunScreen
from ui.screens.joining import Joining
from ui.screens.lead_waiting import LeadWaiting
from ui.screens.library import LibraryScreen
from ui.screens.now_playing import NowPlaying
from ui.screens.playlist_detail import PlaylistDetail
from ui.screens.settings.screen import SettingsScreen
from ui.screens.spotify_playlists import SpotifyPlaylists
from ui.screens.sync_panel import SyncPanel
from ui.shell.main_window import MainWindow
from ui.shell.sections import Section


class Screens(QObject):
    """Make the screens and put them into the window, each under its section; the first run comes first, if need be."""

    folder_chosen = Signal(str)
    client_id_entered = Signal(str)

    def __init__(self, window: MainWindow, *, first_run: bool) -> None:
        super().__init__(window)
        self._window = window
        self.library = LibraryScreen()
        self.playlist_detail = PlaylistDetail()
        self.spotify_playlists = SpotifyPlaylists()
        self.billboard = Billboard()
        self.joining = Joining()
        self.lead_waiting = LeadWaiting()
        self.now_playing = NowPlaying()
        self.sync_panel = SyncPanel()
        self.settings = SettingsScreen()
        self.first_run = FirstRunScreen()
        for name, screen, section in (
            ("library", self.library, Section.LIBRARY),
            ("playlist_detail", self.playlist_detail, Section.LIBRARY),
            ("spotify_playlists", self.spotify_playlists, Section.LIBRARY),
            ("runbuddy", self.billboard, Section.RUNBUDDY),
            ("joining", self.joining, Section.RUNBUDDY),
            ("lead_waiting", self.lead_waiting, Section.RUNBUDDY),
            ("now_playing", self.now_playing, Section.NOW_PLAYING),
            ("sync_panel", self.sync_panel, Section.NOW_PLAYING),
            ("settings", self.settings, Section.SETTINGS),
            ("first_run", self.first_run, Section.LIBRARY),
        ):
            window.add_screen(name, screen, section)
        if first_run:
            window.set_chrome_visible(False)
            window.show_screen("first_run")

    def choose_folder(self) -> None:
        """Ask for the music folder."""
        dialog = QFileDialog(self._window, "Choose your music folder")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.folder_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def ask_for_client_id(self) -> None:
        """Ask for the client id that Spotify wants."""
        dialog = ClientIdDialog(self._window)
        dialog.entered.connect(self.client_id_entered)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

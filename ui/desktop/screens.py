"""Every screen of the window, and the two small dialogs that no screen has."""

import asyncio
import importlib
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from ui.desktop.client_id_dialog import ClientIdDialog
from ui.screens.file_dialogs import ask_for_folder
from ui.shell.main_window import MainWindow
from ui.shell.sections import Section

if TYPE_CHECKING:
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

#: Attribute and name in the window: module, class, section, and the title of a page that is not the section's first.
#: The names are those that the sidebar asks for.
_SCREENS: Final = {
    ("library", "library"): ("ui.screens.library", "LibraryScreen", Section.LIBRARY, ""),
    ("playlist_detail", "playlist_detail"): (
        "ui.screens.playlist_detail",
        "PlaylistDetail",
        Section.LIBRARY,
        "Playlist",
    ),
    ("spotify_playlists", "spotify_playlists"): (
        "ui.screens.spotify_playlists",
        "SpotifyPlaylists",
        Section.LIBRARY,
        "Add from Spotify",
    ),
    ("billboard", "runbuddy"): ("ui.screens.billboard", "Billboard", Section.RUNBUDDY, ""),
    ("joining", "joining"): ("ui.screens.joining", "Joining", Section.RUNBUDDY, "Joining"),
    ("lead_waiting", "lead_waiting"): ("ui.screens.lead_waiting", "LeadWaiting", Section.RUNBUDDY, "Leading"),
    ("now_playing", "now_playing"): ("ui.screens.now_playing", "NowPlaying", Section.NOW_PLAYING, ""),
    ("sync_panel", "sync_panel"): ("ui.screens.sync_panel", "SyncPanel", Section.NOW_PLAYING, "Sync panel"),
    ("settings", "settings"): ("ui.screens.settings.screen", "SettingsScreen", Section.SETTINGS, ""),
    ("first_run", "first_run"): ("ui.screens.first_run.screen", "FirstRunScreen", Section.LIBRARY, "First run"),
}


class Screens(QObject):
    """The screens, put into the window each under its section.

    Only the one that is seen first is made at once; `make_others` makes the rest, when the window is there.
    """

    folder_chosen = Signal(str)
    client_id_entered = Signal(str)

    library: "LibraryScreen"
    playlist_detail: "PlaylistDetail"
    spotify_playlists: "SpotifyPlaylists"
    billboard: "Billboard"
    joining: "Joining"
    lead_waiting: "LeadWaiting"
    now_playing: "NowPlaying"
    sync_panel: "SyncPanel"
    settings: "SettingsScreen"
    first_run: "FirstRunScreen"

    def __init__(self, window: MainWindow, *, first_run: bool) -> None:
        super().__init__(window)
        self._window = window
        if first_run:
            window.set_chrome_visible(False)
        first = "first_run" if first_run else window.first_section.value
        self._make(next(key for key in _SCREENS if key[1] == first))

    async def make_others(self) -> None:
        """Make the other screens, one at a time."""
        for key, (module, _, _, _) in _SCREENS.items():
            if not hasattr(self, key[0]):
                await asyncio.to_thread(importlib.import_module, module)
                self._make(key)

    def _make(self, key: tuple[str, str]) -> None:
        attribute, name = key
        module, kind, section, title = _SCREENS[key]
        screen = getattr(importlib.import_module(module), kind)()
        setattr(self, attribute, screen)
        self._window.add_screen(name, screen, section, title)

    def choose_folder(self) -> None:
        """Ask for the music folder."""
        ask_for_folder(self._window, "", self.folder_chosen.emit)

    def ask_for_client_id(self) -> None:
        """Ask for the client id that Spotify wants."""
        dialog = ClientIdDialog(self._window)
        dialog.entered.connect(self.client_id_entered)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

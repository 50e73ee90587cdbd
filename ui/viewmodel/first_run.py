"""FirstRunModel: the steps of a first start, made of what the library, Spotify and the settings do anyway."""

from PySide6.QtCore import QObject, Signal

from ui.desktop.settings import DEFAULT_SERVER
from ui.screens.file_dialogs import suggested_folder
from ui.screens.first_run.state import FirstRunState, FolderState, PlaylistsState, ServerState, Step, is_done
from ui.viewmodel.context import Context
from ui.viewmodel.library import LibraryModel
from ui.viewmodel.settings import SettingsModel
from ui.viewmodel.spotify import SpotifyModel

_ORDER = tuple(Step)


class FirstRunModel(QObject):
    """`changed(FirstRunState)` for the page, `done(screen)` when the app itself can be shown, and with which screen."""

    changed = Signal(object)
    done = Signal(str)

    def __init__(self, context: Context, library: LibraryModel, spotify: SpotifyModel, settings: SettingsModel) -> None:
        super().__init__()
        self._context = context
        self._library = library
        self._spotify = spotify
        self._settings = settings
        self._step = Step.FOLDER
        self._visible = False
        library.changed.connect(self._show)
        spotify.account_changed.connect(lambda _view: self._show())
        settings.server_changed.connect(self._show)
        context.settings_changed.connect(lambda _settings: self._show())

    def set_visible(self, visible: bool) -> None:
        """Show the steps while they are seen."""
        self._visible = visible
        self._show()

    def go_on(self) -> None:
        """Go to the next step, whether this one was done or skipped."""
        at = _ORDER.index(self._step)
        if self._step is Step.SERVER and is_done(self._state(), Step.SERVER):
            self._context.tasks.start(self._keep_name(), "settings", finishes=True)
        self._step = _ORDER[min(at + 1, len(_ORDER) - 1)]
        if self._step is Step.SERVER and not self._settings.server.note:
            self._settings.set_server(self._context.settings.server)
        self._show()

    def go_back(self) -> None:
        """Go to the step before."""
        self._step = _ORDER[max(_ORDER.index(self._step) - 1, 0)]
        self._show()

    def finish(self) -> None:
        """Open the app, now and at every later start."""
        self._context.start(self._context.change(first_run_done=True), "first run")
        self.done.emit("spotify_playlists" if self._state().chooses_playlists else "library")

    async def _keep_name(self) -> None:
        """Keep the name that was shown and gone on with, though the command line gave it for this start alone."""
        # Asked for here, after what was typed has been taken.
        name = self._context.settings.display_name
        if name:
            await self._context.change(display_name=name)

    def _show(self) -> None:
        if self._visible:
            self.changed.emit(self._state())

    def _state(self) -> FirstRunState:
        progress, folders, view = self._library.progress, self._library.folders, self._spotify.view
        server = self._settings.server
        return FirstRunState(
            self._step,
            FolderState(
                folder=str(folders[0]) if folders else "",
                suggestion=suggested_folder(),
                scan="" if progress is None else progress.detail or progress.text,
                scan_share=0.0 if progress is None else progress.share,
                found=self._library.files_note,
            ),
            PlaylistsState(view.phase, view.name, len(self._library.summaries), view.trouble),
            ServerState(
                usual=DEFAULT_SERVER,
                address=server.address,
                checking=server.checking,
                note=server.note,
                trouble=server.trouble,
                asks_name=server.asks_name,
                name=self._context.settings.display_name,
                name_trouble=self._settings.name_trouble,
            ),
        )

"""The first run: each step untouched, busy, done and in trouble."""

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from ui.screens.first_run.screen import FirstRunScreen
from ui.screens.first_run.state import FirstRunState, FolderState, PlaylistsState, ServerState, Step
from ui.screens.settings.state import AccountPhase
from ui.screenshots.samples import ENDLESS, HOSTILE
from ui.screenshots.scene import Scene
from ui.shell.main_window import MainWindow
from ui.shell.sections import Section

_FOLDER = FirstRunState(folder=FolderState(suggestion="/home/ana/Music"))
_PLAYLISTS = FirstRunState(Step.PLAYLISTS)
_SERVER = FirstRunState(Step.SERVER, server=ServerState(note="Takes Spotify accounts"))
_LOCAL = ServerState(
    address="http://192.168.1.20:8765",
    note="No sign-in: a name is enough",
    asks_name=True,
    name="Ana",
)
_ALL = FirstRunState(
    folder=FolderState("/home/ana/Music", found="1,204 files"),
    playlists=PlaylistsState(AccountPhase.SIGNED_IN, "Ana Moreno"),
    server=_LOCAL,
)


def _window(state: FirstRunState) -> QWidget:
    screen = FirstRunScreen()
    screen.show_state(state)
    window = MainWindow()
    window.add_screen("first_run", screen, Section.LIBRARY)
    window.set_chrome_visible(False)
    return window


def _scene(name: str, state: FirstRunState, size: tuple[int, int] = (1280, 800), *, rtl: bool = False) -> Scene:
    return Scene("first-run", name, lambda: _window(state), size, right_to_left=rtl)


SCENES = (
    _scene("folder", _FOLDER),
    _scene(
        "folder-scanning",
        replace(_FOLDER, folder=FolderState("/home/ana/Music", scan="1,204 of 20,000 files", scan_share=0.06)),
    ),
    _scene("folder-found", replace(_FOLDER, folder=FolderState("/home/ana/Music", found="1,204 files"))),
    _scene(
        "folder-trouble",
        replace(
            _FOLDER,
            folder=FolderState("/root/Music", trouble="This folder can't be read. Choose one that belongs to you."),
        ),
    ),
    _scene("playlists", _PLAYLISTS),
    _scene("playlists-waiting", replace(_PLAYLISTS, playlists=PlaylistsState(AccountPhase.WAITING))),
    _scene(
        "playlists-signed-in",
        replace(_PLAYLISTS, playlists=PlaylistsState(AccountPhase.SIGNED_IN, "Ana Moreno")),
    ),
    _scene("playlists-imported", replace(_PLAYLISTS, playlists=PlaylistsState(count=2))),
    _scene(
        "playlists-trouble",
        replace(
            _PLAYLISTS,
            playlists=PlaylistsState(trouble="Spotify refused the sign-in. Try again, or import a playlist instead."),
        ),
    ),
    _scene("server", _SERVER),
    _scene("server-checking", replace(_SERVER, server=ServerState(address="http://192.168.1.20:8765", checking=True))),
    _scene("server-name", replace(_SERVER, server=_LOCAL)),
    _scene("server-name-small", replace(_SERVER, server=_LOCAL), (1000, 640)),
    _scene(
        "server-trouble",
        replace(
            _SERVER,
            server=ServerState(
                address="lockstep.example",
                trouble="lockstep.example gives no answer. Check the address or your network.",
            ),
        ),
    ),
    _scene("done", replace(_ALL, step=Step.DONE)),
    _scene("done-skipped", replace(_SERVER, step=Step.DONE, server=ServerState(trouble="No answer."))),
    _scene("done-small", replace(_ALL, step=Step.DONE), (1000, 640)),
    _scene("rtl", replace(_SERVER, server=_LOCAL), rtl=True),
    _scene(
        "hostile",
        FirstRunState(
            Step.SERVER,
            server=ServerState(
                address=HOSTILE, note=HOSTILE, trouble=ENDLESS, asks_name=True, name=ENDLESS, name_trouble=HOSTILE
            ),
        ),
        (1000, 640),
    ),
)

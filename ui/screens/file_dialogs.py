"""The dialogs that ask for a folder, a playlist's file or a track's: one way for all screens."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

PLAYLIST_FILES: Final = "Playlists (*.csv *.m3u *.m3u8 *.xspf *.json);;All files (*)"
MUSIC_FILES: Final = "Music (*.mp3 *.flac *.m4a *.ogg *.opus *.wav);;All files (*)"


def start_folder(*wanted: str) -> str:
    """Return the first of these folders, or files' folders, that is there; the person's home where none is."""
    for path in wanted:
        if path:
            folder = Path(path) if Path(path).is_dir() else Path(path).parent
            if folder.is_dir():
                return str(folder)
    return str(Path.home())


def suggested_folder() -> str:
    """Return the system's folder for music; "" where there is none."""
    music = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.MusicLocation)
    return music if music and Path(music).is_dir() else ""


def ask_for_folder(parent: QWidget, start: str, chosen: Callable[[str], object]) -> None:
    """Ask for the music folder."""
    dialog = QFileDialog(parent, "Choose your music folder", start_folder(start))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.fileSelected.connect(chosen)
    _open(dialog)


def ask_for_playlists(parent: QWidget, chosen: Callable[[list[str]], object]) -> None:
    """Ask for playlists to import, one or more."""
    dialog = QFileDialog(parent, "Import playlists", start_folder(), PLAYLIST_FILES)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.filesSelected.connect(chosen)
    _open(dialog)


def ask_for_music(parent: QWidget, title: str, start: str, chosen: Callable[[str], object]) -> None:
    """Ask for the file of one track; `title` is the dialog's."""
    dialog = QFileDialog(parent, title, start, MUSIC_FILES)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(chosen)
    _open(dialog)


def ask_where_to_save(parent: QWidget, name: str, chosen: Callable[[str], object]) -> None:
    """Ask where a pairing is to be saved; `name` is proposed."""
    dialog = QFileDialog(parent, "Save the pairing", str(Path(start_folder()) / name), "Pairing (*.json)")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("json")
    dialog.fileSelected.connect(chosen)
    _open(dialog)


def _open(dialog: QFileDialog) -> None:
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()

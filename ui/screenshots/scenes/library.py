"""The library: opening, without a folder, without a playlist, a scan under way, full, and names of every kind."""

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from ui.screens.library import LibraryScreen, LibraryState, PlaylistCard, Progress
from ui.screenshots.samples import ARABIC, ENDLESS, HOSTILE, JAPANESE, LONG_TITLE, PLAYLISTS, TRACKS
from ui.screenshots.scene import Scene
from ui.screenshots.window import PLAYING, in_window
from ui.shell.player_bar import PlayerBarState
from ui.shell.sections import Section
from ui.theme.covers import generated_cover
from ui.viewmodel.playlist_covers import together
from ui.widgets.drop_here import DropHere
from ui.widgets.search_field import SearchField

_PAIRED = ((14, 14), (12, 14), (41, 41), (0, 32), (50, 50), (7, 23))
_CARDS = tuple(PlaylistCard(name, name, *pairing) for name, pairing in zip(PLAYLISTS, _PAIRED, strict=True))
_NOTE = "8,214 music files in Music"
_ODD = tuple(
    PlaylistCard(str(place), name, 3 * place, 14)
    for place, name in enumerate((LONG_TITLE, HOSTILE, ENDLESS, JAPANESE[0], ARABIC[0]))
)
_SCANNING = Progress("Reading your music", "1,204 of 8,214 files", 0.15)
_TROUBLE = LibraryState(trouble="The disk is full", what_to_do="Make room on the disk of /home/ana, then try again.")
_WITH_COVERS = tuple(
    replace(
        card, cover=together([generated_cover(title, artist, 400) for title, artist, _ in TRACKS[place : place + 4]])
    )
    if place % 2
    else replace(card, cover=generated_cover(TRACKS[place][0], TRACKS[place][1], 400))
    for place, card in enumerate(_CARDS)
)


def _window(state: LibraryState, player: PlayerBarState = PLAYING) -> QWidget:
    screen = LibraryScreen()
    screen.show_state(state)
    return in_window(screen, Section.LIBRARY, player=player)


def _filter(widget: QWidget) -> None:
    widget.findChildren(SearchField)[0].setText("Nothing like it")


def _hover(widget: QWidget) -> None:
    page = widget.findChildren(LibraryScreen)[0]
    widget.findChildren(DropHere)[0].cover(page)


SCENES = (
    Scene("library", "opening", lambda: _window(LibraryState(), PlayerBarState())),
    Scene("library", "trouble", lambda: _window(_TROUBLE, PlayerBarState())),
    Scene("library", "no-folder", lambda: _window(LibraryState((), has_folder=False), PlayerBarState())),
    Scene("library", "empty", lambda: _window(LibraryState((), folder_note=_NOTE), PlayerBarState())),
    Scene("library", "scanning", lambda: _window(LibraryState(_CARDS, folder_note=_NOTE, progress=_SCANNING))),
    Scene("library", "covers", lambda: _window(LibraryState(_WITH_COVERS, folder_note=_NOTE))),
    Scene("library", "no-match", lambda: _window(LibraryState(_CARDS, folder_note=_NOTE)), opened=_filter),
    Scene("library", "dropping", lambda: _window(LibraryState(_CARDS, folder_note=_NOTE)), opened=_hover),
    Scene("library", "full", lambda: _window(LibraryState(_CARDS, folder_note=_NOTE)), for_docs="library"),
    Scene("library", "odd-names", lambda: _window(LibraryState(_ODD, folder_note=_NOTE))),
    Scene("library", "small", lambda: _window(LibraryState(_CARDS, folder_note=_NOTE)), (1000, 640)),
    Scene("library", "rtl", lambda: _window(LibraryState(_ODD, folder_note=_NOTE)), right_to_left=True),
)

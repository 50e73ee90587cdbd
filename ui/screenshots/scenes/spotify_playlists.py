"""Playlists at Spotify: signed out, asking, some of them, none, blocked, and one that is being read."""

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from ui.screens.library import Progress
from ui.screens.spotify_playlists import SpotifyPlaylist, SpotifyPlaylists, SpotifyPlaylistsState
from ui.screenshots.samples import ARABIC, HOSTILE, JAPANESE, LONG_TITLE, PLAYLISTS
from ui.screenshots.scene import Scene
from ui.screenshots.window import PLAYING, in_window
from ui.shell.sections import Section
from ui.widgets.row_list import RowList
from ui.widgets.search_field import SearchField

_MANY = tuple(
    SpotifyPlaylist(name, name, "Ben", 14 + 13 * place, in_library=place == 0) for place, name in enumerate(PLAYLISTS)
)
_SOME = SpotifyPlaylistsState("Ben", (*_MANY, SpotifyPlaylist("x", "Today's Top Hits", "Spotify", 50, readable=False)))
_ODD = SpotifyPlaylistsState(
    HOSTILE,
    tuple(SpotifyPlaylist(name, name, HOSTILE, 1) for name in (LONG_TITLE, HOSTILE, JAPANESE[0], ARABIC[0])),
)
_BLOCKED = SpotifyPlaylistsState(
    "Ben",
    trouble="Spotify's quota is used up",
    what_to_do="Spotify takes calls of this app again at 21:40. Playlists in your library work as before.",
)


def _window(state: SpotifyPlaylistsState) -> QWidget:
    screen = SpotifyPlaylists()
    screen.show_state(state)
    return in_window(screen, Section.LIBRARY, player=PLAYING)


def _filter(widget: QWidget) -> None:
    widget.findChildren(SearchField)[0].setText("Nothing like it")


def _choose_first(widget: QWidget) -> None:
    _at(widget, 0)


def _choose_second(widget: QWidget) -> None:
    _at(widget, 1)


def _choose_last(widget: QWidget) -> None:
    _at(widget, 6)


def _at(widget: QWidget, place: int) -> None:
    rows = widget.findChild(RowList)
    if isinstance(rows, RowList):
        rows.setCurrentIndex(rows.model().index(place, 0))


_READING = replace(_SOME, progress=Progress("Reading Long Run", "10 of 27 tracks", 0.37))

SCENES = (
    Scene("spotify-playlists", "signing-in", lambda: _window(SpotifyPlaylistsState(signing_in=True))),
    Scene("spotify-playlists", "signed-out", lambda: _window(SpotifyPlaylistsState())),
    Scene("spotify-playlists", "asking", lambda: _window(SpotifyPlaylistsState("Ben"))),
    Scene("spotify-playlists", "some", lambda: _window(_SOME), opened=_choose_second),
    Scene("spotify-playlists", "not-readable", lambda: _window(_SOME), opened=_choose_last),
    Scene("spotify-playlists", "reading", lambda: _window(_READING), opened=_choose_second),
    Scene("spotify-playlists", "none", lambda: _window(SpotifyPlaylistsState("Ben", playlists=()))),
    Scene("spotify-playlists", "blocked", lambda: _window(_BLOCKED)),
    Scene(
        "spotify-playlists",
        "stale",
        lambda: _window(replace(_SOME, trouble=_BLOCKED.trouble, what_to_do=_BLOCKED.what_to_do)),
    ),
    Scene("spotify-playlists", "no-match", lambda: _window(_SOME), opened=_filter),
    Scene("spotify-playlists", "in-library", lambda: _window(_SOME), opened=_choose_first),
    Scene("spotify-playlists", "small", lambda: _window(_SOME), (1000, 640), opened=_choose_last),
    Scene("spotify-playlists", "odd-names", lambda: _window(_ODD), opened=_choose_second),
    Scene("spotify-playlists", "rtl", lambda: _window(_ODD), opened=_choose_second, right_to_left=True),
)

"""A playlist's page: fully paired, tracks missing, proposals to check, a scan under way, and names of every kind."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from ui.screens.library import Progress
from ui.screens.playlist_detail import PlaylistDetail
from ui.screens.playlist_detail_state import PlaylistDetailState
from ui.screens.playlist_rows import FileChoice, PairMark, TrackLine
from ui.screenshots.samples import ARABIC, ENDLESS, HOSTILE, JAPANESE, LONG_ARTIST, LONG_TITLE, TRACKS
from ui.screenshots.scene import Scene
from ui.screenshots.window import PLAYING, in_window
from ui.shell.sections import Section
from ui.widgets.row_list import RowList
from ui.widgets.search_field import SearchField

_REASONS = ("Same ISRC", "Same title and artist", "Same ISRC", "Similar title and artist", "By its file name")
_SCORES = (100, 100, 98, 91, 84)


def _line(place: int, title: str, artist: str, duration_ms: int) -> TrackLine:
    name = f"{place + 1:02} {title}.mp3"
    choice = FileChoice(f"/music/{name}", name, "title 100, artist 100, +0.1 s")
    return TrackLine(
        place, title, artist, duration_ms, PairMark.PAIRED, _REASONS[place % 5], _SCORES[place % 5], choice
    )


_TRACKS = tuple(_line(place, *track) for place, track in enumerate(TRACKS))
_PAIRED = PlaylistDetailState(
    name="Sunday Kitchen", source="Ana Moreno · 14 tracks", tracks=_TRACKS, paired=14, pairable=14
)
_OTHERS = (
    FileChoice("/music/live/Blue Room (Live).mp3", "Blue Room (Live).mp3", "live version, +22 s"),
    FileChoice("/music/Blue Rooms.mp3", "Blue Rooms.mp3", "title 91, artist 40"),
)


def _partly() -> PlaylistDetailState:
    missing = ("Paper Boats", "Copper")
    tracks = [
        replace(track, mark=PairMark.MISSING, reason="", score=None, file=None) if track.title in missing else track
        for track in _TRACKS
    ]
    check = FileChoice("/music/blue room - single.mp3", "blue room - single.mp3", "title 88, artist 100, +2.4 s")
    tracks[2] = replace(
        tracks[2], mark=PairMark.CHECK, reason="Similar title and artist", score=84, file=check, others=_OTHERS
    )
    tracks[5] = replace(tracks[5], mark=PairMark.CHECK, reason="Similar title and artist", score=79, file=check)
    short = FileChoice("/music/static garden.mp3", "static garden.mp3", "0:04, 194 s shorter than the track")
    tracks[6] = replace(tracks[6], mark=PairMark.CHOSEN, reason="Chosen by you", score=None, file=short)
    tracks[8] = replace(tracks[8], others=_OTHERS)
    tracks[9] = replace(tracks[9], mark=PairMark.UNSUPPORTED, reason="", score=None, file=None)
    return replace(
        _PAIRED,
        tracks=tuple(tracks),
        paired=9,
        pairable=13,
        lead_locked="2 tracks have no file yet; 2 proposals wait for your yes",
    )


def _odd() -> PlaylistDetailState:
    names = ((LONG_TITLE, LONG_ARTIST), (HOSTILE, ENDLESS), JAPANESE, ARABIC)
    return replace(
        _partly(),
        name=LONG_TITLE,
        source=HOSTILE,
        tracks=tuple(_line(place, title, artist, 185_000) for place, (title, artist) in enumerate(names)),
    )


def _window(state: PlaylistDetailState) -> QWidget:
    screen = PlaylistDetail()
    screen.show_state(state)
    return in_window(screen, Section.LIBRARY, player=PLAYING)


def _choosing(key: str) -> Callable[[QWidget], None]:
    """Return what chooses a row."""

    def choose(widget: QWidget) -> None:
        rows = widget.findChildren(RowList)[0]
        place = [row.key for row in rows.rows()].index(key)
        rows.setCurrentIndex(rows.model().index(place, 0))

    return choose


def _filter(widget: QWidget) -> None:
    widget.findChildren(SearchField)[0].setText("Nothing like it")


_EMPTY = PlaylistDetailState(
    "Nothing in it",
    "From a file",
    tracks=(),
    lead_locked="This playlist has no track that a file could play",
    play_locked="No track has a file yet",
)
_READING = replace(_PAIRED, tracks=None, lead_locked="One moment", play_locked="One moment")
_DAMAGED = "The library's file library.db is damaged"
_FAILED = replace(
    _READING,
    trouble=_DAMAGED,
    what_to_do="Start Lockstep again: it makes a new one.",
    lead_locked=_DAMAGED,
    play_locked=_DAMAGED,
)
_SCANNING = Progress("Reading your music", "1,204 of 8,214 files", 0.15)

SCENES = (
    Scene("playlist-detail", "paired", lambda: _window(_PAIRED), opened=_choosing("2")),
    Scene("playlist-detail", "partly", lambda: _window(_partly()), opened=_choosing("2"), for_docs="playlist"),
    Scene("playlist-detail", "no-file", lambda: _window(_partly()), opened=_choosing("8")),
    Scene("playlist-detail", "chosen", lambda: _window(_partly()), opened=_choosing("6")),
    Scene("playlist-detail", "no-track", lambda: _window(_partly()), opened=_choosing("9")),
    Scene("playlist-detail", "no-match", lambda: _window(_partly()), opened=_filter),
    Scene("playlist-detail", "scanning", lambda: _window(replace(_partly(), progress=_SCANNING))),
    Scene("playlist-detail", "empty", lambda: _window(_EMPTY)),
    Scene("playlist-detail", "reading", lambda: _window(_READING)),
    Scene("playlist-detail", "failed", lambda: _window(_FAILED)),
    Scene("playlist-detail", "small", lambda: _window(_partly()), (1000, 640), opened=_choosing("2")),
    Scene("playlist-detail", "odd-names", lambda: _window(_odd()), opened=_choosing("2")),
    Scene("playlist-detail", "rtl", lambda: _window(_odd()), opened=_choosing("2"), right_to_left=True),
)

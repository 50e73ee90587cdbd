"""The billboard: loading, nobody, some, a thousand, trouble, a wrong code, and names of every kind."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from client.errors import ServerUnreachableError
from client.library.model import PlaylistSummary
from client.session_state import RunBuddySessionState
from client.spotify.errors import SignedOutError
from protocol.rest import BillboardEntry
from ui.desktop.accounts import NameNeededError
from ui.screens.billboard import Billboard
from ui.screens.billboard_state import BillboardState, OpenSession
from ui.screenshots.samples import ARABIC, ENDLESS, HOSTILE, JAPANESE, LONG_ARTIST, LONG_TITLE, PLAYLISTS
from ui.screenshots.scene import Scene
from ui.screenshots.sessions import FOLLOWING, LEADING, NOBODY, in_session, in_shell
from ui.shell.main_window import MainWindow
from ui.shell.sections import Section
from ui.viewmodel.billboard_states import billboard_state, open_sessions
from ui.viewmodel.following import WRONG_CODE
from ui.viewmodel.playing_states import PlayingFacts
from ui.viewmodel.troubles import trouble_of
from ui.widgets.row_list import RowList

_NOW_MS = 1_800_000_000_000
_HOSTS = ("Ana", "Kwame Mensah", "Ingrid", "Tomás", "Yuki", "Priya")
_MINUTES = (0, 2, 5, 12, 34, 71)
#: The playlists that are in this library: all of the first is paired, half of the third.
_LIBRARY = {
    PLAYLISTS[0]: PlaylistSummary(PLAYLISTS[0], PLAYLISTS[0], "", None, 14, 14, 14, 0),
    PLAYLISTS[2]: PlaylistSummary(PLAYLISTS[2], PLAYLISTS[2], "", None, 32, 32, 16, 0),
    PLAYLISTS[3]: PlaylistSummary(PLAYLISTS[3], PLAYLISTS[3], "", None, 41, 41, 41, 0),
}


def _sessions(named: Sequence[tuple[str, str, int, int]]) -> tuple[OpenSession, ...]:
    """Return what is on the billboard: host, playlist, number of tracks, age in minutes."""
    entries = [
        BillboardEntry(
            session_id=str(place),
            host_display_name=host[:300],
            playlist_id=playlist[:40],
            playlist_name=playlist[:300],
            paired_track_count=tracks,
            created_at=_NOW_MS - minutes * 60_000,
        )
        for place, (host, playlist, tracks, minutes) in enumerate(named)
    ]
    return open_sessions(entries, _LIBRARY, float(_NOW_MS))


_SOME = _sessions([(host, PLAYLISTS[at], 14 + 9 * at, _MINUTES[at]) for at, host in enumerate(_HOSTS)])
_MANY = _sessions([(f"Runner {at + 1}", PLAYLISTS[at % 6], at % 90 + 1, at // 9) for at in range(1000)])
_ODD = _sessions(
    [
        (LONG_ARTIST, LONG_TITLE, 14, 0),
        (HOSTILE.replace("\x00", ""), ENDLESS, 9_999, 3),
        (JAPANESE[1], JAPANESE[0], 1, 60 * 72),
        (ARABIC[1], ARABIC[0], 14, 1),
    ]
)


def _window(state: BillboardState, words: str = "", session: RunBuddySessionState = NOBODY) -> QWidget:
    screen = Billboard()
    screen.show_state(state)
    if words:
        screen.filter_by(words)
    return in_shell(screen, Section.RUNBUDDY, in_session(PlayingFacts(), session))


def _shown(
    sessions: tuple[OpenSession, ...] | None,
    session: RunBuddySessionState = NOBODY,
    words: str = "",
    **changes: bool | str,
) -> QWidget:
    return _window(billboard_state(sessions, session, **changes), words, session)  # type: ignore[arg-type]


def _failed(error: Exception) -> QWidget:
    return _window(billboard_state(None, NOBODY, trouble_of(error)))


def _choose_first(widget: QWidget) -> None:
    if isinstance(widget, MainWindow):
        rows = widget.findChild(RowList)
        if isinstance(rows, RowList):
            rows.setCurrentIndex(rows.model().index(0, 0))


_UNREACHABLE = ServerUnreachableError(
    "the server https://api.lockstep.at can't be reached; check the address and the network"
)

SCENES = (
    Scene("billboard", "loading", lambda: _shown(None, refreshing=True)),
    Scene("billboard", "nobody", lambda: _shown(())),
    Scene("billboard", "some", lambda: _shown(_SOME), opened=_choose_first, for_docs="billboard"),
    Scene("billboard", "refreshing", lambda: _shown(_SOME, refreshing=True)),
    Scene("billboard", "thousand", lambda: _shown(_MANY), opened=_choose_first),
    Scene("billboard", "filtered", lambda: _shown(_SOME, words="long")),
    Scene("billboard", "no-match", lambda: _shown(_SOME, words="polka")),
    Scene("billboard", "wrong-code", lambda: _shown(_SOME, code_trouble=WRONG_CODE)),
    Scene("billboard", "unreachable", lambda: _failed(_UNREACHABLE)),
    Scene("billboard", "out-of-date", lambda: _window(billboard_state(_SOME, NOBODY, trouble_of(_UNREACHABLE)))),
    Scene("billboard", "signed-out", lambda: _failed(SignedOutError.nobody())),
    Scene("billboard", "no-name", lambda: _failed(NameNeededError("this server wants to know your name"))),
    Scene("billboard", "no-name-small", lambda: _failed(NameNeededError("a name")), (1000, 640)),
    Scene("billboard", "switched-off", lambda: _shown(None, enabled=False)),
    Scene("billboard", "in-session", lambda: _shown(None, FOLLOWING)),
    Scene("billboard", "locked", lambda: _shown(_SOME, LEADING), opened=_choose_first),
    Scene("billboard", "odd-names", lambda: _shown(_ODD), opened=_choose_first),
    Scene("billboard", "small", lambda: _shown(_SOME), (1000, 640), opened=_choose_first),
    Scene("billboard", "rtl", lambda: _shown(_ODD), opened=_choose_first, right_to_left=True),
)

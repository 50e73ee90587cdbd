"""The billboard: loading, nobody, some, a thousand, trouble, a wrong code, and names of every kind."""

from PySide6.QtWidgets import QWidget

from ui.screens.billboard import Billboard, BillboardState, OpenSession, Playable
from ui.screenshots.samples import ARABIC, ENDLESS, HOSTILE, JAPANESE, LONG_ARTIST, LONG_TITLE, PLAYLISTS
from ui.screenshots.scene import Scene
from ui.screenshots.window import in_window
from ui.shell.main_window import MainWindow
from ui.shell.player_bar import PlayerBarState
from ui.shell.sections import Section
from ui.widgets.row_list import RowList

_HOSTS = ("Ana", "Kwame Mensah", "Ingrid", "Tomás", "Yuki", "Priya")
_AGES = ("just now", "2 minutes ago", "5 minutes ago", "12 minutes ago", "half an hour ago", "1 hour ago")
_PLAYABLE = (Playable.YES, Playable.NO, Playable.PARTLY, Playable.YES, Playable.NO, Playable.NO)
_SOME = tuple(
    OpenSession(str(place), host, PLAYLISTS[place], 14 + 9 * place, _AGES[place], _PLAYABLE[place])
    for place, host in enumerate(_HOSTS)
)
_MANY = tuple(
    OpenSession(
        str(place), f"Runner {place + 1}", PLAYLISTS[place % 6], place % 90 + 1, "1 hour ago", _PLAYABLE[place % 6]
    )
    for place in range(1000)
)
_ODD = tuple(
    OpenSession(str(place), host, playlist, 14, "just now", Playable.YES)
    for place, (host, playlist) in enumerate(
        (
            (LONG_ARTIST, LONG_TITLE),
            (HOSTILE, ENDLESS),
            (JAPANESE[1], JAPANESE[0]),
            (ARABIC[1], ARABIC[0]),
        )
    )
)


def _window(state: BillboardState, words: str = "") -> QWidget:
    screen = Billboard()
    screen.show_state(state)
    if words:
        screen.filter_by(words)
    return in_window(screen, Section.RUNBUDDY, player=PlayerBarState())


def _choose_first(widget: QWidget) -> None:
    if isinstance(widget, MainWindow):
        rows = widget.findChild(RowList)
        if isinstance(rows, RowList):
            rows.setCurrentIndex(rows.model().index(0, 0))


SCENES = (
    Scene("billboard", "loading", lambda: _window(BillboardState(refreshing=True))),
    Scene("billboard", "nobody", lambda: _window(BillboardState(()))),
    Scene("billboard", "some", lambda: _window(BillboardState(_SOME)), opened=_choose_first, for_docs="billboard"),
    Scene("billboard", "refreshing", lambda: _window(BillboardState(_SOME, refreshing=True))),
    Scene("billboard", "thousand", lambda: _window(BillboardState(_MANY)), opened=_choose_first),
    Scene("billboard", "filtered", lambda: _window(BillboardState(_SOME), "long")),
    Scene("billboard", "no-match", lambda: _window(BillboardState(_SOME), "polka")),
    Scene(
        "billboard",
        "wrong-code",
        lambda: _window(BillboardState(_SOME, code_trouble="No session has this code. Ask your buddy for it again.")),
    ),
    Scene(
        "billboard",
        "unreachable",
        lambda: _window(
            BillboardState(
                trouble="The session server does not answer",
                what_to_do="Check the network, or the server's address in Settings. This page tries again by itself.",
            )
        ),
    ),
    Scene("billboard", "locked", lambda: _window(BillboardState(_SOME, locked="You lead a session; end it first"))),
    Scene("billboard", "odd-names", lambda: _window(BillboardState(_ODD)), opened=_choose_first),
    Scene("billboard", "small", lambda: _window(BillboardState(_SOME)), (1000, 640), opened=_choose_first),
    Scene("billboard", "rtl", lambda: _window(BillboardState(_ODD)), opened=_choose_first, right_to_left=True),
)

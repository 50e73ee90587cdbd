"""The shell by itself: roles, sync states, widths, toasts, the sheet of shortcuts, the question before leaving."""

from PySide6.QtWidgets import QWidget

from audio.errors import AudioError
from client.errors import ServerUnreachableError
from client.session_state import Following
from client.socket import SocketState
from ui.desktop.recovery import SessionNote
from ui.screenshots.samples import ARABIC, ENDLESS, HOSTILE, JAPANESE, LONG_ARTIST, LONG_TITLE
from ui.screenshots.scene import Scene
from ui.screenshots.sessions import FOLLOWING, LEADING, NOBODY, WAITING, in_session, in_shell, music, pill
from ui.shell.main_window import MainWindow
from ui.shell.sections import Section
from ui.shell.shortcut_sheet import ShortcutSheet
from ui.viewmodel.playing_states import PlayingFacts
from ui.viewmodel.session_states import buddy_left, close_question, return_offer
from ui.viewmodel.troubles import toast_of
from ui.widgets.empty_state import EmptyState
from ui.widgets.question import Question
from ui.widgets.toast import ToastState

_NOTE = SessionNote(
    server="https://api.lockstep.at",
    session_id="session",
    role="leader",
    playlist_id="p",
    playlist_name="Sunday Kitchen",
    join_code="K7QM3X",
    other="Ben",
)
_UNREACHABLE = ServerUnreachableError(
    "the server https://api.lockstep.at can't be reached; check the address and the network"
)


def _window(facts: PlayingFacts | None = None) -> MainWindow:
    nothing = EmptyState(
        "library_music",
        "Your playlists will be here",
        "Sign in to Spotify, or import a playlist from a file. Lockstep then finds the tracks in your music folder.",
        "Sign in to Spotify",
        second="Import a playlist",
    )
    return in_shell(nothing, Section.LIBRARY, music() if facts is None else facts)


def _following(socket: SocketState = SocketState.CONNECTED, host: str = "Ana", **last: float | None) -> MainWindow:
    session = Following("session", host)
    return _window(in_session(music(), session, pill(session, socket, **last)))


def _named(title: str, artist: str) -> MainWindow:
    return _window(music([(title, artist, 214_000)]))


def _toasts(widget: QWidget) -> None:
    if isinstance(widget, MainWindow):
        widget.toasts.show_toast(buddy_left(WAITING, "Ben"))
        widget.toasts.show_toast(toast_of(AudioError("USB headphones is unplugged; music goes on by the speakers")))
        widget.toasts.show_toast(toast_of(_UNREACHABLE))


def _told(widget: QWidget) -> None:
    if isinstance(widget, MainWindow):
        widget.toasts.show_toast(ToastState("session", "The leader ended the session."))


def _offered(widget: QWidget) -> None:
    if isinstance(widget, MainWindow):
        widget.toasts.show_toast(return_offer(_NOTE))


def _sheet(widget: QWidget) -> QWidget:
    sheet = ShortcutSheet(widget)
    sheet.open()
    return sheet


def _question(widget: QWidget) -> QWidget:
    asked = close_question(LEADING) or ("", "", "")
    question = Question(*asked, "Stay", widget)
    question.open()
    return question


SCENES = (
    Scene("shell", "idle", lambda: _window(in_session(PlayingFacts(), NOBODY))),
    Scene("shell", "playing", _window),
    Scene("shell", "leading", lambda: _window(in_session(music(), LEADING))),
    Scene("shell", "leading-alone", lambda: _window(in_session(music(), WAITING))),
    Scene("shell", "following", _following),
    Scene("shell", "catching-up", lambda: _following(drift_ms=45.0)),
    Scene("shell", "reconnecting", lambda: _following(SocketState.RECONNECTING)),
    Scene("shell", "clock-lost", lambda: _following(clock_uncertainty_ms=None)),
    Scene("shell", "small", _following, (1000, 640)),
    Scene("shell", "small-reconnecting", lambda: _following(SocketState.RECONNECTING), (1000, 640)),
    Scene("shell", "long-names", lambda: _named(LONG_TITLE, LONG_ARTIST), (1000, 640)),
    Scene("shell", "hostile", lambda: _named(HOSTILE, ENDLESS)),
    Scene("shell", "japanese", lambda: _named(*JAPANESE)),
    Scene(
        "shell",
        "rtl",
        lambda: _window(in_session(music([(*ARABIC, 214_000)]), FOLLOWING)),
        right_to_left=True,
    ),
    Scene("shell", "toasts", _window, opened=_toasts),
    Scene("shell", "toasts-small", _window, (1000, 640), opened=_toasts),
    Scene("shell", "toasts-rtl", _window, opened=_toasts, right_to_left=True),
    Scene("shell", "toast", _window, opened=_told),
    Scene("shell", "toast-offer", _window, opened=_offered),
    Scene("shell", "shortcuts", _window, opened=_sheet),
    Scene("shell", "question", _window, opened=_question),
)

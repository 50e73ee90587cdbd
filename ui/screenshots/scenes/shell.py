"""The shell by itself: roles, sync states, widths, toasts, the sheet of shortcuts, the question before leaving."""

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from ui.screenshots.samples import ARABIC, ENDLESS, HOSTILE, JAPANESE, LONG_ARTIST, LONG_TITLE
from ui.screenshots.scene import Scene
from ui.screenshots.window import FOLLOWING, IN_LOCKSTEP, LEADING, PLAYING, in_window
from ui.shell.main_window import MainWindow
from ui.shell.player_bar import PlayerBarState
from ui.shell.sections import Section
from ui.shell.shortcut_sheet import ShortcutSheet
from ui.shell.sidebar import SidebarState
from ui.theme.tokens import Tone
from ui.widgets.empty_state import EmptyState
from ui.widgets.question import Question
from ui.widgets.sync_pill import SyncKind, SyncPillState
from ui.widgets.toast import ToastState

_LEADING_PILL = SyncPillState(SyncKind.IN_LOCKSTEP, "In lockstep · 0.2 ms", "Ben is 0.2 ms off", Tone.LEADING)


def _window(player: PlayerBarState = PLAYING, sidebar: SidebarState | None = None) -> MainWindow:
    nothing = EmptyState(
        "library_music",
        "Your playlists will be here",
        "Sign in to Spotify, or import a playlist from a file. Lockstep then finds the tracks in your music folder.",
        "Sign in to Spotify",
        second="Import a playlist",
    )
    return in_window(nothing, Section.LIBRARY, player=player, sidebar=sidebar)


def _following(sync: SyncPillState = IN_LOCKSTEP) -> MainWindow:
    return _window(replace(PLAYING, locked="Ana leads, and has the controls", sync=sync), FOLLOWING)


def _toasts(widget: QWidget) -> None:
    if isinstance(widget, MainWindow):
        show = widget.toasts.show_toast
        show(ToastState("copied", "Join code copied", tone=Tone.LEADING))
        show(
            ToastState(
                "device",
                "The headphones are gone.",
                "Music goes on by the speakers. Plug them in again to return.",
                Tone.WARNING,
            )
        )
        show(
            ToastState(
                "server",
                "The session server does not answer.",
                "Check the network, or the address in Settings. Lockstep tries again by itself.",
                Tone.ERROR,
                "Open Settings",
                lasting=True,
            )
        )


def _sheet(widget: QWidget) -> QWidget:
    sheet = ShortcutSheet(widget)
    sheet.open()
    return sheet


def _question(widget: QWidget) -> QWidget:
    question = Question(
        "Leave the session?",
        "You lead RunBuddy with Ben. If you quit, the session ends for both of you.",
        "End session and quit",
        "Stay",
        widget,
    )
    question.open()
    return question


SCENES = (
    Scene("shell", "idle", lambda: _window(PlayerBarState())),
    Scene("shell", "playing", _window),
    Scene("shell", "leading", lambda: _window(replace(PLAYING, sync=_LEADING_PILL), LEADING)),
    Scene("shell", "following", _following),
    Scene("shell", "catching-up", lambda: _following(SyncPillState(SyncKind.CATCHING_UP, "Catching up · 45 ms"))),
    Scene(
        "shell", "reconnecting", lambda: _following(SyncPillState(SyncKind.RECONNECTING, "Reconnecting, playing on"))
    ),
    Scene("shell", "clock-lost", lambda: _following(SyncPillState(SyncKind.CLOCK_LOST, "Clock lost"))),
    Scene("shell", "small", _following, (1000, 640)),
    Scene("shell", "long-names", lambda: _window(replace(PLAYING, title=LONG_TITLE, artist=LONG_ARTIST)), (1000, 640)),
    Scene("shell", "hostile", lambda: _window(replace(PLAYING, title=HOSTILE, artist=ENDLESS))),
    Scene("shell", "japanese", lambda: _window(replace(PLAYING, title=JAPANESE[0], artist=JAPANESE[1]))),
    Scene(
        "shell",
        "rtl",
        lambda: _window(replace(PLAYING, title=ARABIC[0], artist=ARABIC[1], sync=IN_LOCKSTEP), FOLLOWING),
        right_to_left=True,
    ),
    Scene("shell", "toasts", _window, opened=_toasts),
    Scene("shell", "shortcuts", _window, opened=_sheet),
    Scene("shell", "question", _window, opened=_question),
)

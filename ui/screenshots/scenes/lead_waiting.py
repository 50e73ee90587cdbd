"""A leader waits: opening, waiting with the code, a buddy who joined, and no session."""

from PySide6.QtWidgets import QWidget

from ui.screens.lead_waiting import LeadWaiting, LeadWaitingState, WaitPhase
from ui.screenshots.samples import ARABIC, HOSTILE, LONG_TITLE
from ui.screenshots.scene import Scene
from ui.screenshots.window import in_window
from ui.shell.player_bar import PlayerBarState
from ui.shell.sections import Section
from ui.shell.sidebar import SidebarState
from ui.theme.tokens import Tone

_WAITING = LeadWaitingState("Sunday Kitchen", WaitPhase.WAITING, "K7QM3X")


def _window(state: LeadWaitingState) -> QWidget:
    screen = LeadWaiting()
    screen.show_state(state)
    sidebar = SidebarState(Tone.LEADING, "Waiting for buddy") if state.code else None
    return in_window(screen, Section.RUNBUDDY, player=PlayerBarState(), sidebar=sidebar)


SCENES = (
    Scene("lead-waiting", "creating", lambda: _window(LeadWaitingState("Sunday Kitchen", step="Measuring the clock…"))),
    Scene("lead-waiting", "waiting", lambda: _window(_WAITING), for_docs="lead-waiting"),
    Scene(
        "lead-waiting",
        "joined",
        lambda: _window(LeadWaitingState("Sunday Kitchen", WaitPhase.JOINED, "K7QM3X", "Ben")),
    ),
    Scene(
        "lead-waiting",
        "failed",
        lambda: _window(
            LeadWaitingState(
                "Sunday Kitchen",
                trouble="The session server does not answer",
                what_to_do="Check the network, or the server's address in Settings.",
            )
        ),
    ),
    Scene("lead-waiting", "small", lambda: _window(_WAITING), (1000, 640)),
    Scene(
        "lead-waiting",
        "long-names",
        lambda: _window(LeadWaitingState(LONG_TITLE, WaitPhase.JOINED, "K7QM3X", HOSTILE)),
    ),
    Scene(
        "lead-waiting",
        "rtl",
        lambda: _window(LeadWaitingState(ARABIC[0], WaitPhase.JOINED, "K7QM3X", ARABIC[1])),
        right_to_left=True,
    ),
)

"""A leader waits: opening, waiting with the code, a buddy who joined, and no session."""

from PySide6.QtWidgets import QWidget

from client.errors import ClientError, ServerUnreachableError
from client.session_state import Buddy, Idle, Leading, RunBuddySessionState
from client.socket import SocketState
from protocol.events import ParticipantState
from ui.desktop.accounts import NameNeededError
from ui.screens.lead_waiting import LeadWaiting
from ui.screenshots.samples import ARABIC, HOSTILE, LONG_TITLE
from ui.screenshots.scene import Scene
from ui.screenshots.sessions import CODE, JOINED, WAITING, in_session, in_shell, pill
from ui.shell.sections import Section
from ui.viewmodel.playing_states import PlayingFacts
from ui.viewmodel.session_states import lead_waiting_state
from ui.viewmodel.troubles import trouble_of

_PLAYLIST = "Sunday Kitchen"


def _window(state: RunBuddySessionState, playlist: str = _PLAYLIST, step: str = "") -> QWidget:
    screen = LeadWaiting()
    screen.show_state(lead_waiting_state(playlist, state, step=step))
    facts = PlayingFacts() if isinstance(state, Idle) else in_session(PlayingFacts(), state)
    return in_shell(screen, Section.RUNBUDDY, facts)


def _server_gone() -> QWidget:
    screen = LeadWaiting()
    screen.show_state(lead_waiting_state(_PLAYLIST, WAITING, server_gone=True))
    sync = pill(WAITING, SocketState.RECONNECTING, is_playing=False)
    return in_shell(screen, Section.RUNBUDDY, in_session(PlayingFacts(), WAITING, sync))


def _failed(error: Exception) -> QWidget:
    screen = LeadWaiting()
    screen.show_state(lead_waiting_state(_PLAYLIST, Idle(), trouble=trouble_of(error)))
    return in_shell(screen, Section.RUNBUDDY)


def _joined(playlist: str, buddy: str) -> QWidget:
    return _window(Leading("session", CODE, Buddy(ParticipantState.JOINED, buddy)), playlist)


def _unreachable() -> ClientError:
    return ServerUnreachableError(
        "the session server https://api.lockstep.at can't be reached; check its address and your network"
    )


SCENES = (
    Scene("lead-waiting", "creating", lambda: _window(Idle(), step="Preparing the music")),
    Scene("lead-waiting", "waiting", lambda: _window(WAITING), for_docs="lead-waiting"),
    Scene("lead-waiting", "server-gone", _server_gone),
    Scene("lead-waiting", "joined", lambda: _window(JOINED)),
    Scene("lead-waiting", "failed", lambda: _failed(_unreachable())),
    Scene("lead-waiting", "no-name", lambda: _failed(NameNeededError("this server wants to know your name"))),
    Scene("lead-waiting", "small", lambda: _window(WAITING), (1000, 640)),
    Scene("lead-waiting", "long-names", lambda: _joined(LONG_TITLE, HOSTILE)),
    Scene("lead-waiting", "rtl", lambda: _joined(ARABIC[0], ARABIC[1]), right_to_left=True),
)

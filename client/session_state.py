"""RunBuddySessionState: idle, leading or following, and the pure steps between them (plan, section 3)."""

from dataclasses import dataclass, replace

from protocol.events import Participant, ParticipantState


@dataclass(frozen=True, slots=True)
class Ended:
    """How the last session ended; `reason` is the server's, or one of this client's codes."""

    session_id: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Idle:
    """No session; `ended` tells of the last one."""

    ended: Ended | None = None


@dataclass(frozen=True, slots=True)
class Buddy:
    """The follower, as its leader sees it."""

    state: ParticipantState
    display_name: str | None


@dataclass(frozen=True, slots=True)
class Leading:
    """This machine leads; `follower` is None while it waits for a buddy."""

    session_id: str
    join_code: str
    follower: Buddy | None = None


@dataclass(frozen=True, slots=True)
class Following:
    """This machine follows."""

    session_id: str
    host_display_name: str


RunBuddySessionState = Idle | Leading | Following


def participant_changed(state: RunBuddySessionState, event: Participant) -> RunBuddySessionState:
    """Return the leader's state after its follower joined, became ready or left; others' states stay."""
    if not isinstance(state, Leading):
        return state
    if event.state is ParticipantState.LEFT:
        return replace(state, follower=None)
    known_name = state.follower.display_name if state.follower else None
    return replace(state, follower=Buddy(event.state, event.display_name or known_name))


def ended(state: RunBuddySessionState, reason: str, message: str) -> RunBuddySessionState:
    """Return the state after a session is over; when there was none, nothing changes."""
    if isinstance(state, Idle):
        return state
    return Idle(Ended(state.session_id, reason, message))

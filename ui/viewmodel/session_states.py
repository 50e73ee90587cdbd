"""What a session looks like on every screen: banner, sidebar, locks, questions (pure)."""

from dataclasses import dataclass
from typing import Final

from client.session_state import Following, Idle, Leading, RunBuddySessionState
from protocol.events import ParticipantState, Role
from ui.screens.lead_waiting import LeadWaitingState, WaitPhase
from ui.shell.sidebar import SidebarState
from ui.theme.tokens import Tone
from ui.widgets.plain import isolated
from ui.widgets.role_banner import RoleBannerState
from ui.widgets.sync_pill import SyncPillState

SOMEBODY: Final = "your buddy"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong, and what to do about it."""

    text: str
    what_to_do: str = ""


def role_of(state: RunBuddySessionState) -> Role | None:
    """Return which role this machine has; None outside of a session."""
    match state:
        case Leading():
            return Role.LEADER
        case Following():
            return Role.FOLLOWER
        case Idle():
            return None


def buddy_of(state: RunBuddySessionState) -> str:
    """Return the other one's name, "" while there is nobody."""
    match state:
        case Leading(follower=follower) if follower is not None:
            return follower.display_name or SOMEBODY
        case Following(host_display_name=host):
            return host or SOMEBODY
        case _:
            return ""


def lock_reason(state: RunBuddySessionState) -> str | None:
    """Return why the transport is not this person's; None when it is."""
    return f"{isolated(buddy_of(state))} leads" if isinstance(state, Following) else None


def banner(state: RunBuddySessionState) -> RoleBannerState | None:
    """Return the role banner: "Leading RunBuddy with Ben", "Following Ana"."""
    match state:
        case Leading(join_code=code, follower=None):
            words = f"Leading RunBuddy, waiting for a buddy · join code {code}"
            return RoleBannerState(Tone.LEADING, words, "End session")
        case Leading():
            return RoleBannerState(Tone.LEADING, f"Leading RunBuddy with {isolated(buddy_of(state))}", "End session")
        case Following():
            return RoleBannerState(Tone.FOLLOWING, f"Following {isolated(buddy_of(state))}", "Leave")
        case Idle():
            return None


def sidebar(state: RunBuddySessionState, pill: SyncPillState | None) -> SidebarState:
    """Return the line under RunBuddy in the sidebar."""
    match state:
        case Leading(follower=None):
            return SidebarState(Tone.LEADING, "Waiting for a buddy")
        case Leading():
            return SidebarState(Tone.LEADING, f"Leading {isolated(buddy_of(state))}")
        case Following():
            return SidebarState(Tone.FOLLOWING, f"Following {isolated(buddy_of(state))}" if pill is None else pill.text)
        case Idle():
            return SidebarState()


def close_question(state: RunBuddySessionState) -> tuple[str, str, str] | None:
    """Return what is asked before the window closes (title, sentence, button); None outside of a session."""
    match state:
        case Leading(follower=None):
            return "End the session?", "Nobody can join it any more when Lockstep quits.", "End and quit"
        case Leading():
            return (
                "End the session?",
                f"{isolated(buddy_of(state))} listens along: quitting ends the session for both of you.",
                "End and quit",
            )
        case Following():
            return (
                "Leave the session?",
                f"{isolated(buddy_of(state))} goes on without you when Lockstep quits.",
                "Leave and quit",
            )
        case Idle():
            return None


def lead_waiting_state(
    playlist: str, state: RunBuddySessionState, *, step: str = "", trouble: Trouble | None = None
) -> LeadWaitingState:
    """Return what a leader sees until its buddy is ready; `step` says what is done before there is a code."""
    if trouble is not None:
        return LeadWaitingState(playlist, trouble=trouble.text, what_to_do=trouble.what_to_do)
    match state:
        case Leading(join_code=code, follower=None):
            return LeadWaitingState(playlist, WaitPhase.WAITING, code)
        case Leading(join_code=code):
            return LeadWaitingState(playlist, WaitPhase.JOINED, code, buddy_of(state))
        case _:
            return LeadWaitingState(playlist, WaitPhase.CREATING, step=step)


def buddy_is_ready(state: RunBuddySessionState) -> bool:
    """Return whether the music can begin for both."""
    follower = state.follower if isinstance(state, Leading) else None
    return follower is not None and follower.state is ParticipantState.READY

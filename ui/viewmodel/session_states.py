"""What a session looks like on every screen: banner, sidebar, locks, questions (pure)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from client.session_state import Following, Idle, Leading, RunBuddySessionState
from protocol.events import ParticipantState, Role
from ui.desktop.recovery import SessionNote
from ui.screens.lead_waiting import LeadWaitingState, WaitPhase
from ui.shell.sidebar import SidebarState
from ui.theme.tokens import Tone
from ui.viewmodel.names import BUDDY_TOAST, RECOVERY_TOAST
from ui.widgets.plain import isolated
from ui.widgets.role_banner import RoleBannerState
from ui.widgets.sync_pill import SyncKind, SyncPillState
from ui.widgets.toast import ToastState

SOMEBODY: Final = "your buddy"

_TROUBLES: Final = {
    SyncKind.RECONNECTING: Tone.WARNING,
    SyncKind.NO_SOUND: Tone.WARNING,
    SyncKind.CLOCK_LOST: Tone.ERROR,
}
_NOBODY_CAN_JOIN: Final = "The server can't be reached just now. Nobody can join until it is back."


class Mended(StrEnum):
    """Where something that went wrong is put right."""

    IN_SETTINGS = "in_settings"
    IN_LIBRARY = "in_library"
    #: By saying one's name, which is asked for on the spot.
    BY_NAME = "by_name"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong, and what to do about it; `mended` says where that is, if not by another try."""

    text: str
    what_to_do: str = ""
    mended: Mended | None = None


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
    if not isinstance(state, Following):
        return None
    return f"{isolated(state.host_display_name)} leads" if state.host_display_name else "Your buddy leads"


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
    """Return the line under RunBuddy in the sidebar: what is wrong, if anything is, else the role."""
    if pill is not None and pill.kind in _TROUBLES:
        return SidebarState(_TROUBLES[pill.kind], pill.text.partition(",")[0])
    match state:
        case Leading(follower=None):
            return SidebarState(Tone.LEADING, "Waiting for a buddy")
        case Leading():
            return SidebarState(Tone.LEADING, f"Leading {isolated(buddy_of(state))}")
        case Following():
            return SidebarState(Tone.FOLLOWING, f"Following {isolated(buddy_of(state))}" if pill is None else pill.text)
        case Idle():
            return SidebarState()


def why_not_join(state: RunBuddySessionState) -> str | None:
    """Return why no other session can be joined now; None when one can."""
    match state:
        case Leading():
            return "You lead a session; end it to join another one"
        case Following():
            return f"You follow {isolated(buddy_of(state))}; leave to join another one"
        case Idle():
            return None


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


def buddy_left(state: RunBuddySessionState, name: str | None) -> ToastState:
    """Return what a leader is told when its buddy has left."""
    who = isolated(name) if name else SOMEBODY.capitalize()
    again = f"The session is open again: join code {state.join_code}." if isinstance(state, Leading) else ""
    return ToastState(BUDDY_TOAST, f"{who} left", again)


def return_offer(note: SessionNote) -> ToastState:
    """Return the way back into a session that a crash has left."""
    who = f" with {isolated(note.other)}" if note.other else ""
    return ToastState(
        RECOVERY_TOAST,
        f"Your session{who} was interrupted",
        f"It played {isolated(note.playlist_name)}.",
        action="Return to your session",
        lasting=True,
    )


def lead_waiting_state(
    playlist: str,
    state: RunBuddySessionState,
    *,
    step: str = "",
    trouble: Trouble | None = None,
    server_gone: bool = False,
) -> LeadWaitingState:
    """Return what a leader sees until its buddy is ready; `step` says what is done before there is a code."""
    if trouble is not None:
        return LeadWaitingState(
            playlist,
            trouble=trouble.text,
            what_to_do=trouble.what_to_do,
            in_settings=trouble.mended is Mended.IN_SETTINGS,
            asks_name=trouble.mended is Mended.BY_NAME,
        )
    match state:
        case Leading(join_code=code, follower=None):
            return LeadWaitingState(playlist, WaitPhase.WAITING, code, notice=_NOBODY_CAN_JOIN if server_gone else "")
        case Leading(join_code=code):
            return LeadWaitingState(playlist, WaitPhase.JOINED, code, buddy_of(state))
        case _:
            return LeadWaitingState(playlist, WaitPhase.CREATING, step=step)


def buddy_is_ready(state: RunBuddySessionState) -> bool:
    """Return whether the music can begin for both."""
    follower = state.follower if isinstance(state, Leading) else None
    return follower is not None and follower.state is ParticipantState.READY

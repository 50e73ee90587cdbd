"""Sessions for the pictures: their words are made by the view model, as the program's are."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from PySide6.QtWidgets import QWidget

from audio.queue import QueueItem
from client.reports import SyncReport
from client.session_state import Buddy, Following, Idle, Leading, RunBuddySessionState
from client.socket import SocketState
from protocol.correction import Correction
from protocol.events import ParticipantState, Role
from ui.screenshots.samples import TRACKS
from ui.screenshots.window import in_window
from ui.shell.main_window import MainWindow
from ui.shell.sections import Section
from ui.viewmodel.playing_states import Details, PlayingFacts, player_bar_state, queue_tracks
from ui.viewmodel.session_states import buddy_of, role_of, sidebar
from ui.viewmodel.sync_words import SyncFacts, sync_pill
from ui.widgets.sync_pill import SyncPillState

NOBODY: Final = Idle()
CODE: Final = "K7QM3X"
WAITING: Final = Leading("session", CODE)
JOINED: Final = Leading("session", CODE, Buddy(ParticipantState.JOINED, "Ben"))
LEADING: Final = Leading("session", CODE, Buddy(ParticipantState.READY, "Ben"))
FOLLOWING: Final = Following("session", "Ana")


def report(role: Role, **changes: Any) -> SyncReport:
    """Return a report of a session that goes well, with changes."""
    usual = SyncReport(
        mono_ns=120_000_000_000,
        corrected_ms=1.7e12,
        role=role,
        drift_ms=0.2 if role is Role.FOLLOWER else None,
        correction=Correction.NONE,
        clock_offset_ms=1204.3,
        clock_uncertainty_ms=0.8,
        position_ms=73_000.0,
        playlist_position=0,
        track_id="spotify:track:0",
        is_playing=True,
        leader_rate_ppm=12.0 if role is Role.FOLLOWER else None,
        underruns=0,
        jumps=0,
        silent=False,
        socket=SocketState.CONNECTED,
        error=None,
    )
    return replace(usual, **changes)


def pill(
    state: RunBuddySessionState, socket: SocketState = SocketState.CONNECTED, **changes: Any
) -> SyncPillState | None:
    """Return the pill of a session; `changes` are of its last report. None outside of a session."""
    role = role_of(state)
    if role is None:
        return None
    leader = buddy_of(state) if role is Role.FOLLOWER else ""
    return sync_pill(SyncFacts(role, socket, report(role, **changes), leader=leader))


def music(tracks: Sequence[tuple[str, str, int]] = TRACKS, name: str = "Sunday Kitchen") -> PlayingFacts:
    """Return a playlist whose first track plays."""
    items = {
        place: QueueItem(place, f"spotify:track:{place}", title, artist, Path(f"/music/{place}.mp3"))
        for place, (title, artist, _) in enumerate(tracks)
    }
    durations = {place: duration_ms for place, (_, _, duration_ms) in enumerate(tracks)}
    return PlayingFacts(
        queue_name=name,
        queue=queue_tracks(items, durations, {}),
        current=items[0],
        playing=True,
        position_ms=73_000.0,
        duration_ms=float(tracks[0][2]),
        can_next=True,
        can_previous=True,
        volume_percent=80.0,
        details=Details(album="Harbour Lights"),
    )


def in_session(facts: PlayingFacts, state: RunBuddySessionState, sync: SyncPillState | None = None) -> PlayingFacts:
    """Return the music of a session; its pill is that of one that goes well unless another is given."""
    return replace(facts, session=state, sync=sync or pill(state))


def in_shell(screen: QWidget, section: Section, facts: PlayingFacts | None = None) -> MainWindow:
    """Return a window that shows this screen while this is played."""
    shown = facts or PlayingFacts()
    return in_window(screen, section, player=player_bar_state(shown), sidebar=sidebar(shown.session, shown.sync))

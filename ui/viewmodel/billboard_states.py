"""The billboard's sessions as the screen shows them (pure)."""

from collections.abc import Mapping, Sequence
from typing import Final

from client.library.model import PlaylistSummary
from client.session_state import RunBuddySessionState
from protocol.rest import BillboardEntry
from ui.screens.billboard_state import BillboardState, Instead, OpenSession, Playable
from ui.viewmodel.session_states import Mended, Trouble, why_not_join

_MINUTE_MS: Final = 60_000.0


def open_sessions(
    entries: Sequence[BillboardEntry], library: Mapping[str, PlaylistSummary], now_ms: float
) -> tuple[OpenSession, ...]:
    """Return what can be joined; `library` is by playlist id, `now_ms` epoch milliseconds of this machine."""
    return tuple(
        OpenSession(
            entry.session_id,
            entry.host_display_name,
            entry.playlist_name,
            entry.paired_track_count,
            age_words(now_ms - entry.created_at),
            playable(entry, library.get(entry.playlist_id)),
        )
        for entry in entries
    )


def billboard_state(
    sessions: tuple[OpenSession, ...] | None,
    session: RunBuddySessionState,
    trouble: Trouble | None = None,
    *,
    enabled: bool = True,
    refreshing: bool = False,
    code_busy: bool = False,
    code_trouble: str = "",
) -> BillboardState:
    """Return what the page shows; `session` is the one that runs on this machine, `sessions` those to be joined."""
    instead, locked = None, why_not_join(session)
    if not enabled:
        instead, locked = Instead.SWITCH_ON, "RunBuddy is switched off"
    elif locked is not None:
        instead = Instead.IN_SESSION
    elif trouble is not None and trouble.mended is Mended.BY_NAME:
        instead, locked = Instead.NAME, "Enter your name first"
    return BillboardState(
        sessions if enabled else None,
        refreshing=refreshing,
        trouble="" if trouble is None else trouble.text,
        what_to_do="" if trouble is None else trouble.what_to_do,
        in_settings=trouble is not None and trouble.mended is Mended.IN_SETTINGS,
        code_busy=code_busy,
        code_trouble=code_trouble,
        locked=locked,
        instead=instead,
    )


def playable(entry: BillboardEntry, summary: PlaylistSummary | None) -> Playable:
    """Return whether this library can play a session, as far as its playlist and the number of tracks tell."""
    if summary is None:
        return Playable.NO
    return Playable.YES if summary.paired >= entry.paired_track_count else Playable.PARTLY


def age_words(age_ms: float) -> str:
    """Return how long ago in words; clocks that differ by a little make nothing of the future."""
    minutes = int(age_ms // _MINUTE_MS)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return "1 minute ago" if minutes == 1 else f"{minutes} minutes ago"
    hours = minutes // 60
    if hours < 48:
        return "1 hour ago" if hours == 1 else f"{hours} hours ago"
    return f"{hours // 24} days ago"

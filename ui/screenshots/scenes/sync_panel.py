"""The sync panel: without a session, in lockstep, with a jump in it, with trouble, and for a leader."""

import math
from collections.abc import Iterator
from typing import Any

from PySide6.QtWidgets import QWidget

from client.reports import SyncReport
from client.session_state import RunBuddySessionState
from client.socket import SocketState
from protocol.correction import Correction
from protocol.events import Role
from ui.screens.sync_panel import SyncPanel
from ui.screens.sync_points import SPAN_S
from ui.screenshots.scene import Scene
from ui.screenshots.sessions import FOLLOWING, LEADING, in_session, in_shell, music, pill, report
from ui.shell.sections import Section
from ui.viewmodel.session_states import role_of
from ui.viewmodel.sync_history import SyncHistory

_INTERVAL_S = 0.5
_COUNT = round(SPAN_S / _INTERVAL_S)
#: Nothing is reported while the player is not asked: a hole in the curve.
_HOLE = range(90, 102)


def _drift(place: int, jump_at: int | None) -> tuple[float, Correction]:
    """Return an invented drift: a slow swing within a tenth of a millisecond, and a jump if there is one."""
    since = math.inf if jump_at is None else place - jump_at
    away = 45.0 if since == 0 else 2.0 * math.exp(-since / 3) if 0 < since < math.inf else 0.0
    drift_ms = 0.08 * math.sin(place / 4.5) + 0.03 * math.sin(place * 4.8) + away
    return drift_ms, Correction.JUMP if since == 0 else Correction.GLIDE if abs(drift_ms) > 0.06 else Correction.NONE


def _reports(role: Role, jump_at: int | None, last: dict[str, Any]) -> Iterator[SyncReport]:
    for place in range(_COUNT):
        if place in _HOLE:
            continue
        changes: dict[str, Any] = {
            "mono_ns": round(place * _INTERVAL_S * 1e9),
            "clock_offset_ms": 1204.3 + 0.05 * math.sin(place / 30) + 0.02 * math.sin(place * 2),
            "jumps": int(jump_at is not None and place >= jump_at),
            "glide_share": 0.021,
        }
        if role is Role.FOLLOWER:
            changes["drift_ms"], changes["correction"] = _drift(place, jump_at)
        yield report(role, **changes, **(last if place > _COUNT - 20 else {}))


def _window(
    session: RunBuddySessionState,
    *,
    jump_at: int | None = None,
    socket: SocketState = SocketState.CONNECTED,
    **last: Any,
) -> QWidget:
    role = role_of(session)
    history = SyncHistory()
    for one in () if role is None else _reports(role, jump_at, {"socket": socket, **last}):
        history.add(one)
    sync = pill(session, socket, **last)
    facts = in_session(music(), session, sync)
    panel = SyncPanel()
    panel.show_state(history.state("" if sync is None else sync.text))
    return in_shell(panel, Section.NOW_PLAYING, facts)


def _over() -> QWidget:
    history = SyncHistory()
    for one in _reports(Role.FOLLOWER, 190, {}):
        history.add(one)
    panel = SyncPanel()
    panel.show_state(history.state(""))
    return in_shell(panel, Section.NOW_PLAYING, music())


def _empty() -> QWidget:
    return in_shell(SyncPanel(), Section.NOW_PLAYING, music())


SCENES = (
    Scene("sync-panel", "empty", _empty),
    Scene("sync-panel", "in-lockstep", lambda: _window(FOLLOWING)),
    Scene("sync-panel", "after-a-jump", lambda: _window(FOLLOWING, jump_at=190), for_docs="sync-panel"),
    Scene("sync-panel", "leading", lambda: _window(LEADING)),
    Scene(
        "sync-panel",
        "trouble",
        lambda: _window(FOLLOWING, socket=SocketState.RECONNECTING, clock_uncertainty_ms=14.0, underruns=3),
    ),
    Scene("sync-panel", "clock-lost", lambda: _window(FOLLOWING, clock_uncertainty_ms=None)),
    Scene("sync-panel", "over", _over),
    Scene("sync-panel", "small", lambda: _window(FOLLOWING, jump_at=190), (1000, 640)),
    Scene("sync-panel", "rtl", lambda: _window(FOLLOWING, jump_at=190), right_to_left=True),
)

"""The sync panel: without a session, in lockstep, with a jump in it, and for a leader."""

import math
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from protocol.correction import Correction
from ui.screens.sync_panel import SyncNumber, SyncPanel, SyncPanelState
from ui.screens.sync_points import SyncPoint
from ui.screenshots.scene import Scene
from ui.screenshots.window import FOLLOWING, IN_LOCKSTEP, LEADING, PLAYING, in_window
from ui.shell.sections import Section
from ui.shell.sidebar import SidebarState
from ui.theme.tokens import Tone
from ui.widgets.sync_pill import SyncKind, SyncPillState

_NUMBERS = (
    SyncNumber("Drift", "0.2 ms", "following"),
    SyncNumber("Correction", "none"),
    SyncNumber("Clock", "±0.8 ms"),
    SyncNumber("Clock offset", "+1,204.3 ms"),
    SyncNumber("Connection", "connected"),
    SyncNumber("Leader's rate", "+12 ppm"),
    SyncNumber("Underruns", "0"),
    SyncNumber("Jumps", "1"),
)

_LEADS = SyncPillState(SyncKind.LEADING, "Leading · clock ± 0.8 ms", tone=Tone.LEADING)


def _point(place: int, jump_at: int | None) -> SyncPoint:
    """Return an invented report: a slow swing within a tenth of a millisecond, and a jump if there is one."""
    since = math.inf if jump_at is None else place - jump_at
    away = 45.0 if since == 0 else 2.0 * math.exp(-since / 6) if 0 < since < math.inf else 0.0
    drift_ms = 0.08 * math.sin(place / 9) + 0.03 * math.sin(place * 2.4) + away
    correction = Correction.JUMP if since == 0 else Correction.GLIDE if abs(drift_ms) > 0.06 else Correction.NONE
    offset_ms = 1204.3 + 0.05 * math.sin(place / 60) + 0.02 * math.sin(place)
    return SyncPoint(place / 4, 1.7e12 + place * 250, drift_ms, correction, offset_ms, 0.8)


def _state(jump_at: int | None = None) -> SyncPanelState:
    points = tuple(_point(place, jump_at) for place in range(480) if not 180 <= place < 204)
    return SyncPanelState("Following Ana: in lockstep", _NUMBERS, points, 120.0)


def _leading() -> SyncPanelState:
    points = tuple(replace(point, drift_ms=None, correction=Correction.NONE) for point in _state().points)
    numbers = (SyncNumber("Drift", "none: you lead", "secondary"), *_NUMBERS[1:])
    return SyncPanelState("Leading with Ben, who follows your clock", numbers, points, 120.0)


def _window(state: SyncPanelState, sidebar: SidebarState | None = FOLLOWING) -> QWidget:
    panel = SyncPanel()
    panel.show_state(state)
    pill = _LEADS if sidebar is LEADING else IN_LOCKSTEP if sidebar is not None else None
    return in_window(panel, Section.NOW_PLAYING, player=replace(PLAYING, sync=pill), sidebar=sidebar)


SCENES = (
    Scene("sync-panel", "empty", lambda: _window(SyncPanelState(), None)),
    Scene("sync-panel", "in-lockstep", lambda: _window(_state())),
    Scene("sync-panel", "after-a-jump", lambda: _window(_state(380)), for_docs="sync-panel"),
    Scene("sync-panel", "leading", lambda: _window(_leading(), LEADING)),
    Scene("sync-panel", "small", lambda: _window(_state(380)), (1000, 640)),
    Scene("sync-panel", "rtl", lambda: _window(_state(380)), right_to_left=True),
)

"""The reports of the last two minutes, and what the sync panel makes of them (pure)."""

from collections import deque
from collections.abc import Sequence
from typing import Final

from client.reports import SyncReport
from client.socket import SocketState
from protocol.events import Role
from ui.screens.sync_panel import SyncNumber, SyncPanelState
from ui.screens.sync_points import SPAN_S, SyncPoint
from ui.viewmodel.sync_words import clock_is_known, milliseconds

_UNKNOWN: Final = "—"
_OVER: Final = "The session is over. This is how it was until then."
_CORRECTION: Final = "Nothing, a glide of 0.5 %, or a jump"


class SyncHistory:
    """Keep what is plotted, no more."""

    def __init__(self) -> None:
        self._points: deque[SyncPoint] = deque()
        self._newest: SyncReport | None = None

    def add(self, report: SyncReport) -> None:
        """Take in a report; those of more than two minutes ago go."""
        point = point_of(report)
        self._points.append(point)
        while self._points[0].time_s < point.time_s - SPAN_S:
            self._points.popleft()
        self._newest = report

    def clear(self) -> None:
        """Forget an earlier session."""
        self._points.clear()
        self._newest = None

    def state(self, summary: str) -> SyncPanelState:
        """Return what the panel shows; `summary` is the pill's words, "" when the session is over."""
        if self._newest is None:
            return SyncPanelState()
        points = tuple(self._points)
        shown = numbers(self._newest, points, over=not summary)
        leads = self._newest.role is Role.LEADER
        return SyncPanelState(summary or _OVER, shown, points, points[-1].time_s, leads)


def point_of(report: SyncReport) -> SyncPoint:
    """Return what is plotted of a report."""
    return SyncPoint(
        report.mono_ns / 1e9,
        report.corrected_ms,
        report.drift_ms if report.is_playing else None,
        report.correction,
        report.clock_offset_ms,
        report.clock_uncertainty_ms,
        report.underruns,
        report.jumps,
    )


def numbers(report: SyncReport, points: Sequence[SyncPoint], *, over: bool = False) -> tuple[SyncNumber, ...]:
    """Return the figures above the plots; when the session is over, those of its end."""
    rate_ppm = report.leader_rate_ppm
    shown = [
        _clock(report),
        _connection(report, over=over),
    ]
    if report.role is Role.FOLLOWER:
        drifts = sorted(abs(point.drift_ms) for point in points if point.drift_ms is not None)
        shown += [
            SyncNumber(
                "Drift at the end" if over else "Drift now",
                _signed(report.drift_ms),
                detail="The leader's position minus this one's: positive, behind",
            ),
            SyncNumber("Drift, median", _UNKNOWN if not drifts else milliseconds(drifts[len(drifts) // 2])),
            SyncNumber("Correction", report.correction.value.capitalize(), detail=_CORRECTION),
            SyncNumber("Leader's rate", _UNKNOWN if rate_ppm is None else f"{rate_ppm:+.1f} ppm"),
            SyncNumber("Glided", f"{report.glide_share:.1%}", detail="Share of the time at another rate than 1"),
        ]
    shown += [
        SyncNumber("Clock offset", _signed(report.clock_offset_ms), detail="This computer's clock ahead of NTP"),
        SyncNumber("Jumps", str(report.jumps)),
        SyncNumber("Underruns", str(report.underruns), "warning" if report.underruns else "primary"),
    ]
    return tuple(shown)


def _connection(report: SyncReport, *, over: bool) -> SyncNumber:
    value, tone = report.socket.value.capitalize(), "warning"
    if over:
        value, tone = "Session over", "secondary"
    elif report.socket is SocketState.CONNECTED:
        tone = "primary"
    return SyncNumber("Connection", value, tone, "The WebSocket to the session server")


def _clock(report: SyncReport) -> SyncNumber:
    value, tone = f"± {milliseconds(report.clock_uncertainty_ms or 0.0)}", "primary"
    if not clock_is_known(report):
        value, tone = "Lost", "error"
    elif report.clock_lost:
        value, tone = f"Lost · {value}", "warning"
    return SyncNumber("Clock", value, tone, "How well this computer knows NTP time")


def _signed(value_ms: float | None) -> str:
    return _UNKNOWN if value_ms is None else f"{value_ms:+.2f} ms"

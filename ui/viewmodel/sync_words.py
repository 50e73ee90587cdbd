"""How the lockstep stands, in words: one place for the pill, the sidebar and the panel (pure)."""

from dataclasses import dataclass
from typing import Final

from client.clock.clock import MAX_UNCERTAINTY_MS
from client.reports import SyncReport
from client.socket import SocketState
from protocol.events import Role
from ui.theme.tokens import Tone
from ui.widgets.sync_pill import SyncKind, SyncPillState

#: Two sounds this far apart are one to the ear; heard as an echo they are from several times as much.
IN_LOCKSTEP_MS: Final = 5.0
#: Once in lockstep, it takes so much to be out of it: words that change to and fro say nothing.
OUT_OF_LOCKSTEP_MS: Final = 10.0


@dataclass(frozen=True, slots=True)
class SyncFacts:
    """What the words are made of; `report` is None before the first one of a session.

    `silence_wanted`: no sound was asked for. `has_played`: something was heard in this session already.
    """

    role: Role
    socket: SocketState
    report: SyncReport | None = None
    was_in_lockstep: bool = False
    leader: str = ""
    silence_wanted: bool = False
    has_played: bool = False


def sync_kind(facts: SyncFacts) -> SyncKind:
    """Return what matters most: time that is not known before a connection, a connection before a drift.

    A time server that does not answer, as every server where the whole network is gone, comes after the connection.
    """
    report = facts.report
    if report is not None and not clock_is_known(report):
        return SyncKind.CLOCK_LOST
    if facts.socket in {SocketState.RECONNECTING, SocketState.CLOSED}:
        return SyncKind.RECONNECTING
    if report is not None and report.clock_lost:
        return SyncKind.CLOCK_LOST
    if _is_mute(facts):
        return SyncKind.NO_SOUND
    if facts.role is Role.LEADER:
        return SyncKind.LEADING
    if report is not None and report.leader_silent:
        return SyncKind.RECONNECTING
    if report is None or facts.socket is SocketState.CONNECTING or not report.is_playing:
        return SyncKind.WAITING
    if report.drift_ms is None:
        return SyncKind.CATCHING_UP
    bound_ms = OUT_OF_LOCKSTEP_MS if facts.was_in_lockstep else IN_LOCKSTEP_MS
    return SyncKind.IN_LOCKSTEP if abs(report.drift_ms) <= bound_ms else SyncKind.CATCHING_UP


def sync_pill(facts: SyncFacts) -> SyncPillState:
    """Return the pill: "In lockstep · 0.2 ms", "Catching up · 45 ms", "Reconnecting, playing on", "Clock lost"."""
    kind, report = sync_kind(facts), facts.report
    drift_ms = None if report is None else report.drift_ms
    match kind:
        case SyncKind.CLOCK_LOST:
            text = "Clock lost"
        case SyncKind.RECONNECTING:
            text = _reconnecting(facts)
        case SyncKind.NO_SOUND:
            text = "No sound"
        case SyncKind.LEADING:
            text = "Leading" if report is None else f"Leading · {plus_minus(report.clock_uncertainty_ms)}"
        case SyncKind.IN_LOCKSTEP:
            text = f"In lockstep · {milliseconds(drift_ms or 0.0)}"
        case SyncKind.CATCHING_UP:
            text = "Catching up" if drift_ms is None else f"Catching up · {milliseconds(drift_ms)}"
        case SyncKind.WAITING:
            text = _waiting(facts)
    tone = Tone.LEADING if facts.role is Role.LEADER and kind is SyncKind.LEADING else None
    return SyncPillState(kind, text, sync_detail(facts), tone)


def _is_mute(facts: SyncFacts) -> bool:
    """Return whether what is played is not heard, though nobody wants it so."""
    report = facts.report
    return (
        report is not None
        and report.is_playing
        and report.silent
        and report.error is not None
        and not facts.silence_wanted
    )


def _reconnecting(facts: SyncFacts) -> str:
    playing = facts.report is not None and facts.report.is_playing
    if facts.socket is SocketState.CONNECTED:
        return "Leader not heard, playing on" if playing else "Leader not heard"
    return "Reconnecting, playing on" if playing else "Reconnecting"


def _waiting(facts: SyncFacts) -> str:
    report = facts.report
    if report is not None and report.leader_playing:
        return "Preparing the music"
    if report is not None and facts.has_played:
        return f"Paused by {facts.leader}" if facts.leader else "Paused by the leader"
    return f"Waiting for {facts.leader}" if facts.leader else "Waiting for the leader"


def sync_detail(facts: SyncFacts) -> str:
    """Return clock, connection and drift in one line, and what is wrong, if anything is."""
    report = facts.report
    parts = [_clock_words(report), _SOCKET_WORDS[facts.socket]]
    if report is not None and report.drift_ms is not None:
        side = "behind" if report.drift_ms > 0 else "ahead"
        parts.append(f"{milliseconds(report.drift_ms)} {side} of the leader")
    if report is not None and report.error:
        parts.append(report.error)
    return " · ".join(parts)


def clock_is_known(report: SyncReport) -> bool:
    """Return whether corrected time is good enough to play by."""
    return report.clock_uncertainty_ms is not None and report.clock_uncertainty_ms <= MAX_UNCERTAINTY_MS


def milliseconds(value_ms: float) -> str:
    """Return a size of time without its sign: "0.2 ms", "45 ms", "1.3 s"."""
    size_ms = abs(value_ms)
    if size_ms < 9.95:
        return f"{size_ms:.1f} ms"
    return f"{size_ms:.0f} ms" if size_ms < 999.5 else f"{size_ms / 1000:.1f} s"


def plus_minus(uncertainty_ms: float | None) -> str:
    """Return how well the clock is known: "clock ± 0.3 ms"."""
    return "clock unknown" if uncertainty_ms is None else f"clock ± {milliseconds(uncertainty_ms)}"


_SOCKET_WORDS: Final = {
    SocketState.CONNECTING: "Connecting",
    SocketState.CONNECTED: "Connected",
    SocketState.RECONNECTING: "Reconnecting",
    SocketState.CLOSED: "Disconnected",
}


def _clock_words(report: SyncReport | None) -> str:
    if report is None:
        return "Clock synced"
    if not clock_is_known(report):
        return "Clock lost"
    words = "Clock lost, going on by its last reading" if report.clock_lost else "Clock synced"
    return f"{words} ± {milliseconds(report.clock_uncertainty_ms or 0.0)}"

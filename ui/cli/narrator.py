"""Narrator: turns what coordinator and PlaybackService tell into output, and keeps the figures for the summary."""

import math
import time
from statistics import median
from typing import Any

from audio.playback_events import (
    PlaybackEvent,
    PlayingChanged,
    QueueFinished,
    SoundChanged,
    TrackAccepted,
    TrackDamaged,
    TrackPreparing,
    TrackRefused,
    TrackStarted,
)
from audio.queue import QueueItem
from client.reports import BadEvent, ConnectionChanged, CoordinatorEvent, FollowerChanged, StateChanged, SyncReport
from client.session_state import Ended, Following, Idle, Leading
from client.socket import SocketState
from protocol.events import ParticipantState
from ui.cli.output import JsonOutput, Output

_PARTICIPANT = {
    ParticipantState.JOINED: "joined",
    ParticipantState.READY: "is ready",
    ParticipantState.LEFT: "left",
}


class Narrator:
    """Tell one session's story."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._began_s = time.monotonic()
        self._state_name = "idle"
        self._was_connected = False
        self._follower_name = "Your buddy"
        self._bad_events = 0
        self._preparing: QueueItem | None = None
        self._last: SyncReport | None = None
        self._drifts_ms: list[float] = []

    def on_coordinator(self, event: CoordinatorEvent) -> None:
        """Tell what the coordinator says."""
        match event:
            case SyncReport():
                self._last = event
                if event.drift_ms is not None and event.is_playing:
                    self._drifts_ms.append(abs(event.drift_ms))
                self._output.sync(event)
            case StateChanged():
                self._on_state(event)
            case FollowerChanged():
                state, name = event.participant.state, event.participant.display_name
                self._follower_name = name or self._follower_name
                self._output.state(
                    f"{self._follower_name} {_PARTICIPANT[state]}.", state=f"follower_{state.value}", displayName=name
                )
            case ConnectionChanged():
                self._on_connection(event)
            case BadEvent():
                self._bad_events = event.count
                place = f"{event.field}: " if event.field else ""
                self._output.state(
                    f"A message from the other side breaks the contract and was ignored ({place}{event.reason}).",
                    state="bad_event",
                    field=event.field,
                    reason=event.reason,
                    count=event.count,
                )

    def on_playback(self, event: PlaybackEvent) -> None:
        """Tell what the PlaybackService says."""
        match event:
            case TrackStarted(item):
                self._output.state(
                    f"Track {item.playlist_position + 1}: {item.label}",
                    state="track",
                    playlistPosition=item.playlist_position,
                    trackId=item.track_id,
                )
            case PlayingChanged(playing):
                self._output.state("Playing." if playing else "Paused.", state="playing" if playing else "paused")
            case TrackRefused(item, message):
                self._output.state(
                    f"{message}.",
                    state="track_refused",
                    playlistPosition=item.playlist_position,
                    trackId=item.track_id,
                )
            case TrackAccepted(item):
                self._output.state(
                    f"{item.label} can be played after all.",
                    state="track_accepted",
                    playlistPosition=item.playlist_position,
                    trackId=item.track_id,
                )
            case TrackPreparing(item, fraction):
                self._on_preparing(item, fraction)
            case TrackDamaged(item, message):
                self._output.state(
                    f"{message}.",
                    state="track_damaged",
                    playlistPosition=item.playlist_position,
                    trackId=item.track_id,
                )
            case QueueFinished():
                self._output.state("The playlist is over.", state="queue_finished")
            case SoundChanged(device, silent, reason, restarted, label):
                why = f" ({reason})" if reason else ""
                message = f"Playing to a silent clock{why}." if silent else f"Playing to {label or device}{why}."
                if restarted:
                    message = f"The sound was restarted. {message}"
                self._output.state(message, state="sound", device=device, label=label, silent=silent, reason=reason)

    def summary(self, *, session_id: str, ended: Ended, exit_code: int, trace: str) -> None:
        """Tell how it went."""
        last = self._last
        self._output.summary(
            sessionId=session_id,
            reason=ended.reason,
            message=ended.message,
            exitCode=exit_code,
            seconds=round(time.monotonic() - self._began_s, 3),
            driftMs=_figures(self._drifts_ms),
            clockUncertaintyMs=None if last is None else last.to_json()["clockUncertaintyMs"],
            underruns=0 if last is None else last.underruns,
            jumps=0 if last is None else last.jumps,
            glideShare=0.0 if last is None else last.to_json()["glideShare"],
            rateStdPpm=0.0 if last is None else last.to_json()["rateStdPpm"],
            badEvents=self._bad_events,
            trace=trace,
        )

    def _on_preparing(self, item: QueueItem, fraction: float | None) -> None:
        """Programs hear how far it is, people when it begins and when it is done."""
        begins, done = self._preparing != item, fraction == 1.0
        self._preparing = None if done else item
        if begins or done or isinstance(self._output, JsonOutput):
            self._output.state(
                f"{item.label} is {'ready' if done else 'being prepared'}.",
                state="track_preparing",
                playlistPosition=item.playlist_position,
                trackId=item.track_id,
                fraction=None if fraction is None else round(fraction, 3),
            )

    def _on_state(self, event: StateChanged) -> None:
        match event.state:
            case Leading(session_id, join_code) if self._state_name != "leading":
                self._state_name = "leading"
                self._output.session(role="leader", sessionId=session_id, joinCode=join_code)
                self._output.state("Leading; a buddy can join with the code.", state="leading")
            case Following(session_id, host):
                self._state_name = "following"
                self._output.session(role="follower", sessionId=session_id, hostDisplayName=host)
                self._output.state(f"Following {host}.", state="following", hostDisplayName=host)
            case Idle(Ended(_, reason, message)):
                self._state_name = "idle"
                self._output.state(message, state="idle", reason=reason)

    def _on_connection(self, event: ConnectionChanged) -> None:
        match event.socket:
            case SocketState.RECONNECTING:
                why = f" ({event.trouble})" if event.trouble else ""
                message = f"Reconnecting, playing on{why}."
            case SocketState.CONNECTED:
                message = "Connected again." if self._was_connected else "Connected."
                self._was_connected = True
            case SocketState.CONNECTING:
                message = "Connecting."
            case SocketState.CLOSED:
                message = "Disconnected."
        self._output.state(message, state="connection", socket=event.socket.value, trouble=event.trouble)


def _figures(drifts_ms: list[float]) -> dict[str, Any] | None:
    if not drifts_ms:
        return None
    ordered = sorted(drifts_ms)
    p99 = ordered[math.ceil(len(ordered) * 0.99) - 1]
    return {"median": round(median(ordered), 3), "p99": round(p99, 3), "max": round(ordered[-1], 3)}

"""What the detailed log holds of the app: what the person asked for, what was heard, and what was said about it.

Names, positions and reasons; no token ever comes by here.
"""

import logging
from typing import TYPE_CHECKING

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
from client.errors import one_line
from client.library.model import ScanSummary
from client.reports import BadEvent, ConnectionChanged, CoordinatorEvent, FollowerChanged, StateChanged, SyncReport
from client.session_state import Following, Idle, Leading, RunBuddySessionState
from ui.desktop.settings import Settings
from ui.shell.main_window import MainWindow
from ui.widgets.toast import ToastState

if TYPE_CHECKING:
    from ui.viewmodel.view_model import LockstepViewModel

_log = logging.getLogger(__name__)


class DetailedLog:
    """Write down what happens; while the log is not detailed its lines cost nothing but the call."""

    def __init__(self, window: MainWindow, view_model: "LockstepViewModel") -> None:
        context = view_model.context
        self._settings = context.settings
        window.screen_shown.connect(lambda name: _say("screen %s", name))
        window.shortcut_used.connect(lambda action: _say("key for %s", action))
        context.toast_requested.connect(self._on_toast)
        context.settings_changed.connect(self._on_settings)
        context.services.subscribe_playback(lambda event: _say("%s", playback_words(event)))
        view_model.session.heard.connect(self._on_session)
        view_model.library.scanned.connect(self._on_scan)
        view_model.spotify.account_changed.connect(lambda view: _say("Spotify: %s %s", view.phase, view.trouble))
        view_model.transport.refused.connect(lambda reason: _say("refused: %s", reason))
        view_model.transport.moved.connect(lambda: _say("the person moved the music"))

    def _on_toast(self, toast: ToastState) -> None:
        _say("%s toast %s: %s %s", toast.tone, toast.key, toast.text, toast.what_to_do)

    def _on_settings(self, settings: Settings) -> None:
        before, self._settings = self._settings, settings
        for name in Settings.model_fields:
            value = getattr(settings, name)
            if value != getattr(before, name):
                _say("setting %s: %s", name, value)

    def _on_session(self, event: CoordinatorEvent) -> None:
        # What is said twice a second stands in the trace.
        if not isinstance(event, SyncReport):
            _say("%s", session_words(event))

    def _on_scan(self, summary: ScanSummary) -> None:
        _say(
            "scan: %s files, %s new, %s changed, %s gone, %s that can't be read",
            summary.found,
            summary.new,
            summary.changed,
            summary.gone,
            len(summary.problems),
        )


def session_words(event: StateChanged | ConnectionChanged | FollowerChanged | BadEvent) -> str:
    """Return what the coordinator tells, in a line."""
    match event:
        case StateChanged(state):
            return f"session: {_state_words(state)}"
        case ConnectionChanged(socket, trouble):
            return f"socket {socket}" + (f": {trouble}" if trouble else "")
        case FollowerChanged(participant):
            return f"buddy {participant.display_name or 'without a name'}: {participant.state}"
        case BadEvent(field, reason, count):
            return f"bad event, the {count}. of this session: {field} {reason}"


def playback_words(event: PlaybackEvent) -> str:
    """Return what the player tells, in a line."""
    match event:
        case TrackStarted(item):
            return f"track {item.playlist_position + 1}: {item.label}"
        case PlayingChanged(playing):
            return "playing" if playing else "paused"
        case TrackRefused(_, message) | TrackDamaged(_, message):
            return message
        case TrackAccepted(item):
            return f"{item.label} can be played after all"
        case TrackPreparing(item, fraction):
            return f"preparing {item.label}" + ("" if fraction is None else f", {fraction:.0%}")
        case QueueFinished():
            return "the queue is over"
        case SoundChanged(device, silent, reason, restarted, _):
            words = ("silent" if silent else "heard", "opened again" if restarted else "opened")
            return f"sound device {device} {words[1]}, {words[0]}" + (f": {reason}" if reason else "")


def _state_words(state: RunBuddySessionState) -> str:
    match state:
        case Leading(session_id, _, follower):
            buddy = "nobody yet" if follower is None else f"{follower.display_name or 'a buddy'} ({follower.state})"
            return f"leading {session_id}, with {buddy}"
        case Following(session_id, host):
            return f"following {host} in {session_id}"
        case Idle(ended):
            return "none" if ended is None else f"{ended.session_id} is over ({ended.reason}): {ended.message}"


def _say(text: str, *facts: object) -> None:
    if _log.isEnabledFor(logging.DEBUG):
        # Others' names must not look like lines of their own.
        _log.debug("%s", one_line(text % facts, 600))

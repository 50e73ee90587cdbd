"""Reporter: what the app's sessions are and do, in the lines that `lockstep lead --json` prints."""

from audio.playback_events import PlaybackEvent
from client.reports import CoordinatorEvent, StateChanged
from client.session_state import Ended, Idle
from ui.cli.narrator import Narrator
from ui.cli.output import Output
from ui.cli.session_runner import exit_code_of
from ui.viewmodel.view_model import LockstepViewModel


class Reporter:
    """Tell of one session after the other; each ends with its summary."""

    def __init__(self, view_model: LockstepViewModel, output: Output) -> None:
        self._services = view_model.context.services
        self._output = output
        self._narrator = Narrator(output)
        self._services.subscribe_playback(self._hear_playback)
        view_model.session.heard.connect(self._hear)

    def _hear(self, event: CoordinatorEvent) -> None:
        self._narrator.on_coordinator(event)
        if isinstance(event, StateChanged) and isinstance(event.state, Idle) and event.state.ended is not None:
            self._sum_up(event.state.ended)

    def _hear_playback(self, event: PlaybackEvent) -> None:
        self._narrator.on_playback(event)

    def _sum_up(self, ended: Ended) -> None:
        trace = self._services.trace_path
        self._narrator.summary(
            session_id=ended.session_id,
            ended=ended,
            exit_code=int(exit_code_of(ended)),
            trace="" if trace is None else str(trace),
        )
        self._narrator = Narrator(self._output)

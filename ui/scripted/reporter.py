"""Reporter: what the app's sessions are and do, in the lines that `lockstep lead --json` prints."""

from typing import Final

from audio.playback_events import PlaybackEvent
from client.reports import CoordinatorEvent, StateChanged
from client.session_state import Ended, Idle
from ui.cli.narrator import Narrator
from ui.cli.output import Output
from ui.cli.session_runner import exit_code_of
from ui.screens.billboard_state import BillboardState
from ui.screens.joining import JoiningState
from ui.screens.lead_waiting import LeadWaitingState
from ui.screens.playlist_detail_state import PlaylistDetailState
from ui.theme.tokens import Tone
from ui.viewmodel.view_model import LockstepViewModel
from ui.widgets.plain import spoken
from ui.widgets.toast import ToastState

#: The codes of what a page says is wrong; a toast has its error's own.
PLAYLIST_TROUBLE: Final = "playlist"
LEAD_TROUBLE: Final = "lead"
CODE_TROUBLE: Final = "join_code"
JOIN_TROUBLE: Final = "join"


class Reporter:
    """Tell of one session after the other; each ends with its summary.

    What the window says in red is an error's line, for nobody may be looking at it.
    """

    def __init__(self, view_model: LockstepViewModel, output: Output) -> None:
        self._services = view_model.context.services
        self._output = output
        self._narrator = Narrator(output)
        self._services.subscribe_playback(self._hear_playback)
        self._troubles: dict[str, str] = {}
        view_model.session.heard.connect(self._hear)
        view_model.context.toast_requested.connect(self._hear_toast)
        view_model.playlist_detail.changed.connect(self._hear_playlist)
        view_model.leading.waiting_changed.connect(self._hear_waiting)
        view_model.billboard.changed.connect(self._hear_billboard)
        view_model.following.joining_changed.connect(self._hear_joining)

    def _hear(self, event: CoordinatorEvent) -> None:
        self._narrator.on_coordinator(event)
        if isinstance(event, StateChanged) and isinstance(event.state, Idle) and event.state.ended is not None:
            self._sum_up(event.state.ended)

    def _hear_playback(self, event: PlaybackEvent) -> None:
        self._narrator.on_playback(event)

    def _hear_toast(self, toast: ToastState) -> None:
        if toast.tone is Tone.ERROR:
            self._output.error(toast.key, spoken(f"{toast.text} {toast.what_to_do}"))

    def _hear_playlist(self, state: PlaylistDetailState) -> None:
        self._tell_once(PLAYLIST_TROUBLE, state.trouble, state.what_to_do)

    def _hear_waiting(self, state: LeadWaitingState) -> None:
        self._tell_once(LEAD_TROUBLE, state.trouble, state.what_to_do)

    def _hear_billboard(self, state: BillboardState) -> None:
        self._tell_once(CODE_TROUBLE, state.code_trouble)

    def _hear_joining(self, state: JoiningState) -> None:
        self._tell_once(JOIN_TROUBLE, state.trouble, state.what_to_do)

    def _tell_once(self, code: str, text: str, what_to_do: str = "") -> None:
        """Tell a trouble as it appears: a page is told of it again with everything else that changes there."""
        if text and text != self._troubles.get(code):
            self._output.error(code, spoken(f"{text} {what_to_do}"))
        self._troubles[code] = text

    def _sum_up(self, ended: Ended) -> None:
        trace = self._services.trace_path
        self._narrator.summary(
            session_id=ended.session_id,
            ended=ended,
            exit_code=int(exit_code_of(ended)),
            trace="" if trace is None else str(trace),
        )
        self._narrator = Narrator(self._output)

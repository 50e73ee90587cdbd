"""SessionModel: the session that this machine leads or follows, while it lasts and as it ends."""

import asyncio
from typing import Final

from PySide6.QtCore import QObject, Signal

from client.coordinator import LEFT, RunBuddyCoordinator
from client.reports import BadEvent, ConnectionChanged, CoordinatorEvent, FollowerChanged, StateChanged, SyncReport
from client.session_state import Ended, Idle, Leading, RunBuddySessionState
from client.socket import SocketState
from protocol.events import EndReason, ParticipantState, Role
from ui.theme.tokens import Tone
from ui.viewmodel.context import Context
from ui.viewmodel.names import BUDDY_TOAST
from ui.viewmodel.session_states import buddy_left, buddy_of, role_of
from ui.viewmodel.sync_words import SyncFacts, sync_kind, sync_pill
from ui.widgets.sync_pill import SyncKind, SyncPillState

#: Ends that the person here has asked for: nobody has to be told.
_OWN_WISH: Final = {LEFT}


class SessionModel(QObject):
    """Hold one coordinator from `open` to the session's end, and tell of it.

    `heard(CoordinatorEvent)` for all that the coordinator tells, `state_changed(RunBuddySessionState)`,
    `sync_changed(SyncPillState or None)`, `reported(SyncReport)`, and `over(Ended)` after everything of the session is
    closed.
    """

    heard = Signal(object)
    state_changed = Signal(object)
    sync_changed = Signal(object)
    reported = Signal(object)
    over = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._coordinator: RunBuddyCoordinator | None = None
        self._state: RunBuddySessionState = Idle()
        self._socket = SocketState.CONNECTING
        self._report: SyncReport | None = None
        self._kind = SyncKind.WAITING
        self._asked_for = self._has_played = False
        self._closing = asyncio.Lock()

    @property
    def state(self) -> RunBuddySessionState:
        """Return where the session stands."""
        return self._state

    @property
    def sync(self) -> SyncPillState | None:
        """Return the sync pill; None outside of a session."""
        facts = self._facts()
        return None if facts is None else sync_pill(facts)

    @property
    def report(self) -> SyncReport | None:
        """Return the newest report of this session."""
        return self._report

    @property
    def free(self) -> bool:
        """Return whether another session can begin: there is none, or none after the goodbye that is being said."""
        return isinstance(self._state, Idle) or self._asked_for

    async def open(self, role: Role) -> RunBuddyCoordinator:
        """Return a coordinator that can lead or follow, after a goodbye that is being said.

        Errors: ClientError, DesktopError.
        """
        async with self._closing:
            pass
        coordinator = await self._context.services.open_session(role)
        self._coordinator, self._socket, self._report = coordinator, SocketState.CONNECTING, None
        self._kind, self._asked_for, self._has_played = SyncKind.WAITING, False, False
        coordinator.subscribe(self._hear)
        return coordinator

    def say_goodbye(self) -> None:
        """End or leave politely, beside everything else."""
        self._asked_for = True
        self._context.start(self.close(), "close session")

    async def close(self) -> None:
        """End or leave politely; nothing happens without a session."""
        self._asked_for = True
        async with self._closing:
            await self._context.services.close_session()

    def note(self, **facts: object) -> None:
        """Keep what is needed to come back after a crash."""
        if not isinstance(self._state, Idle):
            self._context.recovery.keep(**facts)

    def _hear(self, event: CoordinatorEvent) -> None:
        self.heard.emit(event)
        match event:
            case StateChanged(state):
                self._enter(state)
            case ConnectionChanged(socket=socket):
                self._socket = socket
                self._tell_sync()
            case SyncReport():
                self._report = event
                self._has_played = self._has_played or event.is_playing
                self.reported.emit(event)
                self._tell_sync()
            case FollowerChanged(participant):
                if participant.state is ParticipantState.LEFT:
                    self._context.toast_requested.emit(buddy_left(self._state, participant.display_name))
                else:
                    # Whoever left is back.
                    self._context.toast_over.emit(BUDDY_TOAST)
            case BadEvent():
                # The log and the trace have it; there is nothing that a person could do about it.
                pass

    def _enter(self, state: RunBuddySessionState) -> None:
        before, self._state = self._state, state
        if isinstance(before, Leading) and isinstance(state, Leading) and state.follower is not None:
            self.note(other=buddy_of(state))
        self.state_changed.emit(state)
        self._tell_sync()
        if isinstance(state, Idle) and state.ended is not None:
            self._context.recovery.forget()
            by_wish = self._asked_for or state.ended.reason in _OWN_WISH
            self._context.tasks.start(self._clear_up(self._coordinator, state.ended, by_wish=by_wish), "session over")

    async def _clear_up(self, coordinator: RunBuddyCoordinator | None, ended: Ended, *, by_wish: bool) -> None:
        # Another session may have begun by the time that this has its turn.
        if self._context.services.coordinator is coordinator:
            await self._context.services.close_session()
        if not by_wish:
            as_planned = ended.reason == EndReason.ENDED_BY_LEADER
            self._context.toast("session", ended.message, tone=Tone.NEUTRAL if as_planned else Tone.WARNING)
        self.over.emit(ended)

    def _facts(self) -> SyncFacts | None:
        role = role_of(self._state)
        if role is None or self._asked_for:
            # A socket that is closed on purpose is none that was lost.
            return None
        leader = buddy_of(self._state) if role is Role.FOLLOWER else ""
        return SyncFacts(
            role,
            self._socket,
            self._report,
            self._kind is SyncKind.IN_LOCKSTEP,
            leader,
            silence_wanted=self._context.settings.sound_device == "none",
            has_played=self._has_played,
        )

    def _tell_sync(self) -> None:
        facts = self._facts()
        if facts is None:
            self.sync_changed.emit(None)
            return
        pill = sync_pill(facts)
        self._kind = sync_kind(facts)
        self.sync_changed.emit(pill)

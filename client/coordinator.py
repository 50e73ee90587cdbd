"""RunBuddyCoordinator: from a clock and a server to a session, and to its end (plan, section 3)."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from client.api import RunBuddyApiClient
from client.clock.clock import RunBuddyClock
from client.errors import (
    BusyError,
    ClientError,
    ClockSyncError,
    NotYourSessionError,
    OwnSessionError,
    SessionEndedError,
)
from client.reports import CoordinatorEvent, FollowerChanged, StateChanged, SyncReport
from client.session import RunBuddySession
from client.session_state import Ended, Following, Idle, Leading, RunBuddySessionState, ended, participant_changed
from client.socket import CloseKind, CloseReason
from client.trace import Trace
from protocol import limits
from protocol.events import EndReason, Role, SnapshotState
from protocol.playback import LocalTransport, Playback
from protocol.rest import QueueTrack, SessionDetail

REPORT_INTERVAL_S: Final = 1.0

#: How long a goodbye may take when the server doesn't answer.
GOODBYE_S: Final = 3.0

#: The reason of an end that this machine's follower chose; the others are the server's, or a ClientError's code.
LEFT: Final = "left"

Listener = Callable[[CoordinatorEvent], None]

_log = logging.getLogger(__name__)


class RunBuddyCoordinator:
    """Lead or follow one session at a time; implements `protocol.playback.RunBuddyHooks`. Use from one event loop.

    `lead` and `follow` raise ClientErrors with a sentence; the state is then Idle as before. The caller closes `api`,
    `playback` and `trace`.
    """

    def __init__(
        self,
        api: RunBuddyApiClient,
        clock: RunBuddyClock,
        playback: Playback,
        *,
        trace: Trace | None = None,
        mono_ns: Callable[[], int] = time.perf_counter_ns,
        report_interval_s: float = REPORT_INTERVAL_S,
    ) -> None:
        self._api = api
        self._clock = clock
        self._playback = playback
        self._trace = trace
        self._mono_ns = mono_ns
        self._report_interval_s = report_interval_s
        self._listeners: list[Listener] = []
        self._state: RunBuddySessionState = Idle()
        self._beginning = False
        self._session: RunBuddySession | None = None
        self._running: asyncio.Task[None] | None = None
        self._goodbye: tuple[str, str] | None = None

    @property
    def state(self) -> RunBuddySessionState:
        """Return where the session stands."""
        return self._state

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every CoordinatorEvent; return what ends that."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def report(self) -> SyncReport | None:
        """Return how the lockstep stands now; None without a session."""
        return self._session.report() if self._session is not None else None

    async def lead(
        self,
        playlist_id: str,
        playlist_name: str,
        paired_track_count: int,
        queue: Sequence[QueueTrack] | None = None,
    ) -> Leading:
        """Create a session and lead it; the music is the caller's to start, `queue` what followers may know of it."""
        self._claim()
        try:
            await self._synchronise()
            created = await self._api.create_session(playlist_id, playlist_name, paired_track_count, queue)
            state = Leading(created.session_id, created.join_code)
            self._begin(state, created.ws_url, created.ws_token)
        finally:
            self._beginning = False
        return state

    async def lead_again(self, session_id: str, join_code: str) -> SnapshotState:
        """Take up the lead of a session that this account created, after a crash and within the server's grace.

        Return where the music was; it is the caller's to start. `join_code` is the one that was given when the session
        was created.
        """
        self._claim()
        try:
            await self._synchronise()
            joined = await self._api.join(session_id)
            if joined.role is not Role.LEADER:
                # The server took this for a buddy who wants to follow.
                await self._tell_server(self._api.leave(session_id))
                raise NotYourSessionError("this account did not start that session; start a new one")
            self._begin(Leading(session_id, join_code), joined.ws_url, joined.ws_token)
        finally:
            self._beginning = False
        return joined.snapshot

    async def follow(
        self, session_id_or_code: str, validate: Callable[[SessionDetail], None] = lambda _detail: None
    ) -> SnapshotState:
        """Join a session and mirror its leader; return where the leader is, so that its track can be prepared.

        `validate` raises PairingError before anything is joined (plan, section 3). Call `ready` once prepared.
        """
        self._claim()
        try:
            synchronising = asyncio.create_task(self._synchronise())
            try:
                detail = await self._api.get_session(session_id_or_code)
                validate(detail)
            except BaseException:
                synchronising.cancel()
                await asyncio.gather(synchronising, return_exceptions=True)
                raise
            await synchronising
            joined = await self._api.join(detail.session_id)
            if joined.role is Role.LEADER:
                raise OwnSessionError(
                    "this account leads the session itself, and a session takes two: sign in with another account here"
                )
            self._begin(Following(detail.session_id, detail.host_display_name), joined.ws_url, joined.ws_token)
        finally:
            self._beginning = False
        return joined.snapshot

    def ready(self) -> None:
        """Tell the leader that this follower can play."""
        if self._session is not None:
            self._session.ready()

    async def end(self) -> None:
        """End the session that this machine leads; nothing happens when it leads none."""
        if not isinstance(self._state, Leading):
            return
        if self._goodbye is not None:
            # The server was told, or the telling was given up: once is enough.
            await self._hang_up()
            return
        self._goodbye = EndReason.ENDED_BY_LEADER.value, "You ended the session."
        await self._tell_server(self._api.end(self._state.session_id))
        await self._hang_up()

    async def leave(self) -> None:
        """Leave the session that this machine follows; nothing happens when it follows none."""
        if not isinstance(self._state, Following):
            return
        if self._goodbye is not None:
            await self._hang_up()
            return
        session_id = self._state.session_id
        self._goodbye = LEFT, "You left the session."
        # In this order: a socket that the server closes would come back, and take the place again.
        if self._session is not None:
            self._session.say_leave()
        await self._hang_up()
        await self._tell_server(self._api.leave(session_id))

    async def close(self) -> None:
        """End or leave, whichever it is."""
        await self.end()
        await self.leave()

    async def wait_ended(self) -> Ended | None:
        """Wait until the present session is over; return how the last one ended."""
        if self._running is not None:
            await asyncio.shield(self._running)
        return self._state.ended if isinstance(self._state, Idle) else None

    def is_follower(self) -> bool:
        """Return whether local controls are locked."""
        return isinstance(self._state, Following)

    def on_local_transport(self, transport: LocalTransport) -> None:
        """Announce what the person at this machine did (leader only)."""
        if isinstance(self._state, Leading) and self._session is not None:
            self._session.announce(transport)

    def _claim(self) -> None:
        if self._beginning or not isinstance(self._state, Idle):
            raise BusyError("a session is running already; end or leave it first")
        self._beginning = True

    async def _synchronise(self) -> None:
        if not self._clock.status.synced or self._clock.status.lost:
            await self._clock.synchronise()
        status = self._clock.status
        if not status.synced:
            raise ClockSyncError(
                f"{status.server} gives the time to {status.uncertainty_ms:.0f} ms only; "
                "use a nearer NTP server or a better network"
            )
        if not limits.MIN_CORRECTED_MS <= self._clock.corrected_now_ms() <= limits.MAX_CORRECTED_MS:
            raise ClockSyncError(f"{status.server} gives a time that can't be; use another NTP server")

    def _begin(self, state: Leading | Following, ws_url: str, ws_token: str) -> None:
        session = RunBuddySession(
            state,
            ws_url,
            ws_token,
            api=self._api,
            clock=self._clock,
            playback=self._playback,
            trace=self._trace,
            mono_ns=self._mono_ns,
            report_interval_s=self._report_interval_s,
            tell=self._hear,
        )
        self._session, self._goodbye = session, None
        session.note("session", sessionId=state.session_id, role=type(state).__name__.lower())
        self._enter(state)
        self._playback.set_clock(self._clock.mapping())
        self._playback.attach_runbuddy(self)
        self._running = asyncio.create_task(self._run(session), name=f"runbuddy-{state.session_id}")

    async def _run(self, session: RunBuddySession) -> None:
        close = None
        try:
            close = await session.run()
        finally:
            reason, message = self._goodbye or _ending(close)
            session.note("ended", reason=reason)
            session.stand_still()
            self._playback.detach_runbuddy()
            self._session = None
            self._enter(ended(self._state, reason, message))

    async def _tell_server(self, goodbye: Awaitable[object]) -> None:
        try:
            await asyncio.wait_for(goodbye, GOODBYE_S)
        except (ClientError, TimeoutError) as error:
            _log.warning("The server was not told of the end: %s", str(error) or "no answer")

    async def _hang_up(self) -> None:
        if self._session is not None:
            await self._session.close()
        await self.wait_ended()

    def _hear(self, event: CoordinatorEvent) -> None:
        if isinstance(event, FollowerChanged):
            self._enter(participant_changed(self._state, event.participant))
        self._tell(event)

    def _enter(self, state: RunBuddySessionState) -> None:
        if state != self._state:
            self._state = state
            self._tell(StateChanged(state))

    def _tell(self, event: CoordinatorEvent) -> None:
        for listener in tuple(self._listeners):
            listener(event)


def _ending(close: CloseReason | None) -> tuple[str, str]:
    """Return the reason and the sentence of an end that this machine did not choose."""
    error = close.error if close is not None else None
    if isinstance(error, SessionEndedError):
        match error.reason:
            case EndReason.ENDED_BY_LEADER:
                return error.reason, "The leader ended the session."
            case EndReason.LEADER_LOST:
                return error.reason, "The session is over: the leader's connection was lost and did not come back."
            case EndReason.EXPIRED:
                return error.reason, "The session is over: nothing happened in it for too long."
            case _:
                return error.reason, str(error)
    if error is not None:
        return error.code, str(error)
    return CloseKind.CLOSED.value, "The session was closed."

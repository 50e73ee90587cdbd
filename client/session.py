"""RunBuddySession: one session while it lasts: its socket, its heartbeats, its reports.

Nothing here depends on when a coroutine gets its turn: every position travels with the instant at which it is at the
DAC.
"""

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable, Coroutine
from typing import Any, Final, Literal

from client.api import RunBuddyApiClient
from client.clock.clock import RunBuddyClock
from client.errors import ApiError, ClockSyncError, NotYourSessionError
from client.reports import BadEvent, ConnectionChanged, CoordinatorEvent, FollowerChanged, SyncReport
from client.session_state import Following, Leading
from client.socket import CloseReason, RunBuddyWebSocketClient, SocketState
from client.sync.follower import LeaderView
from client.sync.leader import LeaderVoice
from client.trace import Trace
from protocol import limits
from protocol.events import Event, Leave, Participant, Position, Ready, Role, Snapshot, Transport
from protocol.playback import LocalTransport, Playback, RemoteTransport
from protocol.timeline import NS_PER_MS, ClockMapping, Timeline
from protocol.wire import ProtocolError

#: So many heartbeats in a row that did not come are worth a word: the socket itself may show nothing for 20 s.
SILENT_AFTER_MS: Final = 8 * limits.POSITION_INTERVAL_MS

_NS_PER_S: Final = 1000 * NS_PER_MS
_UNKNOWN_SESSION: Final = 404
_SEAT_IS_TAKEN: Final = 409

_log = logging.getLogger(__name__)


class RunBuddySession:
    """Carry one session between the wire and `playback`, and tell of it.

    `tell` hears every CoordinatorEvent but the changes of state, which are the coordinator's.
    """

    def __init__(
        self,
        begun: Leading | Following,
        ws_url: str,
        ws_token: str,
        *,
        api: RunBuddyApiClient,
        clock: RunBuddyClock,
        playback: Playback,
        trace: Trace | None,
        mono_ns: Callable[[], int],
        report_interval_s: float,
        tell: Callable[[CoordinatorEvent], None],
    ) -> None:
        self._session_id = begun.session_id
        self._api = api
        self._clock = clock
        self._playback = playback
        self._trace = trace
        self._mono_ns = mono_ns
        self._report_interval_s = report_interval_s
        self._tell = tell
        self._role = Role.FOLLOWER if isinstance(begun, Following) else Role.LEADER
        self._view = LeaderView(playback.track_duration_ms) if self._role is Role.FOLLOWER else None
        self._voice = LeaderVoice()
        self._voice_wanted = asyncio.Event()
        self._is_ready = False
        self._bad_events = 0
        self.socket_state = SocketState.CONNECTING
        self._socket = RunBuddyWebSocketClient(
            ws_url,
            begun.session_id,
            ws_token,
            on_event=self._on_event,
            on_state=self._on_socket_state,
            on_bad_event=self._on_bad_event,
            renew_token=self._renewed_token,
        )

    async def run(self) -> CloseReason:
        """Carry events until the session is over for good."""
        works = [self._clock.run(), self._report_regularly()]
        if self._view is None:
            works.append(self._speak())
        unsubscribe = self._clock.subscribe(self._on_clock)
        tasks = [asyncio.create_task(_logged(work)) for work in works]
        try:
            return await self._socket.run()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            unsubscribe()

    async def close(self) -> None:
        """Close the socket; `run` returns."""
        await self._socket.close()

    def ready(self) -> None:
        """Tell the leader that this follower can play; told again after every reconnect."""
        self._is_ready = True
        if self._view is not None and self.socket_state is SocketState.CONNECTED:
            self._send(Ready())

    def say_leave(self) -> None:
        """Tell the leader goodbye."""
        self._send(Leave())

    def announce(self, transport: LocalTransport) -> None:
        """Send what the person at this machine did, and follow it with a heartbeat."""
        self._send(self._voice.transport(transport, self._clock.mapping()))
        self._voice_wanted.set()

    def stand_still(self) -> None:
        """Pause a follower where it is: without its leader there is nothing to follow."""
        now_ns = self._mono_ns()
        local = self._playback.playback_position(now_ns)
        if self._view is None or local is None or not local.is_playing:
            return
        held = Timeline(local.position_ms, self._clock.mapping().corrected_ms_at(now_ns), is_playing=False)
        self._playback.apply_remote_transport(RemoteTransport(local.playlist_position, local.track_id, held, jump=True))

    def report(self) -> SyncReport:
        """Return how the lockstep stands now."""
        now_ns = self._mono_ns()
        corrected_ms = self._clock.mapping().corrected_ms_at(now_ns)
        local, health, clock = self._playback.playback_position(now_ns), self._playback.health(), self._clock.status
        view = self._view
        leader = None if view is None else view.remote()
        silence = self._silence(corrected_ms)
        return SyncReport(
            mono_ns=now_ns,
            corrected_ms=corrected_ms,
            role=self._role,
            drift_ms=None if view is None or local is None else view.drift_ms(local, corrected_ms),
            correction=health.correction,
            clock_offset_ms=clock.offset_ms,
            clock_uncertainty_ms=_finite(clock.uncertainty_ms),
            position_ms=None if local is None else local.position_ms,
            playlist_position=None if local is None else local.playlist_position,
            track_id=None if local is None else local.track_id,
            is_playing=local is not None and local.is_playing,
            leader_rate_ppm=None if view is None else view.rate_ppm,
            underruns=health.underruns,
            jumps=health.jumps,
            silent=health.silent,
            socket=self.socket_state,
            error=health.error or clock.error or silence,
            glide_share=health.glide_share,
            rate_std_ppm=health.rate_std_ppm,
            clock_lost=clock.lost,
            leader_playing=None if leader is None else leader.timeline.is_playing,
            leader_silent=silence is not None,
        )

    def note(self, kind: str, **fields: object) -> None:
        """Write a line into the trace, if there is one."""
        if self._trace is not None:
            mono_ns, corrected_ms = self._now()
            self._trace.note(kind, mono_ns=mono_ns, corrected_ms=corrected_ms, **fields)

    def _silence(self, corrected_ms: float) -> str | None:
        """Return that a leader to whom the connection seems fine has fallen silent, None when it has not."""
        if self._view is None or self.socket_state is not SocketState.CONNECTED:
            return None
        silence_ms = self._view.silence_ms(corrected_ms)
        if silence_ms < SILENT_AFTER_MS:
            return None
        return f"Nothing was heard of the leader for {silence_ms / 1000:.0f} s; going on by its last word"

    async def _renewed_token(self) -> str:
        """Return a fresh token for this role; errors say what a server whose database was made anew has forgotten."""
        try:
            joined = await self._api.join(self._session_id)
        except ApiError as error:
            if error.status == _UNKNOWN_SESSION:
                sentence = "The server does not know this session any more. Start or join another one."
                raise ApiError(error.status, error.code, sentence) from None
            if error.status == _SEAT_IS_TAKEN and self._role is Role.LEADER:
                raise _forgotten_leader() from None
            raise
        if joined.role is not None and joined.role is not self._role:
            # A new account was taken for somebody who wants to follow.
            await self._api.leave(self._session_id)
            raise _forgotten_leader()
        return joined.ws_token

    def _on_event(self, event: Event) -> None:
        self._record("in", event)
        match event:
            case Participant() if self._view is None:
                self._tell(FollowerChanged(event))
            case Snapshot() if self._view is not None:
                self._mirror(self._view.on_snapshot(event))
            case Transport() if self._view is not None:
                self._mirror(self._view.on_transport(event))
            case Position() if self._view is not None:
                self._mirror(self._view.on_position(event))
            case _:
                # The session's end is what the socket's run returns; everything else is meant for the other role.
                pass

    def _mirror(self, remote: RemoteTransport | None) -> None:
        if remote is not None:
            self._playback.apply_remote_transport(remote)

    def _on_socket_state(self, state: SocketState) -> None:
        self.socket_state = state
        if state is SocketState.CONNECTED:
            self._clock.hurry()
            self._voice.hurry(self._mono_ns())
            self._voice_wanted.set()
            if self._is_ready:
                self.ready()
        self.note("socket", state=state.value, trouble=self._socket.trouble)
        self._tell(ConnectionChanged(state, self._socket.trouble))

    def _on_bad_event(self, error: ProtocolError) -> None:
        self._bad_events += 1
        self.note("bad_event", field=error.field, reason=error.reason, count=self._bad_events)
        self._tell(BadEvent(error.field, error.reason, self._bad_events))

    def _on_clock(self, mapping: ClockMapping) -> None:
        self._playback.set_clock(mapping)
        status = self._clock.status
        self.note("clock", offsetMs=_finite(status.offset_ms), uncertaintyMs=_finite(status.uncertainty_ms))

    def _send(self, event: Event) -> None:
        if self._socket.send(event):
            self._record("out", event)

    async def _speak(self) -> None:
        """Send the leader's heartbeats: every 250 ms while connected, and at once after a transport."""
        while True:
            self._voice_wanted.clear()
            due_in_ns = self._voice.heartbeat_due_in_ns(self._mono_ns())
            if due_in_ns > 0:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._voice_wanted.wait(), due_in_ns / _NS_PER_S)
                continue
            now_ns = self._mono_ns()
            self._voice.heartbeat_done(now_ns)
            local = self._playback.playback_position(now_ns)
            if local is not None and self.socket_state is SocketState.CONNECTED:
                self._send(self._voice.position(local, self._clock.mapping()))

    async def _report_regularly(self) -> None:
        while True:
            await asyncio.sleep(self._report_interval_s)
            report = self.report()
            if self._trace is not None:
                self._trace.report(report)
            self._tell(report)

    def _record(self, direction: Literal["in", "out"], event: Event) -> None:
        if self._trace is not None:
            mono_ns, corrected_ms = self._now()
            self._trace.event(direction, event, mono_ns=mono_ns, corrected_ms=corrected_ms)

    def _now(self) -> tuple[int, float | None]:
        mono_ns = self._mono_ns()
        try:
            return mono_ns, self._clock.mapping().corrected_ms_at(mono_ns)
        except ClockSyncError:
            return mono_ns, None


def _forgotten_leader() -> NotYourSessionError:
    return NotYourSessionError("the server has forgotten who started this session; start a new one")


def _finite(value: float) -> float | None:
    return round(value, 3) if math.isfinite(value) else None


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        _log.exception("A part of the session failed")
        raise

"""The rooms of this process: their effects carried out, their clocks kept, their state handed to the writer."""

import asyncio
import itertools
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from protocol.events import EndReason
from server.effects import CLOSE_SERVICE_RESTART, Close, Effect, End, FreeSeat, Persist, Send
from server.limiter import Rate
from server.log import of_session
from server.metrics import Metrics
from server.peer import AnyPeer
from server.records import Account, Grant, SessionRecord
from server.room import Room, RoomTimes
from server.settings import Settings
from server.storage import Storage
from server.wall_clock import epoch_ms
from server.writer import Writer

_NS_PER_S = 1_000_000_000
_ACTIVITY_PERSIST_S = 60.0
_MIN_TIMER_S = 0.001
#: A connection that comes out of a tunnel brings what has waited there.
_BURST_S = 5

logger = logging.getLogger(__name__)


def room_times(settings: Settings) -> RoomTimes:
    """Return the room's durations in ns; an unused seat is held as long as its token lives."""
    return RoomTimes(
        leader_grace_ns=round(settings.leader_grace_s * _NS_PER_S),
        seat_hold_ns=round(settings.seat_hold_s * _NS_PER_S),
        idle_ns=round(settings.idle_ttl_s * _NS_PER_S),
        activity_persist_ns=round(min(_ACTIVITY_PERSIST_S, settings.idle_ttl_s / 10) * _NS_PER_S),
        events=Rate(_BURST_S * settings.max_events_per_second, _BURST_S),
    )


@dataclass(slots=True)
class LiveRoom:
    """A room, its open sockets and their token hashes by connection number, and the timer for what is next due."""

    session_id: str
    room: Room
    peers: dict[int, AnyPeer] = field(default_factory=dict)
    tokens: dict[int, str] = field(default_factory=dict)
    timer: asyncio.TimerHandle | None = None
    timer_due_ns: int = 0
    dropped: bool = False


class Hub:
    """Keep one room for each session in use; everything but the opening of a room happens at once, in the loop."""

    def __init__(
        self,
        storage: Storage,
        settings: Settings,
        metrics: Metrics | None = None,
        mono_ns: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        self._metrics = metrics or Metrics()
        self.writer = Writer(storage, epoch_ms, settings.position_persist_s, self._metrics)
        self._metrics.watch(lambda: len(self._rooms), lambda: self.writer.waiting)
        self._storage = storage
        self._times = room_times(settings)
        self._token_ttl_ms = round(settings.token_ttl_s * 1000)
        self._keep_interval_ms = self._token_ttl_ms // 10
        self._mono_ns = mono_ns
        self._rooms: dict[str, LiveRoom] = {}
        self._numbers = itertools.count(1)
        self._token_keeper: asyncio.Task[None] | None = None
        self._stopping = False
        self._paused = False
        self.on_closed: Callable[[str], None] = lambda _session_id: None

    async def start(self, may_open: Callable[[str], Awaitable[bool]]) -> None:
        """Take up the sessions that were running when the server stopped; their leaders have one grace to return.

        `may_open` says of a session id whether this process is to look after it.
        """
        for record in await self._storage.unfinished_sessions():
            if not await may_open(record.session_id):
                continue
            live = self._open(record)
            self.apply(live, live.room.tick(self._mono_ns()))
        await self.writer.flush()
        self.writer.start()
        self._token_keeper = asyncio.create_task(self._keep_tokens(), name="lockstep-server-tokens")

    def begin_stop(self) -> None:
        """Stop judging lost connections: the server is closing them itself and every session goes on later."""
        self._stopping = True
        for live in self._rooms.values():
            if live.timer is not None:
                live.timer.cancel()

    async def stop(self) -> None:
        """Store everything and stop."""
        self.begin_stop()
        if self._token_keeper is not None:
            self._token_keeper.cancel()
            await asyncio.gather(self._token_keeper, return_exceptions=True)
        await self.writer.stop()

    def pause(self) -> None:
        """Judge nobody who is away: nobody can come back now."""
        self._paused = True

    def resume(self) -> None:
        """Judge again; whoever is away has the full time from now on."""
        self._paused = False
        for live in list(self._rooms.values()):
            live.room.renew_grace(self._mono_ns())
            self.apply(live, live.room.tick(self._mono_ns()))

    def drop(self, session_id: str) -> None:
        """Forget a room that another process looks after now; those in it come back and find that one."""
        live = self._rooms.pop(session_id, None)
        if live is None:
            return
        live.dropped = True
        if live.timer is not None:
            live.timer.cancel()
        self.writer.forget(session_id)
        for peer in live.peers.values():
            peer.close(CLOSE_SERVICE_RESTART, "the session moved to another server")

    @property
    def session_ids(self) -> list[str]:
        """Return the sessions that have a room here."""
        return list(self._rooms)

    def current(self, session_id: str) -> LiveRoom | None:
        """Return a session's room if it is in use."""
        return self._rooms.get(session_id)

    async def open_room(self, session_id: str) -> LiveRoom | None:
        """Return a session's room, made from storage if need be; None when the session is over or unknown."""
        live = self._rooms.get(session_id)
        if live is not None:
            return live
        await self.writer.flush()
        record = await self._storage.find_session(session_id)
        live = self._rooms.get(session_id)
        if live is not None or record is None or record.end_reason is not None:
            return live
        if record.is_idle(epoch_ms()):
            await self.expire_idle()
            return None
        return self._open(record)

    def connect(self, live: LiveRoom, grant: Grant, peer: AnyPeer) -> int:
        """Put a socket into its room and return its connection number."""
        connection = next(self._numbers)
        live.peers[connection] = peer
        live.tokens[connection] = grant.token_hash
        self._extend_tokens([grant.token_hash])
        self.apply(live, live.room.connected(grant.role, connection, self._mono_ns()))
        logger.info("the %s connected", grant.role.value, extra=of_session(live.session_id))
        return connection

    def disconnect(self, live: LiveRoom, connection: int) -> None:
        """Take a socket that is gone out of its room."""
        live.peers.pop(connection, None)
        live.tokens.pop(connection, None)
        if not self._stopping:
            self.apply(live, live.room.disconnected(connection, self._mono_ns()))

    def receive(self, live: LiveRoom, connection: int, frame: str | None) -> None:
        """Hand a frame to the room; None stands for a binary one."""
        now_ns = self._mono_ns()
        if frame is None:
            self.apply(live, live.room.received_binary(connection, now_ns))
        else:
            self.apply(live, live.room.received(connection, frame, now_ns), frame, now_ns)

    def seat_follower(self, live: LiveRoom, account: Account) -> None:
        """Tell the room whom storage has given the follower's seat."""
        self.apply(live, live.room.follower_joined(account, self._mono_ns()))

    def unseat_follower(self, live: LiveRoom) -> None:
        """Free the follower's seat."""
        self.apply(live, live.room.follower_left())

    def end(self, live: LiveRoom, reason: EndReason) -> None:
        """End a session."""
        self.apply(live, live.room.end(reason))

    def end_if_open(self, session_id: str, reason: EndReason) -> None:
        """Tell those in a session's room that it was ended elsewhere."""
        if (live := self._rooms.get(session_id)) is not None:
            self.end(live, reason)

    async def expire_idle(self) -> None:
        """End every session that nobody used for the idle time."""
        for session_id in await self._storage.expire_idle(epoch_ms()):
            self.end_if_open(session_id, EndReason.EXPIRED)

    def apply(self, live: LiveRoom, effects: list[Effect], relayed: str | None = None, arrived_ns: int = 0) -> None:
        """Carry out what a room decided, sockets first in the order given, storage behind.

        `relayed` is the frame that was just received, at `arrived_ns`, if these are the effects of one.
        """
        if live.dropped:
            return
        for effect in effects:
            match effect:
                case Send(connection, text, newest_only):
                    if (peer := live.peers.get(connection)) is not None:
                        if text is relayed:
                            peer.send(text, newest_only, arrived_ns)
                            self._metrics.count_relayed(is_position=newest_only)
                        else:
                            peer.send(text, newest_only)
                case Close(connection, code, reason):
                    if (peer := live.peers.get(connection)) is not None:
                        peer.close(code, reason)
                    self._metrics.closed_sockets.labels(str(code)).inc()
                    logger.info("closing a socket with %d (%s)", code, reason, extra=of_session(live.session_id))
                case Persist(snapshot, at_once):
                    self.writer.put_snapshot(live.session_id, snapshot, live.room.leader_seen, at_once)
                case FreeSeat(account_id):
                    self.writer.free_seat(live.session_id, account_id)
                case End(reason):
                    self.writer.end(live.session_id, reason)
                    self._rooms.pop(live.session_id, None)
                    self.on_closed(live.session_id)
                    logger.info("ended (%s)", reason.value, extra=of_session(live.session_id))
        self._set_timer(live)

    def _open(self, record: SessionRecord) -> LiveRoom:
        room = Room(record.snapshot, record.follower, record.leader_seen, self._times, self._mono_ns())
        live = self._rooms[record.session_id] = LiveRoom(record.session_id, room)
        self._set_timer(live)
        return live

    def _set_timer(self, live: LiveRoom) -> None:
        due_ns = live.room.next_due_ns()
        if live.timer is not None:
            # A timer that fires too early only looks and sets itself again: cheaper than a new one for each event.
            if due_ns is not None and live.timer_due_ns <= due_ns:
                return
            live.timer.cancel()
            live.timer = None
        if due_ns is not None and not self._stopping:
            delay_s = max(_MIN_TIMER_S, (due_ns - self._mono_ns()) / _NS_PER_S)
            live.timer_due_ns = due_ns
            live.timer = asyncio.get_running_loop().call_later(delay_s, self._tick, live)

    def _tick(self, live: LiveRoom) -> None:
        live.timer = None
        if self._paused:
            return
        self.apply(live, live.room.tick(self._mono_ns()))

    async def _keep_tokens(self) -> None:
        while True:
            await asyncio.sleep(max(_MIN_TIMER_S, self._keep_interval_ms / 1000))
            self._extend_tokens([token for live in self._rooms.values() for token in live.tokens.values()])

    def _extend_tokens(self, token_hashes: Iterable[str]) -> None:
        # Two rounds more than a full life: however the socket or this process is lost, its token outlives it that long.
        expires_at_ms = epoch_ms() + self._token_ttl_ms + 2 * self._keep_interval_ms
        self.writer.extend_tokens(token_hashes, expires_at_ms)

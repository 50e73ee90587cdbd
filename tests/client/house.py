"""A house with a real server, and guests who lead and follow there; only the sound is a line on paper."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from client.api import RunBuddyApiClient
from client.clock.clock import RunBuddyClock
from client.coordinator import RunBuddyCoordinator
from client.local_accounts import LocalAccount
from client.reports import ConnectionChanged, CoordinatorEvent
from client.session_state import Leading
from client.socket import SocketState
from client.trace import open_trace
from protocol.correction import Correction
from protocol.events import Role, TransportAction
from protocol.playback import LocalTransport, PlaybackHealth, PlaybackPosition, RemoteTransport
from protocol.timeline import ClockMapping, Timeline
from server.main import serve
from server.settings import AccountsMode, Settings, sqlite_url

TRACK = "spotify:track:a"


@dataclass
class PaperPlayback:
    """Play along a timeline, perfectly and silently."""

    remote: RemoteTransport | None = None
    clock: ClockMapping | None = None
    coordinator: RunBuddyCoordinator | None = None
    applied: list[RemoteTransport] = field(default_factory=list)

    def attach_runbuddy(self, coordinator) -> None:
        self.coordinator = coordinator

    def detach_runbuddy(self) -> None:
        self.coordinator = None

    def is_runbuddy_follower(self) -> bool:
        return self.coordinator is not None and self.coordinator.is_follower()

    def set_clock(self, mapping: ClockMapping) -> None:
        self.clock = mapping

    def apply_remote_transport(self, remote: RemoteTransport) -> None:
        self.remote = remote
        self.applied.append(remote)

    def playback_position(self, mono_ns: int) -> PlaybackPosition | None:
        if self.remote is None or self.clock is None:
            return None
        line = self.remote.timeline
        position_ms = line.position_at(self.clock.corrected_ms_at(mono_ns))
        return PlaybackPosition(
            self.remote.playlist_position, self.remote.track_id, position_ms, line.is_playing, mono_ns
        )

    def track_duration_ms(self, playlist_position: int) -> float | None:
        return 3_600_000.0

    def health(self) -> PlaybackHealth:
        return PlaybackHealth(Correction.NONE, 0, 0, silent=True, device="paper")

    def do(self, action: TransportAction, position_ms: int, *, playing: bool) -> Timeline:
        """Do what a leader's person does: the timeline from a whole instant on."""
        assert self.clock is not None
        assert self.coordinator is not None
        corrected_ms = float(round(self.clock.corrected_ms_at(time.perf_counter_ns()) + 20))
        timeline = Timeline(position_ms, corrected_ms, playing)
        self.remote = RemoteTransport(0, TRACK, timeline, jump=True)
        self.coordinator.on_local_transport(
            LocalTransport(action, 0, TRACK, position_ms, playing, self.clock.mono_ns_at(corrected_ms))
        )
        return timeline


@dataclass
class Peer:
    coordinator: RunBuddyCoordinator
    playback: PaperPlayback
    api: RunBuddyApiClient
    events: list[CoordinatorEvent]
    account: LocalAccount

    @property
    def state(self):
        return self.coordinator.state

    def sockets(self) -> list[SocketState]:
        return [event.socket for event in self.events if isinstance(event, ConnectionChanged)]


@dataclass
class House:
    """A server that can be stopped and started again on its ports, with its database or without, and its guests."""

    folder: Path
    leader_grace_s: float = 0.2
    port: int = 0
    ntp_port: int = 0
    task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        ports: asyncio.Future[tuple[int, int | None]] = asyncio.get_running_loop().create_future()
        settings = Settings(
            database=sqlite_url(self.folder / "server.db"),
            accounts=AccountsMode.LOCAL,
            port=self.port,
            ntp_port=self.ntp_port,
            leader_grace_s=self.leader_grace_s,
        )
        self.task = asyncio.create_task(serve(settings, on_ready=lambda *found: ports.set_result(found)))
        await asyncio.wait({self.task, ports}, return_when=asyncio.FIRST_COMPLETED)
        if self.task.done():
            self.task.result()
        self.port, ntp_port = ports.result()
        assert ntp_port is not None
        self.ntp_port = ntp_port

    async def stop(self) -> None:
        assert self.task is not None
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def forget_everything(self) -> None:
        """Start again with a new database, as somebody does who has deleted it."""
        await self.stop()
        for path in self.folder.glob("server.db*"):
            path.unlink()
        await self.start()

    async def forget_accounts(self) -> None:
        """Start again without the accounts and the sessions' tokens; the sessions are still there."""
        await self._restart_without("local_accounts", "runbuddy_ws_tokens")

    async def forget_tokens(self) -> None:
        """Start again without the sessions' tokens, as when they have run out."""
        await self._restart_without("runbuddy_ws_tokens")

    async def _restart_without(self, *tables: str) -> None:
        await self.stop()
        with contextlib.closing(sqlite3.connect(self.folder / "server.db")) as database, database:
            for table in tables:
                database.execute(f"DELETE FROM {table}")
        await self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextlib.asynccontextmanager
    async def peer(self, name: str, trace_dir: Path | None = None) -> AsyncIterator[Peer]:
        account = LocalAccount(self.folder / "peers", self.url, name, Role.LEADER)
        async with RunBuddyApiClient(self.url, bearer=account.access_token) as api:
            playback, events = PaperPlayback(), []
            trace = open_trace(trace_dir, name) if trace_dir else None
            coordinator = RunBuddyCoordinator(
                api, RunBuddyClock(f"127.0.0.1:{self.ntp_port}"), playback, trace=trace, report_interval_s=0.02
            )
            coordinator.subscribe(events.append)
            try:
                yield Peer(coordinator, playback, api, events, account)
            finally:
                await coordinator.close()
                if trace:
                    trace.close()


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110 - the state of three parties is waited for, none of which has an event
        await asyncio.sleep(0.005)


async def lead(peer: Peer) -> Leading:
    return await peer.coordinator.lead("spotify:playlist:p", "Run", 3)

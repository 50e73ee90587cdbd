"""A leader and a follower meet on a real server with a real clock; only the sound is a line on paper."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import serve as serve_websockets

from client.api import RunBuddyApiClient
from client.clock import RunBuddyClock
from client.coordinator import RunBuddyCoordinator
from client.errors import ApiError, BusyError, ClockSyncError, NotYourSessionError, OwnSessionError, PairingError
from client.pairing import PairedTrack, Pairing
from client.prejoin import check_join
from client.reports import BadEvent, ConnectionChanged, CoordinatorEvent, FollowerChanged, SyncReport
from client.session_state import Ended, Following, Idle, Leading
from client.socket import SocketState
from client.trace import open_trace
from protocol.correction import Correction
from protocol.events import ParticipantState, Role, TransportAction
from protocol.playback import LocalTransport, PlaybackHealth, PlaybackPosition, RemoteTransport
from protocol.rest import JoinResponse, QueueTrack, SessionDetail, SessionStatus, TrackFingerprint
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
    token: str

    @property
    def state(self):
        return self.coordinator.state

    def sockets(self) -> list[SocketState]:
        return [event.socket for event in self.events if isinstance(event, ConnectionChanged)]


@dataclass
class House:
    """A server that can be stopped and started again on its ports, and its guests."""

    settings: Settings
    port: int = 0
    ntp_port: int = 0
    task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        ports: asyncio.Future[tuple[int, int | None]] = asyncio.get_running_loop().create_future()
        settings = Settings(
            database=self.settings.database,
            accounts=AccountsMode.LOCAL,
            port=self.port,
            ntp_port=self.ntp_port,
            leader_grace_s=self.settings.leader_grace_s,
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

    @contextlib.asynccontextmanager
    async def peer(self, name: str, trace_dir: Path | None = None) -> AsyncIterator[Peer]:
        async with RunBuddyApiClient(f"http://127.0.0.1:{self.port}") as api:
            account = await api.create_local_account(name)
            playback, events = PaperPlayback(), []
            trace = open_trace(trace_dir, name) if trace_dir else None
            coordinator = RunBuddyCoordinator(
                api, RunBuddyClock(f"127.0.0.1:{self.ntp_port}"), playback, trace=trace, report_interval_s=0.02
            )
            coordinator.subscribe(events.append)
            try:
                yield Peer(coordinator, playback, api, events, account.access_token)
            finally:
                await coordinator.close()
                if trace:
                    trace.close()


@pytest.fixture
async def house(tmp_path) -> AsyncIterator[House]:
    house = House(Settings(database=sqlite_url(tmp_path / "server.db"), leader_grace_s=0.2))
    await house.start()
    yield house
    await house.stop()


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110 - the state of three parties is waited for, none of which has an event
        await asyncio.sleep(0.005)


async def lead(peer: Peer) -> Leading:
    return await peer.coordinator.lead("spotify:playlist:p", "Run", 3)


async def test_a_follower_mirrors_its_leader_and_both_know_of_each_other(house, tmp_path):
    async with house.peer("Al", tmp_path) as leader, house.peer("Bo", tmp_path) as follower:
        leading = await lead(leader)
        leader.playback.do(TransportAction.PLAY, 5000, playing=True)
        await until(lambda: SocketState.CONNECTED in leader.sockets())
        seen: list[SessionDetail] = []
        await follower.coordinator.follow(leading.join_code.lower(), seen.append)
        assert seen[0].playlist_name == "Run"
        assert follower.state == Following(leading.session_id, "Al")
        assert follower.playback.is_runbuddy_follower()
        assert not leader.playback.is_runbuddy_follower()
        await until(lambda: leader.state.follower is not None)
        follower.coordinator.ready()
        await until(lambda: leader.state.follower.state is ParticipantState.READY)
        assert leader.state.follower.display_name == "Bo"
        target = leader.playback.do(TransportAction.SEEK, 60_000, playing=True)
        await until(lambda: target in [remote.timeline for remote in follower.playback.applied])
        await until(lambda: not follower.playback.remote.jump)
        assert follower.playback.remote.timeline.position_at(target.corrected_ms + 1000) == pytest.approx(61_000, abs=1)
        follower.events.clear()
        await until(lambda: any(isinstance(event, SyncReport) for event in follower.events))
        report = next(event for event in follower.events if isinstance(event, SyncReport))
        assert report.role is Role.FOLLOWER
        assert report.drift_ms == pytest.approx(0, abs=0.01)
        assert report.clock_uncertainty_ms is not None
        assert report.track_id == TRACK
        paused = leader.playback.do(TransportAction.PAUSE, 61_234, playing=False)
        await until(lambda: not follower.playback.remote.timeline.is_playing)
        assert follower.playback.remote.timeline.position_at(paused.corrected_ms + 5000) == 61_234
        await leader.coordinator.end()
        ended = await follower.coordinator.wait_ended()
        assert ended == Ended(leading.session_id, "ended_by_leader", "The leader ended the session.")
        assert leader.state == Idle(Ended(leading.session_id, "ended_by_leader", "You ended the session."))
        tokens = leader.token, follower.token
    traces = sorted((tmp_path / "traces").glob("*.jsonl"))
    assert len(traces) == 2
    for path in traces:
        text = path.read_text("utf-8")
        assert not any(token in text for token in tokens)
        lines = [json.loads(line) for line in text.splitlines()]
        kinds = {line["kind"] for line in lines}
        assert {"session", "socket", "in", "out", "sync", "ended"} <= kinds
        stamped = [line for line in lines if line["kind"] in {"in", "out"}]
        assert all(line["monoNs"] > 0 and line["correctedMs"] > 1_577_836_800_000 for line in stamped)
        assert any(line["event"].get("action") == "seek" for line in stamped)


async def test_a_playing_follower_stands_still_when_its_leader_is_gone_for_good(house):
    async with house.peer("Bo") as follower:
        async with house.peer("Al") as leader:
            leading = await lead(leader)
            leader.playback.do(TransportAction.PLAY, 5000, playing=True)
            await follower.coordinator.follow(leading.session_id)
            await until(lambda: follower.playback.remote is not None and follower.playback.remote.timeline.is_playing)
            leader.coordinator._running.cancel()
            await asyncio.gather(leader.coordinator._running, return_exceptions=True)
            ended = await follower.coordinator.wait_ended()
        assert ended is not None
        assert ended.reason == "leader_lost"
        assert not follower.playback.remote.timeline.is_playing
        assert follower.playback.coordinator is None
        assert isinstance(follower.state, Idle)


async def test_a_leader_that_falls_silent_is_told_of_though_the_connection_stands(house):
    async with house.peer("Al") as leader, house.peer("Bo") as follower:
        leading = await lead(leader)
        await follower.coordinator.follow(leading.session_id)
        assert follower.coordinator.report().error is None
        leader.playback.do(TransportAction.PLAY, 0, playing=True)
        await until(lambda: follower.playback.applied)
        assert follower.coordinator.report().error is None
        session = follower.coordinator._session
        session._mono_ns = lambda: time.perf_counter_ns() + 5_000_000_000
        assert "Nothing was heard of the leader for" in follower.coordinator.report().error
        assert leader.coordinator.report().error is None


async def test_a_follower_that_leaves_frees_its_place(house):
    async with house.peer("Al") as leader, house.peer("Bo") as follower, house.peer("Cy") as third:
        leading = await lead(leader)
        await follower.coordinator.follow(leading.session_id)
        with pytest.raises(ApiError) as full:
            await third.coordinator.follow(leading.session_id)
        assert full.value.status == 409
        assert third.state == Idle()
        await until(lambda: leader.state.follower is not None)
        await follower.coordinator.leave()
        assert follower.state.ended.reason == "left"
        await until(lambda: leader.state.follower is None)
        await third.coordinator.follow(leading.session_id)
        assert isinstance(third.state, Following)


async def test_leaving_is_final_the_place_is_on_the_billboard_again(house):
    async with house.peer("Al") as leader, house.peer("Bo") as follower:
        leading = await lead(leader)
        for _ in range(5):
            await follower.coordinator.follow(leading.session_id)
            await until(lambda: SocketState.CONNECTED in follower.sockets())
            await follower.coordinator.leave()
            assert SocketState.RECONNECTING not in follower.sockets()
            assert [entry.session_id for entry in await follower.api.list_sessions()] == [leading.session_id]
            follower.events.clear()


async def test_a_goodbye_that_was_cut_short_is_not_said_again(house):
    async with house.peer("Al") as leader:
        await lead(leader)
        told = []

        async def end_without_an_answer(session_id: str) -> None:
            told.append(session_id)
            await asyncio.Event().wait()

        leader.api.end = end_without_an_answer
        first = asyncio.create_task(leader.coordinator.close())
        await until(lambda: told)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert isinstance(leader.state, Leading)
        await leader.coordinator.close()
        assert len(told) == 1
        assert leader.state.ended.reason == "ended_by_leader"


async def test_without_a_clock_nothing_is_joined_and_nothing_created(house):
    async with house.peer("Al") as leader, house.peer("Bo") as follower:
        leading = await lead(leader)
        blind = RunBuddyCoordinator(follower.api, RunBuddyClock("127.0.0.1:1"), follower.playback)
        with pytest.raises(ClockSyncError, match="clock sync failed"):
            await blind.follow(leading.session_id)
        with pytest.raises(ClockSyncError, match="clock sync failed"):
            await blind.lead("p", "P", 1)
        assert blind.state == Idle()
        detail = await follower.api.get_session(leading.session_id)
        assert detail.status is SessionStatus.WAITING
        assert len(await follower.api.list_sessions()) == 1


async def test_a_pairing_that_does_not_fit_is_refused_before_joining(house):
    def refuse(detail: SessionDetail) -> None:
        raise PairingError("two tracks are missing")

    async with house.peer("Al") as leader, house.peer("Bo") as follower:
        leading = await lead(leader)
        with pytest.raises(PairingError):
            await follower.coordinator.follow(leading.session_id, refuse)
        assert (await follower.api.get_session(leading.session_id)).status is SessionStatus.WAITING
        assert follower.state == Idle()


async def test_only_one_session_at_a_time(house):
    async with house.peer("Al") as leader:
        leading = await lead(leader)
        with pytest.raises(BusyError):
            await lead(leader)
        with pytest.raises(BusyError):
            await leader.coordinator.follow(leading.session_id)


async def test_when_the_server_is_gone_the_music_goes_on_and_the_session_comes_back_with_it(tmp_path):
    house = House(Settings(database=sqlite_url(tmp_path / "server.db"), leader_grace_s=30))
    await house.start()
    async with house.peer("Al") as leader, house.peer("Bo") as follower:
        leading = await lead(leader)
        leader.playback.do(TransportAction.PLAY, 5000, playing=True)
        await follower.coordinator.follow(leading.session_id)
        follower.coordinator.ready()
        await until(lambda: leader.state.follower is not None)
        await until(lambda: leader.state.follower.state is ParticipantState.READY)
        await until(lambda: follower.playback.remote is not None)
        await house.stop()
        await until(lambda: SocketState.RECONNECTING in follower.sockets())
        assert follower.playback.remote.timeline.is_playing
        assert isinstance(follower.state, Following)
        target = leader.playback.do(TransportAction.SEEK, 90_000, playing=True)
        leader.events.clear()
        await house.start()
        await until(lambda: follower.playback.remote.timeline.position_at(target.corrected_ms) > 80_000)
        assert follower.playback.remote.timeline.position_at(target.corrected_ms) == pytest.approx(90_000, abs=2)
        await until(
            lambda: (
                ParticipantState.READY
                in [event.participant.state for event in leader.events if isinstance(event, FollowerChanged)]
            )
        )
        await leader.coordinator.end()
        await follower.coordinator.wait_ended()
    await house.stop()


async def test_nobody_follows_their_own_session(house):
    async with house.peer("Al") as leader, house.peer("Al again") as follower:
        leading = await lead(leader)
        own_api = RunBuddyApiClient(f"http://127.0.0.1:{house.port}", leader.token)
        clock = RunBuddyClock(f"127.0.0.1:{house.ntp_port}")
        coordinator = RunBuddyCoordinator(own_api, clock, follower.playback)
        with pytest.raises(OwnSessionError, match="another account"):
            await coordinator.follow(leading.session_id)
        assert coordinator.state == Idle()
        assert not follower.playback.is_runbuddy_follower()
        await own_api.aclose()


async def test_a_leader_that_crashed_takes_up_its_session_again(house):
    async with house.peer("Al") as leader, house.peer("Bo") as follower:
        leading = await lead(leader)
        await follower.coordinator.follow(leading.session_id)
        follower.coordinator.ready()
        leader.playback.do(TransportAction.PLAY, 1000, playing=True)
        await until(lambda: follower.playback.remote is not None)
        # Another start of the same app; the one that crashed is as good as gone.
        own_api = RunBuddyApiClient(f"http://127.0.0.1:{house.port}", leader.token)
        playback = PaperPlayback()
        again = RunBuddyCoordinator(own_api, RunBuddyClock(f"127.0.0.1:{house.ntp_port}"), playback)
        snapshot = await again.lead_again(leading.session_id, leading.join_code)
        assert (snapshot.track_id, snapshot.is_playing) == (TRACK, True)
        await until(lambda: isinstance(again.state, Leading) and again.state.follower is not None)
        assert again.state.join_code == leading.join_code
        assert isinstance(follower.state, Following)
        await again.end()
        await until(lambda: isinstance(follower.state, Idle))
        await own_api.aclose()


async def test_a_follower_sees_what_its_leader_can_play_before_it_joins(house):
    queue = [
        QueueTrack(
            playlist_position=0,
            track_id=TRACK,
            fingerprint=TrackFingerprint(audio_hash="0" * 32, samples=44_100, sample_rate=44_100),
        )
    ]
    async with house.peer("Al") as leader, house.peer("Bo") as follower:
        leading = await leader.coordinator.lead("spotify:playlist:p", "Run", 1, queue)
        unpaired = Pairing("spotify:playlist:p", "Run", (PairedTrack(0, "another", "x", "", Path("x.mp3")),))
        with pytest.raises(PairingError, match=f"not paired here: {TRACK}"):
            await follower.coordinator.follow(leading.session_id, lambda detail: check_join(unpaired, detail).require())
        assert (await leader.api.get_session(leading.session_id)).status is SessionStatus.WAITING
        seen: list[SessionDetail] = []
        await follower.coordinator.follow(leading.session_id, seen.append)
        assert seen[0].queue == queue


async def test_nobody_takes_up_the_session_of_somebody_else(house):
    async with house.peer("Al") as leader, house.peer("Bo") as other:
        leading = await lead(leader)
        with pytest.raises(NotYourSessionError):
            await other.coordinator.lead_again(leading.session_id, leading.join_code)
        assert other.state == Idle()
        assert (await other.api.get_session(leading.session_id)).status is SessionStatus.WAITING


async def test_what_breaks_the_contract_is_counted_and_told_and_changes_nothing(house):
    async def spoil(connection: ServerConnection) -> None:
        await connection.send('{"type":"position","positionMs":-1,"correctedMs":1750000000000}')
        await connection.send("not json")
        await connection.send('{"type":"from_the_future"}')
        await connection.wait_closed()

    class OneSession:
        async def get_session(self, session_id):
            return detail

        async def join(self, session_id):
            return JoinResponse(ws_url=f"ws://127.0.0.1:{port}/ws", ws_token="t", snapshot=detail.snapshot)

        async def leave(self, session_id):
            return SessionStatus.WAITING

    async with house.peer("Al") as leader:
        detail = await leader.api.get_session((await lead(leader)).session_id)
        async with serve_websockets(spoil, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            playback, events = PaperPlayback(), []
            coordinator = RunBuddyCoordinator(OneSession(), RunBuddyClock(f"127.0.0.1:{house.ntp_port}"), playback)
            coordinator.subscribe(events.append)
            await coordinator.follow(detail.session_id)
            await until(lambda: sum(isinstance(event, BadEvent) for event in events) == 2)
            assert isinstance(coordinator.state, Following)
            assert playback.applied == []
            bad = [event for event in events if isinstance(event, BadEvent)]
            assert [(event.count, bool(event.reason)) for event in bad] == [(1, True), (2, True)]
            await coordinator.leave()

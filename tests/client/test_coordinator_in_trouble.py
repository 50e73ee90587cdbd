"""What a session makes of a leader that is gone, silent or crashed, of a server that goes, and of nonsense."""

import asyncio
import time

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import serve as serve_websockets

from client.api import RunBuddyApiClient
from client.clock.clock import RunBuddyClock
from client.coordinator import RunBuddyCoordinator
from client.reports import BadEvent, FollowerChanged
from client.session_state import Following, Idle, Leading
from client.socket import SocketState
from protocol.events import ParticipantState, TransportAction
from protocol.rest import JoinResponse, SessionStatus
from tests.client.house import TRACK, House, PaperPlayback, lead, until


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
        report = follower.coordinator.report()
        assert (report.error, report.leader_silent, report.leader_playing) == (None, False, True)
        session = follower.coordinator._session
        session._mono_ns = lambda: time.perf_counter_ns() + 5_000_000_000
        assert "Nothing was heard of the leader for" in follower.coordinator.report().error
        assert follower.coordinator.report().leader_silent
        assert leader.coordinator.report().error is None
        assert leader.coordinator.report().leader_playing is None


async def test_when_the_server_is_gone_the_music_goes_on_and_the_session_comes_back_with_it(tmp_path):
    house = House(tmp_path, leader_grace_s=30)
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


async def test_a_leader_that_crashed_takes_up_its_session_again(house):
    async with house.peer("Al") as leader, house.peer("Bo") as follower:
        leading = await lead(leader)
        await follower.coordinator.follow(leading.session_id)
        follower.coordinator.ready()
        leader.playback.do(TransportAction.PLAY, 1000, playing=True)
        await until(lambda: follower.playback.remote is not None)
        # Another start of the same app; the one that crashed is as good as gone.
        own_api = RunBuddyApiClient(house.url, await leader.account.access_token())
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

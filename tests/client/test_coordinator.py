"""A leader and a follower meet on a real server with a real clock; only the sound is a line on paper."""

import asyncio
import json
from pathlib import Path

import pytest

from client.errors import ApiError, PairingError
from client.pairing import PairedTrack, Pairing
from client.prejoin import check_join
from client.reports import SyncReport
from client.session_state import Ended, Following, Idle, Leading
from client.socket import SocketState
from protocol.events import ParticipantState, Role, TransportAction
from protocol.rest import QueueTrack, SessionDetail, SessionStatus, TrackFingerprint
from tests.client.house import TRACK, lead, until


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
        tokens = await leader.account.access_token(), await follower.account.access_token()
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

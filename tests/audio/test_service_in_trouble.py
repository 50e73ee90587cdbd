"""PlaybackService with an audio process that dies, or a folder that can not be used."""

import os
import signal
import time

import pytest

from audio.errors import EngineError
from audio.playback_events import (
    QueueFinished,
    SoundChanged,
)
from audio.service import PlaybackService
from protocol.events import TransportAction
from protocol.playback import RemoteTransport
from protocol.timeline import NS_PER_MS, Timeline
from tests.audio.playing import FRAME_MS, Buddy, assert_true_after, clock, heard, playing_service
from tests.audio.waiting import children_of, is_alive, until


async def test_a_killed_audio_process_is_back_in_lockstep_as_if_nothing_had_happened(tmp_path, caplog):
    async with playing_service(tmp_path, 60.0) as service:
        buddy = Buddy()
        service.attach_runbuddy(buddy)
        service.play()
        said = buddy.told[-1]
        await assert_true_after(service, said)
        first = service.engine_pid
        os.kill(first, signal.SIGKILL)
        await until(lambda: service.engine_pid not in (first, None), "there is a new process")
        restarted = [event for event in service.events if isinstance(event, SoundChanged) and event.restarted]
        assert not restarted
        await until(lambda: any(isinstance(event, SoundChanged) and event.restarted for event in service.events), "up")
        at_ns = time.perf_counter_ns() + 500 * NS_PER_MS
        found = await heard(service, at_ns)
        assert found.is_playing
        assert found.position_ms == pytest.approx((at_ns - said.mono_ns) / 1e6, abs=FRAME_MS)
        assert len(buddy.told) == 1, "for the other side nothing has changed"
        assert [record.getMessage() for record in caplog.records if record.levelname != "DEBUG"] == [
            "audio process ended with -9 and is restarted"
        ]
        service.seek(30_000)
        await assert_true_after(service, buddy.told[-1])


async def test_a_follower_whose_audio_process_is_killed_is_back_on_the_leaders_timeline(tmp_path):
    """It has gone on to the second track by itself, without news from the leader."""
    async with playing_service(tmp_path, 1.0, 60.0) as service:
        service.set_clock(mapping := clock())
        service.attach_runbuddy(Buddy(follower=True))
        line = Timeline(500.0, mapping.corrected_ms_at(time.perf_counter_ns()), True)
        service.apply_remote_transport(RemoteTransport(0, "spotify:track:0", line, jump=True))
        await until(lambda: service.current.playlist_position == 1, "the second track plays")
        first = service.engine_pid
        os.kill(first, signal.SIGKILL)
        await until(lambda: any(isinstance(event, SoundChanged) and event.restarted for event in service.events), "up")
        at_ns = time.perf_counter_ns() + 500 * NS_PER_MS
        found = await heard(service, at_ns)
        assert found.playlist_position == 1
        assert found.position_ms == pytest.approx(line.position_at(mapping.corrected_ms_at(at_ns)) - 1000, abs=0.06)


async def test_a_track_change_that_the_dead_process_missed_takes_place(tmp_path):
    async with playing_service(tmp_path, 1.2, 60.0) as service:
        buddy = Buddy()
        service.attach_runbuddy(buddy)
        service.play()
        said = buddy.told[-1]
        await heard(service, said.mono_ns + 900 * NS_PER_MS)
        os.kill(service.engine_pid, signal.SIGKILL)
        await until(lambda: len(buddy.told) == 2, "the change is announced")
        change = buddy.told[-1]
        assert (change.action, change.playlist_position) == (TransportAction.TRACK_CHANGE, 1)
        assert (change.mono_ns - said.mono_ns) / 1e6 == pytest.approx(1200, abs=1)
        at_ns = time.perf_counter_ns() + 600 * NS_PER_MS
        found = await heard(service, at_ns)
        assert service.current.playlist_position == found.playlist_position == 1
        assert found.position_ms == pytest.approx((at_ns - change.mono_ns) / 1e6, abs=FRAME_MS)


async def test_an_end_that_the_dead_process_missed_is_an_end(tmp_path):
    async with playing_service(tmp_path, 1.0) as service:
        buddy = Buddy()
        service.attach_runbuddy(buddy)
        service.play()
        await heard(service, buddy.told[-1].mono_ns + 600 * NS_PER_MS)
        os.kill(service.engine_pid, signal.SIGKILL)
        await until(lambda: any(isinstance(event, QueueFinished) for event in service.events), "the queue has ended")
        assert service.playing is False


async def test_an_audio_process_that_dies_again_and_again_is_given_up_with_a_clear_error(tmp_path, caplog):
    async with playing_service(tmp_path, 60.0) as service:
        service.play()
        await until(lambda: service.playback_position(time.perf_counter_ns()) is not None, "it plays")
        killed: set[int] = set()
        while len(killed) < 5:
            await until(lambda: service.engine_pid not in (None, *killed), "there is a process to kill")
            killed.add(service.engine_pid)
            os.kill(service.engine_pid, signal.SIGKILL)
        await until(lambda: service.health().error, "it is given up")
        assert "keeps failing" in service.health().error
        assert service.engine_pid is None
        assert service.playback_position(time.perf_counter_ns()) is None, "silence is not told to the buddy as music"
        assert [record.levelname for record in caplog.records].count("ERROR") == 1


async def test_a_data_folder_that_can_not_be_used_is_a_clear_error(tmp_path):
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(EngineError, match="data"):
        await PlaybackService.open(device="none", data_dir=tmp_path / "data")
    assert children_of(os.getpid(), "audio.decode.worker") == []
    assert children_of(os.getpid(), "audio.engine.process") == []


async def test_closing_leaves_no_process_behind(tmp_path):
    async with playing_service(tmp_path, 20.0) as service:
        service.play()
        await until(lambda: service.playback_position(time.perf_counter_ns()) is not None, "it plays")
        engine = service.engine_pid
    assert not is_alive(engine)
    assert children_of(os.getpid(), "audio.decode.worker") == []
    assert service.health().silent

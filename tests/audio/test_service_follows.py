"""PlaybackService as a follower: it mirrors, says what it lacks, and emits nothing."""

import time

import pytest

from audio.errors import TrackError
from audio.playback_events import (
    TrackAccepted,
)
from protocol.playback import RemoteTransport
from protocol.timeline import NS_PER_MS, Timeline
from tests.audio.playing import Buddy, clock, heard, playing_service, track, write_track
from tests.audio.waiting import until


async def test_a_follower_mirrors_and_emits_nothing(tmp_path):
    async with playing_service(tmp_path, 20.0, 20.0) as service:
        mapping, buddy = clock(), Buddy(follower=True)
        service.set_clock(mapping)
        service.attach_runbuddy(buddy)
        assert service.is_runbuddy_follower()
        now_ms = mapping.corrected_ms_at(time.perf_counter_ns())
        timeline = Timeline(4_000.0, now_ms + 150, True, 1.000_01)
        service.apply_remote_transport(RemoteTransport(1, "spotify:track:1", timeline, jump=True))
        for later_ms in (160, 300, 450):
            at_ns = mapping.mono_ns_at(now_ms + later_ms)
            found = await heard(service, at_ns)
            assert found.playlist_position == 1
            assert found.position_ms == pytest.approx(timeline.position_at(now_ms + later_ms), abs=0.05)
        for act in (service.play, service.pause, service.toggle_pause, service.skip_next, service.skip_prev):
            assert act() is False
        assert service.seek(1) is False
        assert service.track_change(0) is False
        held = Timeline(6_543.0, mapping.corrected_ms_at(time.perf_counter_ns()) + 100, False)
        service.apply_remote_transport(RemoteTransport(1, "spotify:track:1", held, jump=True))
        found = await heard(service, mapping.mono_ns_at(held.corrected_ms + 50))
        assert (found.position_ms, found.is_playing) == (6_543.0, False)
        assert buddy.told == []
        assert (service.playing, service.current.playlist_position) == (False, 1)


async def test_a_follower_finds_a_track_by_id_when_its_playlist_has_another_order(tmp_path):
    async with playing_service(tmp_path, 20.0, 20.0) as service:
        service.set_clock(mapping := clock())
        service.attach_runbuddy(Buddy(follower=True))
        line = Timeline(0.0, mapping.corrected_ms_at(time.perf_counter_ns()), True)
        service.apply_remote_transport(RemoteTransport(7, "spotify:track:1", line, jump=True))
        await until(lambda: service.playback_position(time.perf_counter_ns()) is not None, "it plays")
        assert service.current.playlist_position == 1


async def test_an_unknown_track_is_named_and_the_next_one_plays(tmp_path):
    async with playing_service(tmp_path, 20.0, 20.0) as service:
        service.set_clock(mapping := clock())
        buddy = Buddy(follower=True)
        service.attach_runbuddy(buddy)

        def remote(slot: int, track_id: str) -> RemoteTransport:
            line = Timeline(1_000.0, mapping.corrected_ms_at(time.perf_counter_ns()), True)
            return RemoteTransport(slot, track_id, line, jump=True)

        service.apply_remote_transport(remote(0, "spotify:track:0"))
        await until(lambda: service.playback_position(time.perf_counter_ns()) is not None, "it plays")
        service.apply_remote_transport(remote(5, "spotify:track:unknown"))
        assert "track 6 of the playlist" in service.health().error
        assert service.playback_position(time.perf_counter_ns()) is None
        service.apply_remote_transport(remote(1, "spotify:track:1"))
        assert service.health().error is None
        await until(
            lambda: service.playback_position(time.perf_counter_ns()).playlist_position == 1, "the next track plays"
        )
        service.apply_remote_transport(remote(5, "spotify:track:unknown"))
        service.detach_runbuddy()
        assert (service.playing, service.current, service.health().error) == (False, None, None)
        assert buddy.told == []


async def test_a_follower_whose_file_is_bad_says_so_and_the_session_goes_on(tmp_path):
    async with playing_service(tmp_path, 20.0) as service:
        service.set_queue([service.queue.item(0), track(1, tmp_path / "gone.mp3")])
        service.set_clock(mapping := clock())
        service.attach_runbuddy(Buddy(follower=True))
        line = Timeline(0.0, mapping.corrected_ms_at(time.perf_counter_ns()), True)
        service.apply_remote_transport(RemoteTransport(1, "spotify:track:1", line, jump=True))
        await until(lambda: service.health().error, "it is refused")
        assert "“Song 1” by Band can't be played" in service.health().error
        service.apply_remote_transport(RemoteTransport(0, "spotify:track:0", line, jump=True))
        assert service.health().error is None
        await until(lambda: service.playback_position(time.perf_counter_ns()) is not None, "the other track plays")


async def test_a_refused_track_plays_when_it_is_there_by_the_next_time(tmp_path):
    async with playing_service(tmp_path, 20.0) as service:
        service.set_queue([service.queue.item(0), track(1, tmp_path / "late.wav")])
        with pytest.raises(TrackError):
            await service.prepare(1)
        assert service.queue.playable == (0,)
        service.set_clock(mapping := clock())
        service.attach_runbuddy(Buddy(follower=True))
        line = Timeline(0.0, mapping.corrected_ms_at(time.perf_counter_ns()), True)
        service.apply_remote_transport(RemoteTransport(1, "spotify:track:1", line, jump=True))
        assert "can't be played" in service.health().error
        write_track(tmp_path / "late.wav", 30.0)
        service.apply_remote_transport(RemoteTransport(1, "spotify:track:1", line, jump=True))
        await until(lambda: service.playback_position(time.perf_counter_ns()) is not None, "it plays")
        # It is heard as soon as enough of it is decoded, and found to be sound when all of it is.
        await until(lambda: service.health().error is None, "it is accepted")
        assert service.queue.playable == (0, 1)
        assert [event.item.playlist_position for event in service.events if isinstance(event, TrackAccepted)] == [1]


async def test_a_follower_whose_recording_is_shorter_stands_and_says_so(tmp_path):
    async with playing_service(tmp_path, 3.0, 3.0) as service:
        await service.prepare(0)
        service.set_clock(mapping := clock())
        service.attach_runbuddy(Buddy(follower=True))
        now_ms = mapping.corrected_ms_at(time.perf_counter_ns())
        beyond = RemoteTransport(0, "spotify:track:0", Timeline(20_000.0, now_ms, True), jump=True)
        service.apply_remote_transport(beyond)
        assert "shorter here than the leader's" in service.health().error

        def stands() -> bool:
            found = service.playback_position(time.perf_counter_ns())
            return found is not None and not found.is_playing and found.playlist_position == 0

        await until(stands, "it stands at the end of its own recording")
        service.apply_remote_transport(RemoteTransport(0, "spotify:track:0", Timeline(500.0, now_ms, True), jump=True))
        assert service.health().error is None


async def test_after_a_detach_the_music_goes_on_and_the_controls_work(tmp_path):
    async with playing_service(tmp_path, 20.0) as service:
        service.set_clock(mapping := clock())
        buddy = Buddy(follower=True)
        service.attach_runbuddy(buddy)
        line = Timeline(2_000.0, mapping.corrected_ms_at(time.perf_counter_ns()), True)
        service.apply_remote_transport(RemoteTransport(0, "spotify:track:0", line, jump=True))
        await until(lambda: service.playback_position(time.perf_counter_ns()) is not None, "it plays")
        service.detach_runbuddy()
        assert not service.is_runbuddy_follower()
        at_ns = time.perf_counter_ns() + 400 * NS_PER_MS
        found = await heard(service, at_ns)
        assert found.position_ms == pytest.approx(line.position_at(mapping.corrected_ms_at(at_ns)), abs=0.1)
        assert service.pause() is True
        await until(lambda: not service.playback_position(time.perf_counter_ns()).is_playing, "it stands")
        assert buddy.told == []

"""PlaybackService with its real processes, on a silent clock."""

import asyncio
import contextlib
import itertools
import os
import signal
import time
import wave
from pathlib import Path

import numpy as np
import pytest

from audio.errors import EngineError, TrackError
from audio.playback_events import (
    PlayingChanged,
    QueueFinished,
    SoundChanged,
    TrackAccepted,
    TrackRefused,
    TrackStarted,
)
from audio.queue import QueueItem
from audio.service import PlaybackService
from protocol.events import TransportAction
from protocol.playback import LocalTransport, RemoteTransport
from protocol.timeline import NS_PER_MS, ClockMapping, Timeline
from tests.audio.waiting import children_of, is_alive, until

RATE = 44_100
#: A frame is 0.023 ms, and a position is rounded to one.
FRAME_MS = 0.03


class Buddy:
    """A coordinator that remembers what it was told."""

    def __init__(self, *, follower: bool = False) -> None:
        self.follower = follower
        self.told: list[LocalTransport] = []

    def on_local_transport(self, transport: LocalTransport) -> None:
        self.told.append(transport)

    def is_follower(self) -> bool:
        return self.follower


def write_track(path: Path, seconds: float) -> Path:
    frames = round(seconds * RATE) + RATE // 20
    tone = np.rint(9000 * np.sin(np.arange(frames) * (0.05 + seconds / 1000))).astype("<i2")
    with wave.open(str(path), "wb") as writer:
        writer.setnchannels(2)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(np.repeat(tone[:, None], 2, axis=1).tobytes())
    return path


def track(position: int, file: Path) -> QueueItem:
    return QueueItem(position, f"spotify:track:{position}", f"Song {position}", "Band", file)


@contextlib.asynccontextmanager
async def playing_service(tmp_path: Path, *seconds: float, device: str | None = "none"):
    """A service whose queue holds tracks of these lengths, all decoded, with events collected."""
    service = await PlaybackService.open(device=device, data_dir=tmp_path / "data")
    service.events = []
    service.subscribe(service.events.append)
    try:
        service.set_queue(
            [track(i, write_track(tmp_path / f"{i}-{length}.wav", length)) for i, length in enumerate(seconds)]
        )
        for position in range(len(seconds)):
            await service.prepare(position)
        yield service
    finally:
        await service.aclose()


def clock() -> ClockMapping:
    return ClockMapping(time.perf_counter_ns(), 1_700_000_000_123.456, 1.000_02)


async def heard(service: PlaybackService, at_ns: int):
    """Return what is at the DAC at an instant, once that instant has been rendered."""
    await until(lambda: time.perf_counter_ns() > at_ns, "it is that time")
    return service.playback_position(at_ns)


async def assert_true_after(service: PlaybackService, said: LocalTransport) -> None:
    """Show that from the announced instant on the announced place is heard."""
    for later_ms in (2, 40, 130):
        at_ns = said.mono_ns + later_ms * NS_PER_MS
        found = await heard(service, at_ns)
        assert found.playlist_position == said.playlist_position
        assert found.track_id == said.track_id
        assert found.is_playing == said.is_playing
        expected_ms = said.position_ms + (later_ms if said.is_playing else 0)
        assert found.position_ms == pytest.approx(expected_ms, abs=FRAME_MS)


# The person's own controls


async def test_what_is_announced_is_what_is_heard(tmp_path):
    async with playing_service(tmp_path, 20.0, 30.0) as service:
        mapping, buddy = clock(), Buddy()
        service.set_clock(mapping)
        service.attach_runbuddy(buddy)
        steps = [
            (service.play, TransportAction.PLAY, 0, 0, True),
            (lambda: service.seek(7_500), TransportAction.SEEK, 0, 7_500, True),
            (service.pause, TransportAction.PAUSE, 0, None, False),
            (lambda: service.seek(12_000), TransportAction.SEEK, 0, 12_000, False),
            (service.play, TransportAction.PLAY, 0, 12_000, True),
            (service.skip_next, TransportAction.SKIP_NEXT, 1, 0, True),
            (service.skip_prev, TransportAction.SKIP_PREV, 0, 0, True),
            (lambda: service.track_change(1), TransportAction.TRACK_CHANGE, 1, 0, True),
        ]
        for number, (act, action, slot, position_ms, is_playing) in enumerate(steps, 1):
            asked_ns = time.perf_counter_ns()
            assert act() is True
            assert len(buddy.told) == number, "each act is announced once, and at once"
            said = buddy.told[-1]
            assert (said.action, said.playlist_position, said.is_playing) == (action, slot, is_playing)
            assert position_ms is None or said.position_ms == position_ms
            assert said.mono_ns > asked_ns
            corrected_ms = mapping.corrected_ms_at(said.mono_ns)
            assert corrected_ms == pytest.approx(round(corrected_ms), abs=1e-3), "a whole millisecond"
            await assert_true_after(service, said)
        assert service.health().underruns == 0


async def test_the_place_that_was_asked_for_counts_before_it_is_heard(tmp_path):
    async with playing_service(tmp_path, 20.0, 30.0) as service:
        assert service.place is None
        service.track_change(1)
        service.seek(7_500)
        assert service.place == (1, 7_500)
        service.play()
        slot, position_ms = service.place
        assert slot == 1
        assert position_ms < 7_600
        await until(lambda: service.place[1] > 7_700, "it moves on")


async def test_a_pause_holds_its_place_and_play_goes_on_from_there(tmp_path):
    async with playing_service(tmp_path, 20.0) as service:
        buddy = Buddy()
        service.attach_runbuddy(buddy)
        assert service.pause() is False
        service.play()
        assert service.play() is False
        await assert_true_after(service, buddy.told[-1])
        service.toggle_pause()
        said = buddy.told[-1]
        await assert_true_after(service, said)
        service.toggle_pause()
        assert buddy.told[-1].position_ms == said.position_ms
        await assert_true_after(service, buddy.told[-1])


async def test_acts_in_quick_succession_are_announced_in_order_and_the_last_counts(tmp_path):
    async with playing_service(tmp_path, 20.0, 20.0) as service:
        buddy = Buddy()
        service.attach_runbuddy(buddy)
        service.play()
        service.seek(5_000)
        service.pause()
        service.play()
        service.seek(9_000)
        instants = [said.mono_ns for said in buddy.told]
        assert len(instants) == 5
        assert all(later > earlier for earlier, later in itertools.pairwise(instants))
        await assert_true_after(service, buddy.told[-1])


async def test_tracks_follow_each_other_without_a_gap_and_the_end_is_an_end(tmp_path):
    async with playing_service(tmp_path, 0.7, 0.5) as service:
        buddy = Buddy()
        service.attach_runbuddy(buddy)
        service.play()
        await until(lambda: len(buddy.told) == 3, "the queue has ended")
        play, change, end = buddy.told
        assert (change.action, change.playlist_position, change.position_ms) == (TransportAction.TRACK_CHANGE, 1, 0)
        assert (change.mono_ns - play.mono_ns) / 1e6 == pytest.approx(700, abs=FRAME_MS)
        assert (end.action, end.playlist_position, end.is_playing) == (TransportAction.PAUSE, 1, False)
        assert end.position_ms == 499
        assert (end.mono_ns - change.mono_ns) / 1e6 == pytest.approx(500, abs=FRAME_MS)
        assert (await heard(service, change.mono_ns - 5 * NS_PER_MS)).playlist_position == 0
        assert (await heard(service, change.mono_ns + 5 * NS_PER_MS)).playlist_position == 1
        after = await heard(service, end.mono_ns + 200 * NS_PER_MS)
        assert (after.playlist_position, after.position_ms, after.is_playing) == (1, 499, False)
        assert service.playing is False
        assert service.current.playlist_position == 1
        kinds = [type(event) for event in service.events]
        assert kinds == [PlayingChanged, TrackStarted, TrackStarted, PlayingChanged, QueueFinished]
        service.play()
        assert (buddy.told[-1].playlist_position, buddy.told[-1].position_ms) == (0, 0), "it begins again"


async def test_a_seek_to_the_very_end_plays_on_into_the_next_track(tmp_path):
    """1.000 s is a whole number of milliseconds, so the end itself lies in the next track."""
    async with playing_service(tmp_path, 1.0, 1.0) as service:
        buddy = Buddy()
        service.attach_runbuddy(buddy)
        service.play()
        service.seek(999_999)
        assert buddy.told[-1].position_ms == 999
        await until(lambda: len(buddy.told) == 3, "the next track begins")
        assert (buddy.told[2].action, buddy.told[2].playlist_position) == (TransportAction.TRACK_CHANGE, 1)
        assert service.current.playlist_position == 1
        service.seek(1_000)
        await until(lambda: not service.playing, "the queue has ended")


async def test_a_person_who_seeks_to_the_end_while_paused_goes_on_to_the_next_track(tmp_path):
    async with playing_service(tmp_path, 1.0, 20.0) as service:
        buddy = Buddy()
        service.attach_runbuddy(buddy)
        service.track_change(0)
        service.seek(5_000)
        assert service.play() is True
        await until(lambda: service.current.playlist_position == 1, "the next track plays")


async def test_another_queue_stops_the_music_and_plays_its_own_tracks(tmp_path):
    async with playing_service(tmp_path, 20.0, 20.0) as service:
        buddy = Buddy()
        service.attach_runbuddy(buddy)
        service.play()
        await assert_true_after(service, buddy.told[-1])
        service.set_queue([track(0, write_track(tmp_path / "new.wav", 0.4))])
        assert (service.current, service.playing) == (None, False)
        assert service.playback_position(time.perf_counter_ns()) is None
        service.play()
        await until(lambda: any(isinstance(event, QueueFinished) for event in service.events), "the new track ended")
        assert service.track_duration_ms(0) == pytest.approx(400)
        assert (buddy.told[-1].position_ms, buddy.told[-1].is_playing) == (399, False)


async def test_the_last_wish_counts_even_where_decoding_takes_long(tmp_path):
    async with playing_service(tmp_path, 20.0, 20.0) as service:
        buddy = Buddy()
        service.attach_runbuddy(buddy)
        items = [service.queue.item(0), service.queue.item(1), track(2, write_track(tmp_path / "slow.wav", 400.0))]
        service.set_queue(items)
        await service.prepare(0)
        service.play()
        service.track_change(2)
        service.seek(3_000)
        assert buddy.told[-1].action is TransportAction.SEEK
        await service.prepare(2)
        service.skip_prev()
        assert [said.playlist_position for said in buddy.told] == [0, 0, 0]


async def test_two_quick_skips_go_two_tracks_on_though_the_first_is_not_decoded_yet(tmp_path):
    async with playing_service(tmp_path, 20.0) as service:
        buddy = Buddy()
        service.attach_runbuddy(buddy)
        files = [write_track(tmp_path / f"{number}.wav", 60.0 + number) for number in (1, 2)]
        service.set_queue([service.queue.item(0), track(1, files[0]), track(2, files[1])])
        await service.prepare(0)
        service.play()
        assert service.skip_next() is True
        assert service.skip_next() is True
        await until(lambda: len(buddy.told) > 1, "the skip")
        assert [said.playlist_position for said in buddy.told] == [0, 2]


async def test_a_pause_revokes_a_play_that_still_waits_for_its_track(tmp_path):
    async with playing_service(tmp_path) as service:
        buddy = Buddy()
        service.attach_runbuddy(buddy)
        service.set_queue([track(0, write_track(tmp_path / "slow.wav", 200.0))])
        assert service.play() is True
        assert service.pause() is True
        await service.prepare(0)
        assert buddy.told == []
        assert service.playing is False


async def test_an_empty_queue_has_nothing_to_play(tmp_path):
    async with playing_service(tmp_path) as service:
        for act in (service.play, service.pause, service.skip_next, service.skip_prev, service.toggle_pause):
            assert act() is False
        assert service.seek(5) is False
        assert service.track_change(3) is False
        assert service.playback_position(time.perf_counter_ns()) is None
        assert service.track_duration_ms(0) is None


async def test_nothing_is_announced_without_a_buddy(tmp_path):
    async with playing_service(tmp_path, 20.0) as service:
        buddy = Buddy()
        service.attach_runbuddy(buddy)
        service.detach_runbuddy()
        service.play()
        await until(lambda: service.playback_position(time.perf_counter_ns()) is not None, "it plays")
        assert buddy.told == []


# Bad tracks


async def test_tracks_that_can_not_be_played_are_named_and_passed_over(tmp_path):
    async with playing_service(tmp_path, 0.5) as service:
        (tmp_path / "text.mp3").write_text("not music at all\n" * 50)
        good = service.queue.item(0)
        service.set_queue([good, track(1, tmp_path / "gone.mp3"), track(3, tmp_path / "text.mp3"), track(4, good.file)])
        buddy = Buddy()
        service.attach_runbuddy(buddy)
        service.play()
        await until(lambda: any(isinstance(event, QueueFinished) for event in service.events), "the queue has ended")
        refused = [event for event in service.events if isinstance(event, TrackRefused)]
        assert [event.item.playlist_position for event in refused] == [1, 3]
        assert refused[0].message.startswith("“Song 1” by Band can't be played: the file does not exist")
        assert [said.playlist_position for said in buddy.told] == [0, 4, 4]
        assert service.queue.playable == (0, 4)
        with pytest.raises(TrackError, match="Song 1"):
            await service.prepare(1)
        with pytest.raises(TrackError, match="Track 3 of the playlist"):
            await service.prepare(2)
        assert len([event for event in service.events if isinstance(event, TrackRefused)]) == 2, "told once"


async def test_a_queue_of_nothing_but_bad_tracks_stays_silent_and_says_why(tmp_path):
    async with playing_service(tmp_path) as service:
        service.set_queue([track(0, tmp_path / "a.mp3"), track(1, tmp_path / "b.mp3")])
        service.play()
        await until(lambda: len(service.queue.playable) == 0, "both are refused")
        assert service.playing is False
        assert service.play() is False


async def test_a_queue_replaced_while_it_is_prepared_disturbs_nobody(tmp_path):
    async with playing_service(tmp_path) as service:
        service.set_queue([track(0, write_track(tmp_path / "slow.wav", 300.0))])
        preparing = asyncio.create_task(service.prepare(0))
        await asyncio.sleep(0)
        service.set_queue([track(0, write_track(tmp_path / "quick.wav", 1.0))])
        await preparing
        await service.prepare(0)
        assert service.track_duration_ms(0) == pytest.approx(1000)
        assert service.queue.playable == (0,)


# Following


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
        assert service.health().error is None
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


# The audio process dies


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


# Beginning and ending


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


async def test_a_queue_may_be_prepared_and_played_before_the_output_is_open(tmp_path):
    service = PlaybackService.begin(device="none", data_dir=tmp_path / "data")
    try:
        buddy = Buddy()
        service.attach_runbuddy(buddy)
        service.set_queue([track(0, write_track(tmp_path / "a.wav", 20.0))])
        service.play()
        await service.opened()
        await until(lambda: buddy.told, "it is announced")
        at_ns = max(time.perf_counter_ns(), buddy.told[0].mono_ns) + 400 * NS_PER_MS
        found = await heard(service, at_ns)
        assert found.position_ms == pytest.approx((at_ns - buddy.told[0].mono_ns) / 1e6, abs=FRAME_MS)
    finally:
        await service.aclose()

"""PlaybackService as a person or a leader uses it, with its real processes, on a silent clock."""

import asyncio
import itertools
import time

import pytest

from audio.errors import TrackError
from audio.playback_events import (
    PlayingChanged,
    QueueFinished,
    TrackRefused,
    TrackStarted,
)
from audio.service import PlaybackService
from protocol.events import TransportAction
from protocol.timeline import NS_PER_MS
from tests.audio.playing import (
    FRAME_MS,
    Buddy,
    assert_true_after,
    clock,
    heard,
    playing_service,
    track,
    write_track,
)
from tests.audio.waiting import until


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

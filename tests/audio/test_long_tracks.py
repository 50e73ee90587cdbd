"""PlaybackService with tracks that take long to decode, on a silent clock."""

import contextlib
import time
from pathlib import Path

import pytest

from audio.playback_events import TrackDamaged, TrackPreparing, TrackRefused
from audio.queue import QueueItem
from audio.service import PlaybackService
from protocol.playback import RemoteTransport
from protocol.timeline import NS_PER_MS, ClockMapping, Timeline
from tests.audio.decode.sounds import RATE, long_mp3, melody, write_pcm
from tests.audio.waiting import until

LONG_TIMES = 60
LONG_MS = LONG_TIMES * 38_688


@contextlib.asynccontextmanager
async def service_with(tmp_path: Path, *files: Path):
    service = await PlaybackService.open(device="none", data_dir=tmp_path / "data")
    service.events = []
    service.subscribe(service.events.append)
    try:
        service.set_queue([QueueItem(number, f"id{number}", file.stem, "", file) for number, file in enumerate(files)])
        yield service
    finally:
        await service.aclose()


def heard(service: PlaybackService):
    return service.playback_position(time.perf_counter_ns())


async def test_a_long_track_plays_and_is_sought_in_before_it_is_whole(tmp_path):
    short, long = write_pcm(tmp_path / "a.wav", melody(RATE)), long_mp3(tmp_path / "b.mp3", LONG_TIMES)
    async with service_with(tmp_path, short, long) as service:
        service.track_change(1)
        service.play()
        await until(lambda: (at := heard(service)) and at.playlist_position == 1 and at.position_ms > 100, "it plays")
        assert service.track_duration_ms(1) is None
        # Its end lies far beyond what is decoded by now.
        target_ms = LONG_MS - 60_000
        service.seek(target_ms)
        await until(lambda: heard(service).position_ms >= target_ms, "it is there")
        assert heard(service).position_ms < target_ms + 5_000
        await until(lambda: service.track_duration_ms(1), "it is whole")
        assert service.track_duration_ms(1) == pytest.approx(LONG_MS, rel=0.01)
        told = [event.fraction for event in service.events if isinstance(event, TrackPreparing)]
        assert told == sorted(told)
        assert not told or told[-1] == 1.0
        assert not [event for event in service.events if isinstance(event, TrackRefused | TrackDamaged)]


async def test_a_seek_beyond_the_end_ends_at_the_end(tmp_path):
    async with service_with(tmp_path, long_mp3(tmp_path / "a.mp3", LONG_TIMES // 2)) as service:
        service.play()
        await until(lambda: heard(service), "it plays")
        service.pause()
        service.seek(10 * LONG_MS)
        await until(lambda: heard(service).position_ms > 60_000, "it is there")
        assert heard(service).position_ms == pytest.approx(service.track_duration_ms(0), abs=2)


async def test_a_follower_enters_a_long_track_where_the_leader_is(tmp_path):
    class Follower:
        def on_local_transport(self, _transport) -> None:
            raise AssertionError("a follower announces nothing")

        def is_follower(self) -> bool:
            return True

    async with service_with(tmp_path, long_mp3(tmp_path / "a.mp3", LONG_TIMES)) as service:
        now_ns = time.perf_counter_ns()
        service.set_clock(ClockMapping(now_ns, 1_700_000_000_000.0, 1.0))
        service.attach_runbuddy(Follower())
        begin_ms = LONG_MS // 2
        timeline = Timeline(position_ms=begin_ms, corrected_ms=1_700_000_000_000.0, is_playing=True)
        service.apply_remote_transport(RemoteTransport(0, "id0", timeline, jump=True))
        await until(lambda: heard(service) and heard(service).is_playing, "it plays")
        await until(lambda: service.track_duration_ms(0), "it is whole")
        at_ns = time.perf_counter_ns()
        found = service.playback_position(at_ns)
        assert found.position_ms == pytest.approx(begin_ms + (at_ns - now_ns) / NS_PER_MS, abs=1.0)


async def test_an_impatient_person_gets_the_last_wish(tmp_path):
    files = [long_mp3(tmp_path / f"{number}.mp3", 15 + number) for number in range(5)]
    async with service_with(tmp_path, *files) as service:
        service.play()
        for number in (1, 2, 3, 4):
            service.track_change(number)
        await until(lambda: (at := heard(service)) and at.playlist_position == 4, "it plays")

"""Decoded tracks of the queue, with the real decoder process."""

import contextlib

import pytest

from audio.decode.client import DecoderClient
from audio.errors import TrackError
from audio.library import PreparedTracks
from audio.queue import QueueItem
from tests.audio.decode.sounds import RATE, long_mp3, melody, write_pcm
from tests.audio.waiting import until


@contextlib.contextmanager
def library(tmp_path, **options):
    client, loads = DecoderClient(tmp_path / "cache", tmp_path / "log", cache_limit_bytes=0), []
    with contextlib.closing(client):
        yield PreparedTracks(client, loads.append, **options), loads


def item(tmp_path, slot: int, seconds: float = 1.0) -> QueueItem:
    file = tmp_path / f"{slot}.wav"
    if not file.exists():
        write_pcm(file, melody(round(seconds * RATE) + RATE // 20, start=slot * 100_000))
    return QueueItem(slot, str(slot), f"Song {slot}", "", file)


async def test_a_long_queue_holds_no_more_than_it_may(tmp_path):
    with library(tmp_path, held_bytes=3 * RATE * 4) as (tracks, loads):
        for slot in range(6):
            assert await tracks.prepare(item(tmp_path, slot), RATE)
        assert tracks.let_go(0, [0, 1]) == [2, 3, 4]
        assert [slot in tracks for slot in range(6)] == [True, True, False, False, False, True]
        assert tracks.let_go(5, [5]) == []
        await until(lambda: len(list((tmp_path / "cache").glob("*.json"))) == 3, "the disk is given back")
        assert await tracks.prepare(item(tmp_path, 3), RATE)
        assert [load.slot for load in loads] == [0, 1, 2, 3, 4, 5, 3]


async def test_everything_goes_when_the_queue_does(tmp_path):
    with library(tmp_path) as (tracks, _):
        await tracks.prepare(item(tmp_path, 0), RATE)
        tracks.forget()
        assert 0 not in tracks
        await until(lambda: not list((tmp_path / "cache").iterdir()), "the disk is given back")


async def test_a_track_is_ready_as_far_as_it_is_decoded(tmp_path):
    long = QueueItem(0, "0", "Mix", "", long_mp3(tmp_path / "long.mp3", 24))
    with library(tmp_path) as (tracks, loads):
        fractions = []
        assert await tracks.prepare(long, RATE, progress=fractions.append)
        assert tracks.ready(0, 0)
        assert not tracks.ready(0, 24 * 38_688.0)
        assert tracks.duration_ms(0) is None
        assert await tracks.prepare(long, RATE, position_ms=24 * 38_688.0)
        assert tracks.ready(0, 1e12), "a whole track is ready wherever one goes: it is known where it ends"
        assert tracks.duration_ms(0) == pytest.approx(24 * 38_688, rel=0.01)
        assert [load.pcm.complete for load in loads] == [False] * (len(loads) - 1) + [True]


async def test_a_track_that_can_not_be_played_is_refused_to_all_who_wait(tmp_path):
    (tmp_path / "bad.mp3").write_bytes(b"shopping list" * 100)
    bad = QueueItem(0, "0", "Bad", "", tmp_path / "bad.mp3")
    with library(tmp_path) as (tracks, loads):
        for urgent in (True, False):
            with pytest.raises(TrackError, match="“Bad” can't be played: it holds no sound"):
                await tracks.prepare(bad, RATE, urgent=urgent)
        assert loads == []

"""Fingerprints of real files by a real worker process, kept in a real database."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from client.fingerprint.fingerprint import fingerprint
from client.recordings.cache import SavedFingerprints
from client.recordings.reader import RecordingReader

DEMO = Path(__file__).parents[3] / "assets" / "demo"


@pytest.fixture
def songs(tmp_path):
    """Return two songs, under names that need care."""
    found = [tmp_path / "Größe 走る.mp3", tmp_path / os.fsdecode(b"no \xff text.mp3")]
    for source, target in zip(sorted(DEMO.glob("*.mp3")), found, strict=False):
        shutil.copy(source, target)
    return found


@pytest.fixture
def cache(tmp_path):
    return lambda: SavedFingerprints(tmp_path / "cache" / "fingerprints.db")


async def read(files, cache=None):
    async with RecordingReader(cache) as reader:
        reader.begin(files)
        await reader.wait()
        assert reader.is_done
        return dict(reader.known)


def no_worker(monkeypatch):
    """Take the worker away: whatever is known from now on comes from the cache."""

    def refuse(*_arguments):
        raise OSError("no more processes")

    monkeypatch.setattr("client.recordings.reader.WorkerProcess", refuse)


async def test_every_file_that_holds_music_is_known_and_the_others_are_left_out(songs, tmp_path):
    (tmp_path / "empty.mp3").touch()
    files = [tmp_path / "empty.mp3", songs[0], tmp_path / "gone.mp3", tmp_path, songs[1], songs[0]]
    assert await read(files) == {str(song): fingerprint(song) for song in songs}


async def test_what_was_read_is_kept_until_the_file_changes(songs, cache, monkeypatch):
    known = await read(songs, cache)
    no_worker(monkeypatch)
    assert await read(songs, cache) == known
    os.utime(songs[0], (1, 1))
    songs[1].unlink()
    assert await read(songs, cache) == {}


async def test_without_a_worker_or_with_nothing_to_read_nothing_is_known_and_nothing_fails(songs, monkeypatch):
    no_worker(monkeypatch)
    assert await read(songs) == {}
    assert await read([]) == {}
    async with RecordingReader() as reader:
        assert reader.is_done
        await reader.wait()


async def test_a_cache_that_can_not_be_opened_or_breaks_costs_only_time(songs, tmp_path, cache, caplog):
    (tmp_path / "file").touch()
    known = await read(songs, lambda: SavedFingerprints(tmp_path / "file" / "fingerprints.db"))
    assert len(known) == 2

    def broken():
        found = cache()
        with sqlite3.connect(tmp_path / "cache" / "fingerprints.db") as database:
            database.execute("DROP TABLE fingerprint")
        database.close()
        return found

    assert await read(songs, broken) == known
    assert caplog.text.count("Fingerprints are not kept") == 2


async def test_closing_ends_the_reading_at_once(tmp_path):
    song = max(DEMO.glob("*.mp3"), key=lambda file: file.stat().st_size)
    files = [tmp_path / f"{number}.mp3" for number in range(500)]
    # One song under many names: it costs no disk, and would be read for many seconds.
    shutil.copy(song, files[0])
    for file in files[1:]:
        file.hardlink_to(files[0])
    async with RecordingReader() as reader:
        reader.begin(files)
        await reader.wait(0.2)
        assert not reader.is_done
    assert reader.is_done
    assert len(reader.known) < len(files)


async def test_closed_before_it_began_to_read_it_reads_nothing(songs):
    reader = RecordingReader()
    reader.begin(songs)
    await reader.aclose()
    assert reader.is_done
    await reader.aclose()

"""Fingerprints and the process that makes them, for one library and for two."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from client.fingerprint.model import Fingerprint, RateMode
from client.library.library import Library
from client.matching.model import Confidence
from client.recordings.cache import SavedFingerprints
from tests.client.library.scanned import FIRST, ID, SECOND, THIRD, scanned
from tests.client.music_files import write_mp3


async def test_fingerprints_are_made_once(library, music, playlist):
    await scanned(library, music)
    await library.save_playlist(playlist)
    told = []
    first = await library.fingerprints(ID, told.append)
    await asyncio.sleep(0)
    assert set(first) == {FIRST, SECOND, THIRD}
    assert len({it.audio_hash for it in first.values()}) == 3
    assert (told[0].done, told[0].total, told[-1].done) == (0, 3, 3)
    told.clear()
    assert await library.fingerprints(ID, told.append) == first
    await asyncio.sleep(0)
    assert [(it.done, it.total) for it in told] == [(3, 3)]


async def test_a_session_and_the_library_make_a_fingerprint_once_between_them(library, music, playlist, tmp_path):
    saved = SavedFingerprints(tmp_path / "data" / "fingerprints.db")
    status = (music / "0.mp3").stat()
    other = Fingerprint("f" * 32, 1, 44_100, "", RateMode.CBR)
    saved.keep(str(music / "0.mp3"), status.st_mtime_ns, status.st_size, other)
    await scanned(library, music)
    await library.save_playlist(playlist)
    found = await library.fingerprints(ID)
    assert found[FIRST] == other
    assert saved.find(str(music / "1.mp3")) == found[SECOND]
    await library.remove_folder(music)
    assert saved.all() == {}
    saved.close()


async def test_a_file_without_a_fingerprint_is_named(library, music, playlist):
    write_mp3(music / "2.mp3", "Third Rail", "Ann", "Numbers", duration_ms=22_000)
    await scanned(library, music)
    await library.save_playlist(playlist)
    told = []
    found = await library.fingerprints(ID, told.append)
    await asyncio.sleep(0)
    assert set(found) == {FIRST, SECOND}
    (problem,) = told[-1].problems
    assert problem.path == music / "2.mp3"
    assert problem.message.startswith("the file is cut short")


async def test_two_libraries_in_one_folder_see_each_other(library, music, playlist, tmp_path):
    other = await Library.open(tmp_path / "data")
    await library.save_playlist(playlist)
    await scanned(other, music)
    assert await library.count_paired(ID) == 3
    assert [Path(str(path)) for path in await library.folders()] == [music]
    await other.aclose()


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's here")
async def test_a_worker_that_was_killed_is_replaced(library, music, playlist):
    await scanned(library, music)
    await library.save_playlist(playlist)
    worker = library._workshop._worker
    os.kill(worker.pid, signal.SIGKILL)
    await asyncio.to_thread(worker._process.wait)
    assert len(await library.fingerprints(ID)) == 3
    assert library._workshop._worker is not worker


async def test_an_order_that_is_cancelled_ends_its_worker(library, music, playlist):
    await scanned(library, music)
    saving = asyncio.create_task(library.save_playlist(playlist))
    while not library._workshop._lock.locked():  # noqa: ASYNC110 - nobody tells when an order begins
        await asyncio.sleep(0)
    saving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saving
    assert library._workshop._worker is None
    assert await library.count_paired(ID) == 0
    assert [match.confidence for match in await library.matches(ID)][:3] == [Confidence.SURE] * 3

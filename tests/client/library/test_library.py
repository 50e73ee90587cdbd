"""The library as its users have it: folders in, playlists paired, and what changes between two scans."""

import asyncio
import shutil

import pytest

from client.library.errors import LibraryError
from client.library.library import Library
from client.library.model import PlaylistSummary, ScanStage
from client.matching.model import Confidence
from client.pairing import Pairing
from client.playlist.model import Playlist
from tests.client.library.conftest import song, track
from tests.client.library.scanned import FIRST, FOURTH, ID, SECOND, file_names, scanned
from tests.client.music_files import mp3_frames, write_mp3


async def test_from_a_folder_and_a_playlist_to_a_pairing(library, music, playlist):
    told = []
    await library.add_folder(music)
    summary = await library.scan(told.append)
    assert (summary.found, summary.new, summary.changed, summary.gone, summary.problems) == (3, 3, 0, 0, ())
    assert told[-1].stage is ScanStage.READING
    assert (told[-1].found, told[-1].to_read, told[-1].read) == (3, 3, 3)

    saved = await library.save_playlist(playlist)
    assert saved == PlaylistSummary(ID, "Numbers", "", "https://img.example/1", 4, 4, 3, 0)
    assert not saved.fully_paired
    assert await library.playlists() == [saved]
    assert await library.count_paired(ID) == 3
    pairing = await library.pairing(ID)
    assert isinstance(pairing, Pairing)
    assert (pairing.playlist_id, pairing.playlist_name, pairing.count_paired) == (ID, "Numbers", 3)
    assert [track.file for track in pairing.tracks] == [*(music / f"{number}.mp3" for number in range(3)), None]
    matches = await library.matches(ID)
    assert [match.confidence for match in matches] == [Confidence.SURE] * 3 + [Confidence.MISSING]

    song(music / "more" / "4.mp3", "Fourth Wall", 3)
    await library.scan(told.append)
    assert told[-1].stage is ScanStage.MATCHING
    assert (await library.summary(ID)).fully_paired


async def test_how_many_files_there_are_is_known_without_another_scan(library, music, tmp_path):
    assert await library.count_files() == 0
    await scanned(library, music)
    (music / "1.mp3").unlink()
    await library.scan()
    await library.aclose()
    again = await Library.open(tmp_path / "data")
    assert await again.count_files() == 2
    outside = song(tmp_path / "music-elsewhere" / "0.mp3", "Fourth Wall", 3)
    await again.save_playlist(Playlist(ID, "Numbers", (track(3, "Fourth Wall"),)))
    await again.pair(ID, FOURTH, outside)
    assert await again.count_files() == 2, "one that was chosen outside of the folders is none of theirs"
    await again.aclose()


async def test_covers_are_those_of_the_first_paired_files_of_each_album(library, music, playlist):
    pictures = {1: b"one", 2: b"two"}
    for position, picture in pictures.items():
        song(music / f"{position}.mp3", ("First Light", "Second Wind", "Third Rail")[position], position, cover=picture)
    await scanned(library, music)
    await library.save_playlist(playlist)
    found = await library.files_with_cover(ID, 4)
    assert found == [(music / "1.mp3", (music / "1.mp3").stat().st_mtime_ns)], "both are of one album"
    for position, picture in pictures.items():
        path, title = music / f"{position}.mp3", ("First Light", "Second Wind", "Third Rail")[position]
        write_mp3(path, title, "Ann", duration_ms=20_000 + 1000 * position, cover=picture)
    await library.scan()
    assert [path.name for path, _ in await library.files_with_cover(ID, 4)] == ["1.mp3", "2.mp3"]
    assert [path.name for path, _ in await library.files_with_cover(ID, 1)] == ["1.mp3"]
    await library.unpair(ID, SECOND)
    assert [path.name for path, _ in await library.files_with_cover(ID, 4)] == ["2.mp3"]


async def test_a_second_scan_reads_only_what_changed(library, music):
    await scanned(library, music)
    song(music / "0.mp3", "First Light (2020 Remaster)", 0)
    (music / "1.mp3").unlink()
    write_mp3(music / "new.mp3", "New")
    summary = await library.scan()
    assert (summary.found, summary.new, summary.changed, summary.gone) == (3, 1, 1, 1)
    again = await library.scan()
    assert (again.found, again.new, again.changed, again.gone) == (3, 0, 0, 0)


async def test_a_file_that_has_gone_pairs_nothing(library, music, playlist):
    await scanned(library, music)
    await library.save_playlist(playlist)
    (music / "1.mp3").unlink()
    await library.scan()
    assert await file_names(library) == ["0.mp3", None, "2.mp3", None]


async def test_playlists_are_kept_replaced_and_forgotten(library, music, playlist, tmp_path):
    await scanned(library, music)
    await library.save_playlist(playlist)
    shorter = Playlist(ID, "Renamed", playlist.tracks[:1], "owner", "snapshot")
    assert await library.save_playlist(shorter) == PlaylistSummary(ID, "Renamed", "owner", None, 1, 1, 1, 0)
    await library.aclose()
    reopened = await Library.open(tmp_path / "data")
    assert await reopened.playlist(ID) == shorter
    assert await reopened.count_paired(ID) == 1
    await reopened.remove_playlist(ID)
    assert await reopened.playlists() == []
    for work in (
        reopened.playlist,
        reopened.count_paired,
        reopened.matches,
        reopened.pairing,
        reopened.remove_playlist,
    ):
        with pytest.raises(LibraryError, match="import it first"):
            await work(ID)
    await reopened.aclose()


async def test_a_folder_that_is_removed_takes_its_files_with_it(library, music, playlist, tmp_path):
    song(tmp_path / "second" / "3.mp3", "Fourth Wall", 3)
    await scanned(library, music)
    await library.add_folder(tmp_path / "second")
    await library.add_folder(tmp_path / "second")
    await library.save_playlist(playlist)
    await library.scan()
    assert await library.folders() == [music, tmp_path / "second"]
    await library.pair(ID, FIRST, music / "0.mp3")
    await library.remove_folder(music)
    # What was chosen by hand stays chosen.
    assert await file_names(library) == ["0.mp3", None, None, "3.mp3"]
    await library.scan()
    assert await file_names(library) == ["0.mp3", None, None, "3.mp3"]
    with pytest.raises(LibraryError, match="none of your music folders"):
        await library.remove_folder(music)


async def test_a_folder_must_be_one(library, tmp_path):
    (tmp_path / "file").write_text("x")
    for wrong in ("file", "gone"):
        with pytest.raises(LibraryError, match="is no folder"):
            await library.add_folder(tmp_path / wrong)
    assert await library.folders() == []


async def test_what_is_wrong_with_a_file_is_told_at_every_scan(library, music):
    path = write_mp3(music / "bad.mp3", "x")
    path.write_bytes(b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + mp3_frames())
    (music / "empty.mp3").touch()
    await scanned(library, music)
    summary = await library.scan()
    assert summary.found == 5
    assert [problem.path.name for problem in summary.problems] == ["empty.mp3", "bad.mp3"]


async def test_a_scan_that_is_cancelled_ends_and_keeps_what_it_read(library, tmp_path):
    folder = tmp_path / "many"
    write_mp3(folder / "0.mp3", "x")
    for number in range(1, 2000):
        shutil.copy(folder / "0.mp3", folder / f"{number}.mp3")
    await library.add_folder(folder)
    reading = asyncio.Event()

    def on_progress(progress):
        if progress.read:
            reading.set()

    task = asyncio.create_task(library.scan(on_progress))
    await reading.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    summary = await library.scan()
    assert summary.found == 2000
    assert summary.new < 2000

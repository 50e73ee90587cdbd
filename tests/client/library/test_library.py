"""The library as its users have it: folders in, playlists paired, and choices that outlive moves."""

import asyncio
import os
import shutil
import signal
from pathlib import Path

import pytest
from mutagen.id3 import ID3, TIT2

from client.fingerprint.model import Fingerprint, RateMode
from client.library.errors import LibraryError
from client.library.library import Library
from client.library.model import PlaylistSummary, ScanStage
from client.matching.model import Confidence, MatchReason
from client.pairing import Pairing
from client.playlist.model import Playlist, PlaylistTrack, TrackKind
from client.recordings.cache import SavedFingerprints
from tests.client.library.conftest import song, track
from tests.client.music_files import mp3_frames, write_mp3

ID = "spotify:playlist:numbers"
FIRST, SECOND, THIRD, FOURTH = (f"spotify:track:{name}" for name in ("first", "second", "third", "fourth"))


async def scanned(library, folder):
    await library.add_folder(folder)
    return await library.scan()


async def file_names(library):
    return [None if it.file is None else it.file.name for it in (await library.pairing(ID)).tracks]


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


async def test_a_choice_waits_for_no_scan_and_outlives_it(library, music, playlist):
    song(music / "spare.mp3", "Quite Another", 9)
    await scanned(library, music)
    await library.save_playlist(playlist)
    # As while a scan reads a slow disk.
    async with library._scanning:
        await asyncio.wait_for(library.pair(ID, FOURTH, music / "spare.mp3"), 60)
        await asyncio.wait_for(library.unpair(ID, SECOND), 60)
        assert await asyncio.wait_for(file_names(library), 60) == ["0.mp3", None, "2.mp3", "spare.mp3"]
    song(music / "more.mp3", "Another", 5)
    await library.scan()
    assert await file_names(library) == ["0.mp3", None, "2.mp3", "spare.mp3"]


async def test_a_choice_in_the_middle_of_a_scan_is_kept(library, music, playlist):
    song(music / "spare.mp3", "Quite Another", 9)
    await scanned(library, music)
    await library.save_playlist(playlist)
    for number in range(40):
        song(music / "more" / f"{number}.mp3", f"More {number}", 1)
    chosen = []

    def told(progress):
        if not chosen:
            chosen.append(asyncio.ensure_future(library.pair(ID, FOURTH, music / "spare.mp3")))

    await library.scan(told)
    await chosen[0]
    assert await file_names(library) == ["0.mp3", "1.mp3", "2.mp3", "spare.mp3"]


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


async def test_what_is_chosen_by_hand_stays_wherever_the_file_goes(library, music, playlist, tmp_path):
    other = song(music / "zz other.mp3", "Something Else Entirely", 40)
    await scanned(library, music)
    await library.save_playlist(playlist)
    await library.pair(ID, FOURTH, other)
    match = (await library.matches(ID))[3]
    assert (match.confidence, match.best.reason, match.best.file.path) == (Confidence.SURE, MatchReason.MANUAL, other)
    assert await library.count_paired(ID) == 4

    moved = music / "elsewhere" / "renamed.mp3"
    moved.parent.mkdir()
    other.rename(moved)
    await library.scan()
    assert (await library.pairing(ID)).tracks[3].file == moved

    tags = ID3(moved)
    tags.add(TIT2(encoding=3, text=["Retagged " * 50]))
    tags.save(moved)
    again = music / "once more.mp3"
    moved.rename(again)
    await library.scan()
    match = (await library.matches(ID))[3]
    assert (match.best.file.path, match.best.reason) == (again, MatchReason.MANUAL)


async def test_two_files_that_swap_their_names_keep_their_tracks(library, music, playlist):
    one, two = song(music / "zz one.mp3", "Odd", 40), song(music / "zz two.mp3", "Even", 40)
    await scanned(library, music)
    await library.save_playlist(playlist)
    await library.pair(ID, FOURTH, one)
    await library.pair(ID, THIRD, two)
    one.rename(music / "x")
    two.rename(one)
    (music / "x").rename(two)
    await library.scan()
    tracks = (await library.pairing(ID)).tracks
    assert (tracks[3].file, tracks[2].file) == (two, one)


async def test_a_better_copy_in_the_same_place_stays_chosen(library, music, playlist):
    other = song(music / "zz other.mp3", "Something", 40)
    await scanned(library, music)
    await library.save_playlist(playlist)
    await library.pair(ID, FOURTH, other)
    song(other, "Something Better", 41)
    await library.scan()
    assert (await library.pairing(ID)).tracks[3].file == other


async def test_what_was_unpaired_stays_so_until_the_person_changes_their_mind(library, music, playlist):
    await scanned(library, music)
    await library.save_playlist(playlist)
    await library.unpair(ID, FIRST)
    match = (await library.matches(ID))[0]
    assert (match.confidence, match.best) == (Confidence.MISSING, None)
    assert [it.file.path.name for it in match.alternatives] == ["0.mp3"]
    (music / "0.mp3").rename(music / "00.mp3")
    await library.scan()
    assert await file_names(library) == [None, "1.mp3", "2.mp3", None]
    await library.forget_choice(ID, FIRST)
    assert await file_names(library) == ["00.mp3", "1.mp3", "2.mp3", None]


async def test_what_is_to_check_waits_for_a_yes(library, music, playlist):
    write_mp3(music / "x.mp3", "Fourth Wall", "Ann", "Numbers", duration_ms=35_000)
    await scanned(library, music)
    saved = await library.save_playlist(playlist)
    assert (saved.paired, saved.to_check) == (3, 1)
    assert (await library.matches(ID))[3].confidence is Confidence.CHECK
    assert (await library.pairing(ID)).tracks[3].file is None
    assert await library.confirm(ID, FIRST) == 0
    assert await library.confirm(ID, FOURTH) == 1
    summary = await library.summary(ID)
    assert (summary.paired, summary.to_check, summary.fully_paired) == (4, 0, True)
    await library.scan()
    assert await library.count_paired(ID) == 4


async def test_a_choice_holds_for_the_track_in_every_playlist_and_twice_in_one(library, music, playlist):
    await scanned(library, music)
    twice = Playlist("other", "Other", (playlist.tracks[3], track(1, "Fourth Wall")))
    await library.save_playlist(playlist)
    await library.save_playlist(twice)
    await library.pair(ID, FOURTH, music / "0.mp3")
    assert await library.count_paired("other") == 2
    assert await library.count_paired(ID) == 4


async def test_a_file_from_anywhere_may_be_chosen(library, music, playlist, tmp_path):
    await scanned(library, music)
    await library.save_playlist(playlist)
    outside = song(tmp_path / "outside" / "a.mp3", "Who knows", 40)
    await library.pair(ID, FOURTH, outside)
    await library.scan()
    assert (await library.pairing(ID)).tracks[3].file == outside


async def test_the_files_that_a_playlist_names_are_found(library, tmp_path):
    named = song(tmp_path / "named" / "a.mp3", "First Light", 0)
    hinted = Playlist("m3u", "List", (track(0, "First Light", file_hint=named),))
    assert (await library.save_playlist(hinted)).fully_paired
    (match,) = await library.matches("m3u")
    assert match.best.file.path == named


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: folder / "gone.mp3", "there is no such file"),
        (lambda folder: folder, "can't be read"),
        (lambda folder: write_mp3(folder / "e.mp3").write_bytes(b"") or folder / "e.mp3", "is empty"),
    ],
)
async def test_a_file_that_plays_nothing_can_not_be_chosen(library, playlist, tmp_path, make, said):
    await library.save_playlist(playlist)
    with pytest.raises(LibraryError, match=said):
        await library.pair(ID, FIRST, make(tmp_path))
    assert await library.count_paired(ID) == 0


async def test_what_is_no_music_can_not_be_paired(library, tmp_path):
    episode = Playlist("p", "P", (PlaylistTrack(0, "spotify:episode:1", "Talk", kind=TrackKind.UNSUPPORTED),))
    assert (await library.save_playlist(episode)).pairable == 0
    with pytest.raises(LibraryError, match="no music that a file could play"):
        await library.pair("p", "spotify:episode:1", tmp_path / "a.mp3")
    with pytest.raises(LibraryError, match="has no track"):
        await library.unpair("p", "spotify:track:1")


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

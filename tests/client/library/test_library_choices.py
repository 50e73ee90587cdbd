"""What a person chooses by hand stays chosen, whatever becomes of the files."""

import asyncio

import pytest
from mutagen.id3 import ID3, TIT2

from client.library.errors import LibraryError
from client.matching.model import Confidence, MatchReason
from client.playlist.model import Playlist, PlaylistTrack, TrackKind
from tests.client.library.conftest import song, track
from tests.client.library.scanned import FIRST, FOURTH, ID, SECOND, THIRD, file_names, scanned
from tests.client.music_files import write_mp3


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

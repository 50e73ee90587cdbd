"""Files that go and come back."""

from tests.client.library.scanned import ID, scanned


async def test_a_disk_that_is_away_comes_back_unread(library, music, playlist, tmp_path):
    await scanned(library, music)
    await library.save_playlist(playlist)
    music.rename(tmp_path / "unplugged")
    away = await library.scan()
    assert [problem.path for problem in away.problems] == [music]
    assert await library.count_paired(ID) == 0
    (tmp_path / "unplugged").rename(music)
    back = await library.scan()
    assert (back.found, back.new, back.changed) == (3, 0, 0)
    assert await library.count_paired(ID) == 3


async def test_a_file_that_is_deleted_pairs_nothing_and_one_that_is_back_does_without_a_scan(
    library, music, playlist, tmp_path
):
    await library.add_folder(music)
    await library.scan()
    await library.save_playlist(playlist)
    assert (await library.pairing(playlist.playlist_id)).count_paired == 3
    (music / "1.mp3").rename(tmp_path / "elsewhere.mp3")
    pairing = await library.pairing(playlist.playlist_id)
    assert [track.playlist_position for track in pairing.tracks if track.file is not None] == [0, 2]
    assert (await library.summary(playlist.playlist_id)).paired == 2
    (tmp_path / "elsewhere.mp3").rename(music / "1.mp3")
    assert (await library.summary(playlist.playlist_id)).paired == 2, "nobody has looked"
    await library.matches(playlist.playlist_id)
    assert (await library.summary(playlist.playlist_id)).paired == 3
    (music / "1.mp3").unlink()
    summary = await library.scan()
    assert summary.gone == 1
    assert (await library.summary(playlist.playlist_id)).paired == 2

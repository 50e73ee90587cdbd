"""The library's bench: its collection is what it says."""

from client.fingerprint.fingerprint import fingerprint
from client.scan.outcome import ScannedFile
from client.scan.tags import read_file
from tests.client.bench.music import Song, make_collection, make_playlist, make_whole_files


def test_the_collection_is_real_music_with_the_tags_it_should_have(tmp_path):
    make_collection(tmp_path, 13)
    song = Song(11)
    scanned = read_file(str(tmp_path / song.path))
    assert isinstance(scanned, ScannedFile)
    assert scanned.problem is None
    file = scanned.file
    assert (file.title, file.artist, file.album, file.isrcs) == (song.title, song.artist, song.album, (song.isrc,))
    assert abs(file.duration_ms - song.duration_ms) < 30
    assert make_playlist(13, 13).tracks[11].title == song.title


def test_the_whole_files_are_whole_and_differ(tmp_path):
    one, other = map(fingerprint, make_whole_files(tmp_path, 2, 1))
    assert one.audio_hash != other.audio_hash
    assert one.samples == (1_000_000 // 417 + 1) * 1152

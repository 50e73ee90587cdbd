from client.fingerprint.fingerprint import fingerprint
from tests.bench.fingerprints import make_songs, measure


def test_every_song_of_the_bench_is_read_once(tmp_path):
    songs = make_songs(tmp_path, 2, minutes=1)
    found = measure(songs)
    assert found.files == 2
    assert found.files_per_s > 0
    assert fingerprint(songs[0]) == fingerprint(songs[1])
    assert songs[0].read_bytes() != songs[1].read_bytes()

from pathlib import Path

import pytest

from client.playlist.errors import PlaylistFileError
from client.playlist.importing import import_playlist
from client.playlist.model import TrackKind

M3U = """#EXTM3U
#PLAYLIST:Morgenlauf
#EXTINF:185,Somebody - A Song - Live
music/a.mp3
#EXTINF:-1 tvg-id="x" logo="a,b",Nameless
#EXTALB:LP
#EXTART:Band
../b.flac

/abs/Somebody - C.mp3
sub\\d.mp3
"""


def test_files_are_hints_and_extinf_says_their_names(write, tmp_path):
    found = import_playlist(write(M3U, "list.m3u8"))
    assert found.name == "Morgenlauf"
    assert [track.file_hint for track in found.tracks] == [
        tmp_path / "music/a.mp3",
        tmp_path / "../b.flac",
        Path("/abs/Somebody - C.mp3"),
        tmp_path / "sub/d.mp3",
    ]
    assert [(track.title, track.artist, track.album, track.duration_ms) for track in found.tracks] == [
        ("A Song - Live", "Somebody", "", 185_000),
        ("Nameless", "Band", "LP", None),
        ("Somebody - C", "", "", None),
        ("d", "", "", None),
    ]


def test_the_same_list_has_the_same_id_on_two_machines(write, tmp_path):
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "b.m3u").write_text(M3U.replace("music/a.mp3", "C:\\Music\\a.mp3").replace("/abs/", "file:///home/me/"))
    assert import_playlist(other / "b.m3u").playlist_id == import_playlist(write(M3U, "a.m3u")).playlist_id


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("file:///home/me/A%20b.mp3", "/home/me/A b.mp3"),
        ("file://localhost/home/me/b.mp3", "/home/me/b.mp3"),
        ("FILE:/home/me/b.mp3", "/home/me/b.mp3"),
        ("./b.mp3", "{}/b.mp3"),
        ("100%.mp3", "{}/100%.mp3"),
        ("100%25.mp3", "{}/100%25.mp3"),
        ("An%20Encoded.mp3", "{}/An Encoded.mp3"),
    ],
)
def test_every_way_to_name_a_file_is_read(write, tmp_path, entry, expected):
    (tmp_path / "An Encoded.mp3").touch()
    (track,) = import_playlist(write(f"#EXTM3U\n{entry}\n")).tracks
    assert track.file_hint == Path(expected.format(tmp_path))


@pytest.mark.parametrize(
    "entry", ["C:\\Music\\b.mp3", "\\\\nas\\music\\b.mp3", "file:///C:/Music/b.mp3", "file://nas/music/b.mp3"]
)
def test_a_windows_path_is_looked_for_beside_the_list(write, tmp_path, entry):
    found = import_playlist(write(f"{entry}\r\n", "a.m3u"))
    assert found.tracks[0].file_hint == tmp_path / "b.mp3"
    assert "on another computer" in found.remarks[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_told_apart(write, encoding):
    (track,) = import_playlist(write("#EXTM3U\n#EXTINF:1,Bjö - Ä\nä.mp3\n", "a.m3u", encoding)).tracks
    assert (track.title, track.file_hint.name) == ("Ä", "ä.mp3")


def test_a_name_that_only_looks_encoded_is_left_alone(write, tmp_path):
    for name in ("A%20b.mp3", "A b.mp3"):
        (tmp_path / name).touch()
    assert import_playlist(write("A%20b.mp3\n")).tracks[0].file_hint == tmp_path / "A%20b.mp3"


def test_streams_keep_their_rows_and_pieces_of_a_stream_are_refused(write):
    found = import_playlist(write("#EXTM3U\nhttp://radio/x.mp3\na.mp3\nspotify:track:4iV5W9uYEdYUVa79Axb7Rh\n"))
    assert [track.kind for track in found.tracks] == [TrackKind.UNSUPPORTED, TrackKind.TRACK, TrackKind.TRACK]
    assert found.tracks[2].track_id == "spotify:track:4iV5W9uYEdYUVa79Axb7Rh"
    with pytest.raises(PlaylistFileError, match="pieces of a stream"):
        import_playlist(write("#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:9,\nseg1.ts\n"))


@pytest.mark.parametrize(
    ("seconds", "duration_ms"),
    [("213", 213_000), ("213.5", 213_500), ("10800", 10_800_000), ("0", None), ("-1", None), ("1.2.3", None)],
)
def test_extinf_counts_seconds_however_many_there_are(write, seconds, duration_ms):
    (track,) = import_playlist(write(f"#EXTM3U\n#EXTINF:{seconds},DJ - Long Mix\na.mp3\n")).tracks
    assert (track.title, track.duration_ms) == ("Long Mix", duration_ms)


def test_a_line_of_blanks_takes_no_time(write):
    found = import_playlist(write("#EXTM3U\n#EXTINF:" + " " * 2_000_000 + 'a="' * 100_000 + "\na.mp3\n"))
    assert found.count_pairable == 1

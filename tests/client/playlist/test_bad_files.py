"""Whatever stands in a file: a playlist that the wire can carry, or a sentence."""

import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

import client.playlist.source as source
from client.pairing import load_pairing, save_pairing
from client.playlist.draft import MAX_REMARKS
from client.playlist.errors import PlaylistFileError
from client.playlist.importing import import_playlist
from client.playlist.json_file import pairing_of
from client.playlist.model import TrackKind
from protocol import limits
from protocol.wire import Identifier, Name
from tests.client.playlist.conftest import APP_HEADER, APP_ROWS, NET_HEADER, NET_ROWS, URIS

IDENTIFIER, NAME = TypeAdapter(Identifier), TypeAdapter(Name)


def assert_fit_for_the_wire(playlist):
    IDENTIFIER.validate_python(playlist.playlist_id)
    NAME.validate_python(playlist.name)
    assert [track.playlist_position for track in playlist.tracks] == list(range(len(playlist.tracks)))
    for track in playlist.tracks:
        IDENTIFIER.validate_python(track.track_id)
        for text in (track.title, track.album, *track.artists):
            assert len(text) <= 300
            assert text.isprintable()
        assert track.duration_ms is None or track.duration_ms >= 0
        assert track.file_hint is None or track.file_hint.is_absolute()
    assert all(remark.isprintable() for remark in playlist.remarks)


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf \r\n", "the file is empty"),
        (b"\xff\xfe\r\0\n\0", "the file is empty"),
        (b"\0" * 100, "the file is empty"),
        (b"\xff\xfb\x90\x64" + bytes(range(256)) * 40, "no text"),
        (b"PK\x03\x04" + bytes(range(200)) * 40, "no text"),
        (b"Dear diary,\ntoday I ran.\n", "no playlist that is known"),
        (b"name,age\nAnn,30\n", "no playlist that is known"),
        (b"https://open.spotify.com/playlist/37i9dQZF1DXcBWIGoYBM5M\n", "no playlist that is known"),
        (b"Title,Artist" + b"\n" * 2_000_001, "more than 1,000,000 lines"),
        (b"#EXTM3U\n", "no rows"),
        (f"{APP_HEADER}\n".encode(), "no rows"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_is_no_playlist_is_refused(write, content, finding):
    with pytest.raises(PlaylistFileError, match=f"Morning_run.csv: .*{finding}") as caught:
        import_playlist(write(content))
    assert caught.value.code == "playlist_file"


def test_what_can_not_be_read_is_told(tmp_path):
    with pytest.raises(PlaylistFileError, match="no such file"):
        import_playlist(tmp_path / "nowhere.csv")
    with pytest.raises(PlaylistFileError, match="is a folder"):
        import_playlist(tmp_path)
    with pytest.raises(PlaylistFileError, match="can't be read"):
        import_playlist(Path("a\0b"))
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.m3u")
        with pytest.raises(PlaylistFileError, match="not a file"):
            import_playlist(tmp_path / "pipe.m3u")


def test_a_file_that_is_too_large_is_refused(write, monkeypatch):
    path = write("\n".join([APP_HEADER, *APP_ROWS]))
    monkeypatch.setattr(source, "MAX_FILE_BYTES", 100)
    with pytest.raises(PlaylistFileError, match="larger than"):
        import_playlist(path)


def test_a_hundred_thousand_rows_are_a_playlist(write):
    rows = [f"Song {number},Somebody" for number in range(100_000)]
    assert len(import_playlist(write("\n".join(["Title,Artist", *rows]))).tracks) == 100_000


def test_more_rows_than_the_wire_can_count_are_refused(write, monkeypatch):
    monkeypatch.setattr(limits, "MAX_PLAYLIST_POSITION", 3)
    assert len(import_playlist(write("Title,Artist\nA,X\nB,X\nC,X\n")).tracks) == 3
    with pytest.raises(PlaylistFileError, match="more than 3 rows"):
        import_playlist(write("Title,Artist\nA,X\nB,X\nC,X\nD,X\n"))


def test_hostile_names_are_cut_and_cleaned(write):
    name = "x" * 10_000
    rows = [f'"{name}",{name}', "A\0B\x1b[31m\u202e\x85,X\x07", f"spotify:track:{name},X", f'"{"y" * 200_000}",Z']
    found = import_playlist(write("\n".join(["Title,Artist", *rows])))
    assert_fit_for_the_wire(found)
    assert found.tracks[1].title == "A B [31m"
    assert found.tracks[3].kind is TrackKind.UNAVAILABLE


def test_remarks_are_counted_and_not_endless(write):
    rows = ["spotify:track:!,A,L,X"] * 1000
    found = import_playlist(write("\n".join([NET_HEADER, *NET_ROWS, *rows])))
    assert len(found.remarks) == MAX_REMARKS + 1
    assert found.remarks[-1] == "and 980 more remarks like these"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


PIECES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [APP_HEADER, NET_HEADER, *APP_ROWS, *NET_ROWS, *URIS, "Title,Artist", "#EXTM3U", "#EXTINF:1,A - B"]
    ),
    st.sampled_from(
        ["a.mp3", "C:\\a.mp3", "file:///%00.mp3", "file://[", "http://a", '"', ";;;", "<playlist>", "sep=,"]
    ),
    st.sampled_from(
        ['{"playlists": [{"items": [{"track": {"trackName": 1}}]}]}', "<track><location>a</location></track>"]
    ),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(PIECES, max_size=8), st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["utf-8", "utf-16", "cp1252"])
)
@example(["#EXTM3U", "file:///%00.mp3"], "\n", "utf-8")
@example(["#EXTM3U", "file://["], "\n", "utf-8")
def test_any_text_is_a_playlist_or_a_sentence(folder, pieces, line_end, encoding):
    path = folder / "a.csv"
    path.write_bytes(line_end.join(pieces).encode(encoding, "replace"))
    try:
        found = import_playlist(path)
    except PlaylistFileError:
        return
    assert_fit_for_the_wire(found)
    save_pairing(pairing_of(found, {0: folder / "a.mp3"}), folder / "PAIRING.json")
    again = load_pairing(folder / "PAIRING.json")
    assert [track.track_id for track in again.tracks] == [track.track_id for track in found.tracks]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_any_bytes_are_a_playlist_or_a_sentence(folder, data):
    path = folder / "b"
    path.write_bytes(data)
    with contextlib.suppress(PlaylistFileError):
        assert_fit_for_the_wire(import_playlist(path))

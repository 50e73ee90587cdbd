import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.errors import PairingError
from client.pairing import PairedTrack, Pairing, load_pairing, save_pairing, without_lost_files

TRACKS = [
    {"trackId": "spotify:track:1", "title": "One", "artist": "A", "file": "music/one.mp3"},
    {"trackId": "spotify:track:2", "title": "Two", "artist": "B", "file": None},
    {"trackId": "spotify:track:3", "title": "Three", "artist": "", "file": "/abs/three.mp3"},
]
CONTENT = {"playlistId": "p1", "playlistName": "Run", "tracks": TRACKS}


@pytest.fixture
def write(tmp_path):
    def write(content):
        path = tmp_path / "PAIRING.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    return write


@pytest.fixture
def pairing(write):
    return load_pairing(write(CONTENT))


def test_a_pairing_is_read_in_playlist_order(pairing):
    assert (pairing.playlist_id, pairing.playlist_name) == ("p1", "Run")
    assert [track.playlist_position for track in pairing.tracks] == [0, 1, 2]
    assert [track.track_id for track in pairing.paired] == ["spotify:track:1", "spotify:track:3"]
    assert pairing.count_paired == 2
    assert [str(track) for track in pairing.tracks] == ["A - One", "B - Two", "Three"]


def test_files_are_relative_to_the_pairing_and_may_be_absolute(pairing, tmp_path):
    files = [track.file for track in pairing.tracks]
    assert files == [tmp_path / "music" / "one.mp3", None, Path("/abs/three.mp3")]


def test_a_file_that_is_gone_pairs_nothing_and_one_that_may_be_there_does(pairing, tmp_path):
    assert without_lost_files(pairing).count_paired == 0
    (tmp_path / "music").touch()
    assert without_lost_files(pairing).count_paired == 0
    (tmp_path / "music").unlink()
    (tmp_path / "music").mkdir()
    (tmp_path / "music" / "one.mp3").touch()
    found = without_lost_files(pairing)
    assert [track.file for track in found.tracks] == [tmp_path / "music" / "one.mp3", None, None]
    assert [str(track) for track in found.tracks] == [str(track) for track in pairing.tracks]
    endless = tmp_path / "endless"
    endless.symlink_to(endless)
    unknown = replace(pairing, tracks=(replace(pairing.tracks[0], file=endless),))
    assert without_lost_files(unknown) == unknown


def test_files_are_absolute_even_when_the_pairing_is_named_relatively(write, monkeypatch, tmp_path):
    write(CONTENT)
    monkeypatch.chdir(tmp_path)
    assert load_pairing(Path("PAIRING.json")).tracks[0].file == tmp_path / "music" / "one.mp3"


def test_a_path_in_an_error_is_one_printable_line(tmp_path):
    for name in ("a\x1b[31m\nb.json", os.fsdecode(b"no \xff text.json")):
        with pytest.raises(PairingError) as caught:
            load_pairing(tmp_path / name)
        assert str(caught.value).isprintable()


def test_a_track_may_stand_in_the_playlist_twice(write):
    assert load_pairing(write(CONTENT | {"tracks": [TRACKS[0], TRACKS[0]]})).count_paired == 2


def test_unknown_fields_and_a_byte_order_mark_are_ignored(write):
    path = write(b"\xef\xbb\xbf" + json.dumps(CONTENT | {"madeBy": "me"}).encode())
    assert load_pairing(path).playlist_id == "p1"


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b"{", "not JSON .*line 1"),
        (b"\xff\xfe{\0}\0", "not JSON"),
        (b"ID3\x04\0\0", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        ([], "the file as a whole: "),
        (3, "the file as a whole: "),
        ({}, "playlistId is missing"),
        (CONTENT | {"playlistId": 3}, "playlistId: .*string"),
        (CONTENT | {"playlistName": ""}, "playlistName: "),
        (CONTENT | {"tracks": {}}, "tracks: .*array"),
        (CONTENT | {"tracks": []}, "tracks: the list is empty; pair at least one track"),
        (CONTENT | {"tracks": [TRACKS[0], None]}, r"tracks\[1\]: "),
        (CONTENT | {"tracks": [TRACKS[0], TRACKS[1] | {"file": 3}]}, r"tracks\[1\]\.file: .*write null"),
        (CONTENT | {"tracks": [TRACKS[0] | {"file": ""}]}, r"tracks\[0\]\.file: .*write null"),
        (CONTENT | {"tracks": [TRACKS[0] | {"file": "a\0b"}]}, r"tracks\[0\]\.file: .*write null"),
        (CONTENT | {"tracks": [{"trackId": "t", "title": "T", "artist": "A"}]}, r"tracks\[0\]\.file is missing"),
        (CONTENT | {"tracks": [TRACKS[0] | {"trackId": "x" * 257}]}, r"tracks\[0\]\.trackId: "),
        (b'{"playlistId": "\\ud800"}', "not JSON"),
    ],
)
def test_a_broken_file_is_refused_with_the_place(write, content, finding):
    path = write(content)
    with pytest.raises(PairingError, match=f"PAIRING.json: {finding}"):
        load_pairing(path)


def test_snake_case_is_not_the_format(write):
    with pytest.raises(PairingError, match="playlistId is missing"):
        load_pairing(write({"playlist_id": "p", "playlist_name": "n", "tracks": TRACKS}))


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(PairingError, match=r"NOWHERE\.json: there is no such file"):
        load_pairing(tmp_path / "NOWHERE.json")
    with pytest.raises(PairingError, match=r"this is a folder; name the PAIRING\.json in it"):
        load_pairing(tmp_path)
    with pytest.raises(PairingError, match="can't be read"):
        load_pairing(Path("a\0b"))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(write):
    path = write(CONTENT)
    path.chmod(0)
    with pytest.raises(PairingError, match="may not be read; check its permissions"):
        load_pairing(path)


def test_a_huge_file_is_not_read_to_its_end(tmp_path):
    path = tmp_path / "HUGE.json"
    with path.open("wb") as file:
        file.truncate(40 * 1024**2)
    with pytest.raises(PairingError, match="larger than 32 MB; this is no pairing"):
        load_pairing(path)


NAMES = st.sampled_from(["playlistId", "playlistName", "tracks", "trackId", "title", "artist", "file"])
SCALARS = st.none() | st.booleans() | st.floats() | st.text()


@given(st.recursive(SCALARS, lambda kids: st.lists(kids) | st.dictionaries(NAMES, kids)))
def test_any_json_is_a_pairing_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(content))
    try:
        assert load_pairing(path).tracks
    except PairingError as error:
        assert "any.json: " in str(error)  # noqa: PT017


def test_a_saved_pairing_is_read_back_as_it_was(pairing, tmp_path):
    save_pairing(pairing, tmp_path / "again.json")
    assert load_pairing(tmp_path / "again.json") == pairing


def test_files_are_named_from_the_pairing_that_is_written(tmp_path):
    home, music = tmp_path / "home", tmp_path / "home" / "music"
    music.mkdir(parents=True)
    paths = [home / "a.mp3", music / "b.mp3", tmp_path / "c.mp3", Path("/elsewhere/d.mp3"), None]
    tracks = tuple(PairedTrack(number, f"t{number}", "T", "A", path) for number, path in enumerate(paths))
    save_pairing(Pairing("p", "Run", tracks), music / "PAIRING.json")
    written = json.loads((music / "PAIRING.json").read_bytes())
    assert [track["file"] for track in written["tracks"]] == [
        "../a.mp3",
        "b.mp3",
        "../../c.mp3",
        "/elsewhere/d.mp3",
        None,
    ]
    found = [track.file for track in load_pairing(music / "PAIRING.json").tracks]
    assert [file and file.resolve() for file in found] == paths


def test_a_pairing_in_a_folder_that_is_a_link_names_files_outside_of_it_in_full(tmp_path):
    (tmp_path / "far" / "away").mkdir(parents=True)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "far" / "away")
    tracks = PairedTrack(0, "t", "T", "A", tmp_path / "a.mp3"), PairedTrack(1, "u", "U", "A", link / "b.mp3")
    save_pairing(Pairing("p", "Run", tracks), link / "PAIRING.json")
    assert load_pairing(link / "PAIRING.json").tracks == tracks
    assert '"file": "b.mp3"' in (link / "PAIRING.json").read_text()


def test_a_pairing_that_can_not_be_written_leaves_the_old_one(pairing, write, tmp_path):
    path = write(CONTENT)
    before = path.read_bytes()
    broken = Pairing("p\n", "Run", pairing.tracks)
    with pytest.raises(PairingError, match="can't be written: playlistId"):
        save_pairing(broken, path)
    nameless = PairedTrack(0, "t", "T", "A", Path(os.fsdecode(b"/music/\xff.mp3")))
    with pytest.raises(PairingError, match=r"the file of A - T is no text; rename it"):
        save_pairing(Pairing("p", "Run", (nameless,)), path)
    with pytest.raises(PairingError, match="the list is empty"):
        save_pairing(Pairing("p", "Run", ()), path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["PAIRING.json"]


def test_a_folder_that_can_not_be_written_to_is_told(pairing, tmp_path):
    with pytest.raises(PairingError, match="can't be written"):
        save_pairing(pairing, tmp_path / "nowhere" / "PAIRING.json")
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(PairingError, match="can't be written"):
        save_pairing(pairing, tmp_path / "folder.json")
    assert {file.name for file in tmp_path.iterdir()} == {"PAIRING.json", "folder.json"}

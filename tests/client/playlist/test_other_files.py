import json

import pytest

from client.playlist.errors import PlaylistFileError
from client.playlist.importing import import_playlist
from client.playlist.json_file import pairing_of
from client.playlist.model import TrackKind
from tests.client.playlist.conftest import URIS

PAIRING = {
    "playlistId": "spotify:playlist:37i9dQZF1DXcBWIGoYBM5M",
    "playlistName": "Run",
    "tracks": [
        {"trackId": URIS[0], "title": "One", "artist": "A, B", "file": "music/one.mp3"},
        {"trackId": "spotify:episode:4rOoJ6Egrf8K2IrywzwOMk", "title": "Talk", "artist": "", "file": None},
        {"trackId": "spotify:local:A:B:C:10", "title": "C", "artist": "A", "file": "/abs/c.mp3"},
    ],
}
EXPORT = {
    "playlists": [
        {
            "name": "Run",
            "lastModifiedDate": "2026-01-01",
            "items": [
                {
                    "track": {"trackName": "One", "artistName": "A", "albumName": "L", "trackUri": URIS[0]},
                    "episode": None,
                    "localTrack": None,
                    "addedDate": "2026-01-01",
                },
                {"track": None, "episode": {"episodeName": "Talk", "showName": "S", "episodeUri": "spotify:episode:1"}},
                {"track": None, "episode": None, "localTrack": {"uri": "spotify:local:Band:LP:My+Song:61"}},
                {"track": None},
                "what is this",
            ],
        },
        {"name": "Run", "items": []},
        {"name": "Rest", "items": [{"track": {"trackName": "Two", "artistName": "B", "trackUri": URIS[1]}}]},
    ]
}
XSPF = """<?xml version="1.0" encoding="UTF-8"?>
<playlist version="1" xmlns="http://xspf.org/ns/0/"><title>Run &amp; rest</title><trackList>
<track><location>file:///home/me/a%20b.mp3</location><title>A</title><creator>X</creator><album>L</album><duration>1234</duration></track>
<track><location>sub/c.mp3</location><duration>soon</duration></track>
<track><identifier>{uri}</identifier></track>
<track/>
</trackList></playlist>"""


def test_a_pairing_is_a_playlist_whose_files_are_hints(write, tmp_path):
    found = import_playlist(write(json.dumps(PAIRING), "PAIRING.json"))
    assert (found.playlist_id, found.name) == (PAIRING["playlistId"], "Run")
    assert [track.track_id for track in found.tracks] == [track["trackId"] for track in PAIRING["tracks"]]
    assert [track.file_hint for track in found.tracks] == [tmp_path / "music/one.mp3", None, tmp_path / "/abs/c.mp3"]
    assert [track.kind for track in found.tracks] == [TrackKind.TRACK, TrackKind.UNSUPPORTED, TrackKind.LOCAL]


def test_a_playlist_with_files_is_a_pairing(write, tmp_path):
    found = import_playlist(write(json.dumps(PAIRING), "PAIRING.json"))
    pairing = pairing_of(found, {0: tmp_path / "one.mp3"})
    assert (pairing.playlist_id, pairing.count_paired, len(pairing.tracks)) == (found.playlist_id, 1, 3)


def test_a_broken_pairing_says_where(write):
    with pytest.raises(PlaylistFileError, match=r"PAIRING.json: tracks\[0\].file: ") as caught:
        import_playlist(write(json.dumps(PAIRING | {"tracks": [PAIRING["tracks"][0] | {"file": 3}]}), "PAIRING.json"))
    assert str(caught.value).count("PAIRING.json") == 1


def test_spotifys_own_export_keeps_every_row(write):
    path = write(json.dumps(EXPORT), "Playlist1.json")
    found = import_playlist(path, "Run")
    assert [(track.title, track.kind) for track in found.tracks] == [
        ("One", TrackKind.TRACK),
        ("Talk", TrackKind.UNSUPPORTED),
        ("My Song", TrackKind.LOCAL),
        ("", TrackKind.UNAVAILABLE),
        ("", TrackKind.UNAVAILABLE),
    ]
    assert (found.tracks[2].artists, found.tracks[2].album, found.tracks[2].duration_ms) == (("Band",), "LP", 61_000)
    assert import_playlist(path, "rest").tracks[0].track_id == URIS[1]
    with pytest.raises(PlaylistFileError, match=r'3 playlists: "Run", "Run \(2\)", "Rest"'):
        import_playlist(path)


def test_xspf_is_read(write, tmp_path):
    found = import_playlist(write(XSPF.format(uri=URIS[0]), "a.xspf"))
    assert found.name == "Run & rest"
    assert [(str(track.file_hint), track.title, track.duration_ms) for track in found.tracks] == [
        ("/home/me/a b.mp3", "A", 1234),
        (str(tmp_path / "sub/c.mp3"), "c", None),
        ("None", "", None),
        ("None", "", None),
    ]
    assert found.tracks[2].track_id == URIS[0]
    assert found.tracks[3].kind is TrackKind.UNAVAILABLE


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><playlist/>", "XML entities"),
        ("<playlist>", "not XML"),
        ("<html><body/></html>", "a web page"),
        ("\n<!doctype HTML><html><body>Sign in</body></html>", "a web page"),
        ("<rss/>", "no XSPF"),
        ("<playlist/>", "no rows"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[1, 2]", "JSON, but no playlist"),
        ('{"a": 1}', "JSON, but no playlist"),
        ('{"playlists": []}', "JSON, but no playlist"),
    ],
    ids=lambda value: value[:20],
)
def test_what_is_no_playlist_is_refused(write, content, finding):
    with pytest.raises(PlaylistFileError, match=finding):
        import_playlist(write(content, "a.xspf"))

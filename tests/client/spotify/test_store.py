import json

from client.playlist.model import Playlist, PlaylistTrack, TrackKind
from client.spotify.models import Endpoints, Profile
from client.spotify.store import Block, SavedAccount, SpotifyStore

ACCOUNT = SavedAccount(Profile("acc", "ann", "Ann"), "c" * 32, Endpoints(), "entry")


def playlist(snapshot_id="one"):
    tracks = (
        PlaylistTrack(0, "spotify:track:1", "Über", ("A", "B"), "Album", 1000, "QZLCK0000001"),
        PlaylistTrack(1, "spotify:unavailable:1", "", kind=TrackKind.UNAVAILABLE),
    )
    return Playlist("spotify:playlist:abc", "Name", tracks, "Ann", snapshot_id, "https://i.example/1")


def test_everything_comes_back_as_it_was(tmp_path):
    store = SpotifyStore(tmp_path)
    store.keep_account(ACCOUNT)
    store.keep_playlist(playlist(), 5.0)
    store.close()
    store = SpotifyStore(tmp_path)
    assert store.account() == ACCOUNT
    assert store.client_id() == ACCOUNT.client_id
    assert store.playlist("spotify:playlist:abc").playlist == playlist()
    assert store.playlist("spotify:playlist:abc").saved_s == 5.0
    assert store.playlist("spotify:playlist:other") is None
    store.close()


def test_a_newer_snapshot_takes_the_place_of_the_former_and_none_is_not_kept(tmp_path):
    store = SpotifyStore(tmp_path)
    for snapshot_id in ("one", "two", None):
        store.keep_playlist(playlist(snapshot_id), 5.0)
    assert store.playlist("spotify:playlist:abc").playlist.snapshot_id == "two"
    store.close()


def test_a_block_counts_for_its_client_id_until_it_ends_and_survives_signing_out(tmp_path):
    store = SpotifyStore(tmp_path)
    store.keep_account(ACCOUNT)
    store.keep_block("c" * 32, Block(100.0, is_quota=True))
    store.forget_account()
    assert store.account() is None
    assert store.block("c" * 32, 99.9) == Block(100.0, is_quota=True)
    assert store.block("c" * 32, 100.0) is None
    assert store.block("d" * 32, 0.0) is None
    store.close()


def test_rows_that_somebody_edited_are_as_good_as_none(tmp_path):
    store = SpotifyStore(tmp_path)
    store.keep_account(ACCOUNT)
    store.keep_playlist(playlist(), 5.0)
    with store._database.transaction() as connection:
        connection.execute("UPDATE playlist SET content = '{'")
        for value in ("{", "[]", json.dumps({"profile": {"x": 1}}), "5"):
            connection.execute("UPDATE setting SET value = ?", (value,))
            connection.execute("INSERT OR REPLACE INTO setting VALUES ('playlists', ?)", (value,))
            assert store.account() is None
            assert store.playlists() in (None, [])
    assert store.playlist("spotify:playlist:abc") is None
    store.close()

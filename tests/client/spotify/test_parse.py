import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.playlist.model import TrackKind
from client.spotify.errors import SpotifyAnswerError
from client.spotify.parse import (
    PlaylistNameError,
    parse_list_page,
    parse_playlist,
    parse_profile,
    parse_rows,
    playlist_key,
)
from client.spotify.rows import track_of
from protocol import limits

TRACK = {"uri": "spotify:track:1", "name": "One", "type": "track", "artists": [{"name": "A"}], "duration_ms": 1000}


def data(value):
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    "text",
    [
        "37i9dQZF1DX",
        "spotify:playlist:37i9dQZF1DX",
        "spotify:user:ann:playlist:37i9dQZF1DX",
        "https://open.spotify.com/playlist/37i9dQZF1DX",
        " https://open.spotify.com/intl-de/playlist/37i9dQZF1DX?si=a%20b \n",
    ],
)
def test_a_playlist_is_named_by_id_uri_or_link(text):
    assert playlist_key(text) == "37i9dQZF1DX"


@pytest.mark.parametrize(
    "text", ["", "spotify:album:37i9", "../me", "https://evil.example/playlist/37i9", "a/b", "a?b/c d", "x" * 65]
)
def test_what_names_no_playlist_never_gets_into_an_address(text):
    with pytest.raises(PlaylistNameError):
        playlist_key(text)


def test_a_person_has_the_account_id_and_a_name():
    assert parse_profile(data({"account_id": "acc", "id": "ann", "display_name": None})).name == "ann"
    assert parse_profile(data({"id": "ann", "display_name": "A\nnn"})).account_id == "ann"
    with pytest.raises(SpotifyAnswerError):
        parse_profile(data({"display_name": "Ann"}))


@pytest.mark.parametrize("name", ["item", "track"])
def test_a_row_is_read_by_either_name(name):
    assert track_of({name: TRACK}, 3).title == "One"


def test_both_names_at_once_are_one_row():
    assert track_of({"item": TRACK, "track": None}, 0).title == "One"
    assert track_of({"item": None, "track": TRACK}, 0).title == "One"


def test_a_replaced_track_is_the_one_of_the_playlist():
    row = {"item": TRACK | {"uri": "spotify:track:here", "linked_from": {"uri": "spotify:track:original"}}}
    assert track_of(row, 0).track_id == "spotify:track:original"


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (None, TrackKind.UNAVAILABLE),
        ({}, TrackKind.UNAVAILABLE),
        ({"item": None}, TrackKind.UNAVAILABLE),
        ({"item": TRACK | {"name": ""}}, TrackKind.UNAVAILABLE),
        ({"item": TRACK | {"type": "episode"}}, TrackKind.UNSUPPORTED),
        ({"item": TRACK | {"type": "audiobook_chapter"}}, TrackKind.UNSUPPORTED),
        ({"item": TRACK | {"type": None}}, TrackKind.UNSUPPORTED),
        ({"is_local": True, "item": {"uri": "spotify:local:::Song:7", "name": ""}}, TrackKind.LOCAL),
        ({"is_local": True, "item": {"uri": None, "name": ""}}, TrackKind.UNAVAILABLE),
    ],
)
def test_every_row_has_a_kind_and_its_place(row, kind):
    found = track_of(row, 17)
    assert (found.kind, found.playlist_position) == (kind, 17)
    assert 0 < len(found.track_id) <= limits.MAX_ID_LENGTH


def test_a_local_file_is_known_by_its_uri():
    uri = "spotify:local:Mot%C3%B6rhead+%26+Co:Ace%3ASpades:Over+the+top:185"
    found = track_of({"is_local": True, "item": {"uri": uri, "name": ""}}, 0)
    assert (found.artist, found.album, found.title) == ("Motörhead & Co", "Ace:Spades", "Over the top")
    assert found.duration_ms == 185_000


def test_a_local_uri_too_long_for_the_wire_has_one_id_everywhere():
    uri = f"spotify:local:{'%E3%81%82' * 100}::Song:7"
    one, two = (track_of({"is_local": True, "item": {"uri": uri, "name": "Song"}}, place) for place in (0, 5))
    assert one.track_id == two.track_id != uri
    assert len(one.track_id) <= limits.MAX_ID_LENGTH


@pytest.mark.parametrize(
    ("isrc", "found"), [("us-rc1-76-07839", "USRC17607839"), ("USRC17607839", "USRC17607839"), ("x", None), (5, None)]
)
def test_an_isrc_is_one_or_none(isrc, found):
    assert track_of({"item": TRACK | {"external_ids": {"isrc": isrc}}}, 0).isrc == found


def test_text_that_would_break_a_terminal_or_a_database_is_cleaned():
    found = track_of({"item": TRACK | {"name": "\x1b[31mred\ud800\x00" + "x" * 999}}, 0)
    assert found.title.isprintable()
    assert len(found.title) == 300
    found.title.encode()


def test_a_playlist_without_items_is_not_readable():
    assert parse_playlist(data({"id": "abc", "name": "N"})).first is None
    assert parse_playlist(data({"id": "abc", "items": {"total": 5}})).first is None
    assert parse_playlist(data({"id": "abc", "items": {"total": 0, "items": []}})).first.tracks == ()


def test_rows_without_the_very_name_of_a_track_ask_for_all_fields():
    assert parse_rows(data({"items": [{"is_local": False}]}), 0).is_bare
    assert not parse_rows(data({"items": [{"item": None}, None]}), 0).is_bare


_NAMES = [
    *("items", "tracks", "item", "track", "name", "uri", "id", "type", "artists", "album", "is_local", "owner"),
    *("images", "url", "total", "next", "external_ids", "isrc", "duration_ms", "linked_from"),
]
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(_NAMES),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)


@given(_JSON, st.integers(0, limits.MAX_PLAYLIST_POSITION))
def test_any_row_becomes_a_row(row, position):
    found = track_of(row, position)
    assert found.playlist_position == position
    assert 0 < len(found.track_id) <= limits.MAX_ID_LENGTH
    assert "".join((found.title, found.artist, found.album, found.track_id)).isprintable()
    assert found.title or not found.is_pairable


@given(st.binary(max_size=100) | _JSON.map(data) | st.lists(_JSON, max_size=4).map(lambda rows: data({"items": rows})))
def test_any_answer_is_read_or_refused_in_a_sentence(body):
    for parse in (
        parse_profile,
        parse_playlist,
        lambda found: parse_list_page(found, "ann"),
        lambda found: parse_rows(found, 0),
    ):
        with contextlib.suppress(SpotifyAnswerError):
            parse(body)

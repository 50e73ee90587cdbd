"""Playlists of every kind and length, row for row."""

import pytest

from client.playlist.model import TrackKind
from client.spotify.errors import (
    PlaylistChangingError,
)
from client.spotify.models import Access
from server.spotify_stand_in.library import (
    DEMO_PLAYLIST,
    LARGE_PLAYLIST,
    ItemKind,
    StoredPlaylist,
    large_playlist,
)
from tests.client.spotify.signed_in import MIXED


async def test_every_kind_of_playlist_is_listed_and_null_entries_are_guarded(person, spotify):
    spotify.state.library.null_entries = True
    async with person.signed_in() as account:
        listed = {entry.playlist_id: entry for entry in await account.playlists()}
    assert len(listed) == 5
    assert listed[f"spotify:playlist:{DEMO_PLAYLIST}"].access is Access.OWNED
    assert listed[f"spotify:playlist:{LARGE_PLAYLIST}"].count_tracks == 10_000
    assert not listed["spotify:playlist:followed00000000000000"].is_readable
    assert not listed["spotify:playlist:37i9dQZF1DXlockstep000"].is_readable


async def test_a_long_list_of_playlists_is_paged(person, spotify):
    for number in range(120):
        spotify.state.library.add(StoredPlaylist(f"list{number:018d}", f"List {number}", "ann"))
    told = []
    async with person.signed_in() as account:
        assert len(await account.playlists(lambda done, total: told.append((done, total)))) == 125
    assert told == [(50, 125), (100, 125), (125, 125)]


@pytest.mark.parametrize("former_names", [False, True])
async def test_a_collaborator_reads_a_playlist_by_either_name_of_its_rows(person, spotify, former_names):
    spotify.state.signs_in = "ben"
    spotify.state.library.former_names = former_names
    async with person.signed_in() as account:
        entry = next(entry for entry in await account.playlists() if entry.playlist_id.endswith(DEMO_PLAYLIST))
        assert (entry.access, entry.count_tracks, entry.owner) == (Access.COLLABORATIVE, 3, "Ann")
        found = await account.playlist(f"https://open.spotify.com/playlist/{DEMO_PLAYLIST}?si=abc")
    assert found.playlist_id == f"spotify:playlist:{DEMO_PLAYLIST}"
    assert [track.track_id for track in found.tracks] == [f"spotify:track:lockstepdemo000000000{n}" for n in (1, 2, 3)]
    assert found.tracks[0].title == "Morning Mile"


async def test_every_row_keeps_its_place(person):
    async with person.signed_in() as account:
        found = await account.playlist(f"spotify:playlist:{MIXED}")
    kinds = [track.kind for track in found.tracks]
    assert kinds == [
        TrackKind.TRACK,
        TrackKind.LOCAL,
        TrackKind.UNSUPPORTED,
        TrackKind.UNAVAILABLE,
        TrackKind.TRACK,
        TrackKind.UNAVAILABLE,
        TrackKind.TRACK,
        TrackKind.TRACK,
    ]
    assert [track.playlist_position for track in found.tracks] == list(range(8))
    assert found.tracks[0].track_id == found.tracks[4].track_id
    local = found.tracks[1]
    assert local.track_id == "spotify:local:My+Band:Attic+tapes:Home+recording:95"
    assert (local.title, local.artists, local.album) == ("Home recording", ("My Band",), "Attic tapes")
    assert found.tracks[6].isrc == "RUA1B8800001"
    assert found.tracks[7].title == "夜に駆ける"
    assert found.count_pairable == 5


async def test_ten_thousand_rows_are_read_in_order_and_reopened_with_one_call(person, spotify):
    told = []
    async with person.signed_in() as account:
        found = await account.playlist(LARGE_PLAYLIST, lambda done, total: told.append((done, total)))
        assert [track.title for track in found.tracks] == [f"Track number {n}" for n in range(10_000)]
        assert told[0] == (50, 10_000)
        assert told[-1] == (10_000, 10_000)
        assert spotify.state.count_asked("/v1/playlists/") == 1 + 199 + 1
        again = await account.playlist(LARGE_PLAYLIST)
        assert again == found
        assert spotify.state.count_asked("/v1/playlists/") == 202


async def test_a_playlist_that_changes_while_it_is_read_is_read_again_once(person, spotify, fault):
    key = spotify.state.library.add(large_playlist("ann", 160)).playlist_id
    path = f"/v1/playlists/{key}/items"
    async with person.signed_in() as account:
        fault(path, "change", skip=1, playlist_id=key)
        found = await account.playlist(key)
        assert spotify.state.count_asked("/v1/playlists/") == 3 + 5
        assert len(found.tracks) == 161
        assert [track.title for track in found.tracks[:2]] == ["Added 1", "Track number 0"]
        assert found.tracks[160].title == "Track number 159"
        for _ in range(2):
            fault(path, "change", skip=1, playlist_id=key)
        spotify.state.library.playlists[key].version += 1
        with pytest.raises(PlaylistChangingError, match="twice"):
            await account.playlist(key)


async def test_rows_that_only_changed_places_while_they_were_read_are_noticed_by_the_snapshot(person, spotify):
    playlist = spotify.state.library.add(large_playlist("ann", 160))

    def reorder(done, _total):
        if done == 150 and playlist.version == 1:
            playlist.rows.reverse()
            playlist.version += 1

    async with person.signed_in() as account:
        found = await account.playlist(playlist.playlist_id, reorder)
    assert found.tracks[0].title == "Track number 159"
    assert found.tracks[159].title == "Track number 0"
    assert found.snapshot_id == playlist.snapshot_id


async def test_a_saved_playlist_that_has_changed_since_is_read_anew(person, spotify):
    async with person.signed_in() as account:
        await account.playlist(MIXED)
        spotify.state.library.playlists[MIXED].insert(0, None)
        assert len((await account.playlist(MIXED)).tracks) == 9


def test_the_kinds_of_items_are_those_that_rows_have():
    assert {kind.value for kind in ItemKind} == {"track", "episode", "local", "withdrawn"}

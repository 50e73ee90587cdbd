import pytest

from client.playlist.csv_file import read_duration
from client.playlist.errors import PlaylistFileError
from client.playlist.importing import import_playlist
from client.playlist.model import TrackKind
from tests.client.playlist.conftest import APP_HEADER, APP_ROWS, IDS, NET_HEADER, NET_ROWS, URIS

HEADERS = {
    "de": "Track-URI,Track-Name,Künstler-URI(s),Künstlername(n),Album-URI,Album-Name,Album-Künstler-URI(s),"
    "Album-Künstlername(n),Veröffentlichungsdatum des Albums,Album-Bild-URL,Disc-Nummer,Track-Nummer,Track-Dauer (ms),"
    "Track-Vorschau-URL,Explizit,Beliebtheit,ISRC,Hinzugefügt von,Hinzugefügt am",
    "ja": "トラックURI,トラック名,アーティストURI,アーティスト名,アルバムURI,アルバム名,アルバムアーティストURI,"
    "アルバムアーティスト名,アルバム発売日,アルバム画像URL,ディスク番号,トラック番号,トラックの長さ（ミリ秒）,"
    "トラックプレビューURL,明示的な内容,人気度,ISRC,追加者,追加日時",
    "el": "URI κομματιού,Όνομα κομματιού,URI καλλιτέχνη/ων,Όνομα/τα καλλιτέχνη,URI άλμπουμ,Όνομα άλμπουμ,"
    "URI καλλιτέχνη/ων άλμπουμ,Όνομα/τα καλλιτέχνη άλμπουμ,Ημερομηνία κυκλοφορίας άλμπουμ,URL εικόνας άλμπουμ,"
    "Αριθμός δίσκου,Αριθμός κομματιού,Διάρκεια κομματιού (ms),URL προεπισκόπησης κομματιού,Ακατάλληλο,Δημοτικότητα,"
    "ISRC,Προστέθηκε από,Προστέθηκε στις",
    "a language that is not known here": ",".join(f"kolumno {number}" for number in range(19)),
}


def names(playlist):
    return [(track.title, track.artists, track.album, track.duration_ms) for track in playlist.tracks]


def test_exportify_app_escapes_commas_in_names(write):
    found = import_playlist(write("\n".join([APP_HEADER, *APP_ROWS])))
    assert found.name == "Morning run"
    assert names(found) == [
        ("Hello, Goodbye", ("Tyler, The Creator", "Kali Uchis"), 'Flower "Boy"', 205_000),
        ("夜に駆ける", ("YOASOBI",), "THE BOOK", 261_013),
        ("A Song", ("Somebody",), "An Album", 125_000),
    ]
    assert [track.isrc for track in found.tracks] == ["USQX91701234", None, None]
    assert [track.track_id for track in found.tracks[:2]] == URIS[:2]
    assert [track.kind for track in found.tracks] == [TrackKind.TRACK, TrackKind.TRACK, TrackKind.LOCAL]
    assert found.remarks == ()


def test_older_exports_escape_nothing_so_the_uris_count_the_artists(write):
    header = "Track URI,Track Name,Artist URI(s),Artist Name(s)"
    rows = [
        f'{URIS[0]},September,spotify:artist:1,"Earth, Wind & Fire"',
        f'{URIS[1]},Two,"spotify:artist:1, spotify:artist:2","A, B"',
    ]
    found = import_playlist(write("\n".join([header, *rows])))
    assert [track.artists for track in found.tracks] == [("Earth, Wind & Fire",), ("A", "B")]


def test_exportify_net_joins_artists_by_semicolons_and_begins_with_a_mark(write):
    found = import_playlist(write("\ufeff" + "\r\n".join([NET_HEADER, *NET_ROWS])))
    assert names(found) == names(import_playlist(write("\n".join([APP_HEADER, *APP_ROWS]))))
    assert [track.isrc for track in found.tracks] == [None] * 3


def test_both_dialects_give_a_playlist_the_same_id_whatever_the_file_is_called(write):
    one = import_playlist(write("\n".join([APP_HEADER, *APP_ROWS]), "one.csv"))
    other = import_playlist(write("\n".join([NET_HEADER, *NET_ROWS]), "other.txt"))
    assert one.playlist_id == other.playlist_id
    assert one.playlist_id.startswith("lockstep:playlist:")
    turned = import_playlist(write("\n".join([NET_HEADER, *reversed(NET_ROWS)])))
    assert turned.playlist_id != one.playlist_id


@pytest.mark.parametrize(
    "link",
    [
        "spotify:playlist:37i9dQZF1DXcBWIGoYBM5M",
        "spotify:user:some.body:playlist:37i9dQZF1DXcBWIGoYBM5M",
        " https://open.spotify.com/playlist/37i9dQZF1DXcBWIGoYBM5M?si=1 ",
        "https://open.spotify.com/intl-de/playlist/37i9dQZF1DXcBWIGoYBM5M",
    ],
)
def test_whoever_knows_where_it_was_exported_from_gives_it_spotifys_id(write, link):
    path = write("\n".join([NET_HEADER, *NET_ROWS]))
    assert import_playlist(path, exported_from=link).playlist_id == "spotify:playlist:37i9dQZF1DXcBWIGoYBM5M"
    with pytest.raises(PlaylistFileError, match="is no playlist of Spotify"):
        import_playlist(path, exported_from=URIS[0])


@pytest.mark.parametrize("language", HEADERS)
def test_a_translated_header_is_read(write, language):
    found = import_playlist(write("\n".join([HEADERS[language], *APP_ROWS])))
    assert found == import_playlist(write("\n".join([APP_HEADER, *APP_ROWS])))


def test_the_short_dialect_is_read_under_an_unknown_header(write):
    header = ",".join(f"kolumno {number}" for number in range(13))
    found = import_playlist(write("\n".join([header, *NET_ROWS])))
    assert found == import_playlist(write("\n".join([NET_HEADER, *NET_ROWS])))


@pytest.mark.parametrize("delimiter", [";", "\t", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_any_delimiter_and_encoding_is_read(write, delimiter, encoding):
    rows = [["Track name", "Artist name", "Album", "Playlist name", "Type", "ISRC", "Spotify - id"]]
    rows.append(["Déjà vu", "Beyoncé", "B'Day", "Läufe", "Playlist", "US-SM1-06-03012", IDS[0]])
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    found = import_playlist(write(text, encoding=encoding))
    (track,) = found.tracks
    assert (track.track_id, track.title, track.artists, track.isrc) == (
        URIS[0],
        "Déjà vu",
        ("Beyoncé",),
        "USSM10603012",
    )
    assert found.name == "Läufe"
    assert bool(found.remarks) is (encoding == "cp1252")


def test_of_several_playlists_in_a_file_one_is_chosen_by_name(write):
    path = write("Track name,Artist name,Playlist name\nA,X,Run\nB,X,Rest\nC,X,Run\n")
    with pytest.raises(PlaylistFileError, match=r'holds 2 playlists: "Run", "Rest"; say which'):
        import_playlist(path)
    found = import_playlist(path, "run")
    assert (found.name, [track.title for track in found.tracks]) == ("Run", ["A", "C"])
    with pytest.raises(PlaylistFileError, match='no playlist "Work" in it, but "Run", "Rest"'):
        import_playlist(path, "Work")


def test_soundiiz_rows_have_ids_made_of_their_names(write):
    one = import_playlist(write("title,artist,album,isrc\nSong,Somebody,LP,\n"))
    other = import_playlist(write("isrc,album,artist,title\n,lp,  SOMEBODY,Song\n", "b.csv"))
    assert one.tracks[0].track_id == other.tracks[0].track_id
    assert one.tracks[0].track_id.startswith("lockstep:track:")
    assert one.playlist_id == other.playlist_id


def test_a_list_of_links_is_a_playlist(write):
    links = [
        f"https://open.spotify.com/intl-de/track/{IDS[0]}?si=abc",
        URIS[1],
        f"https://open.spotify.com/track/{IDS[2]}",
    ]
    found = import_playlist(write("\n".join(links), "links.txt"))
    assert [track.track_id for track in found.tracks] == URIS[:3]
    assert found.remarks == (
        "3 rows have no title by which their files could be found; "
        "export the playlist with titles, or choose files by hand",
    )


def test_excel_says_its_delimiter_and_leaves_empty_rows(write):
    found = import_playlist(write("sep=;\r\nTitle;Artist\r\nA;X\r\n;\r\nB;Y\r\n;\r\n;\r\n"))
    assert [(track.title, track.kind) for track in found.tracks] == [
        ("A", TrackKind.TRACK),
        ("", TrackKind.UNAVAILABLE),
        ("B", TrackKind.TRACK),
    ]


def test_broken_rows_keep_their_places_and_are_told(write):
    rows = [
        NET_ROWS[0],
        '"never closed',
        f"{URIS[1]}",
        'spotify:track:???,12" Mix,LP,Band',
        "spotify:episode:4rOoJ6Egrf8K2IrywzwOMk,Talk",
    ]
    found = import_playlist(write("\n".join([NET_HEADER, *rows, NET_ROWS[2]])))
    assert [track.kind for track in found.tracks] == [
        TrackKind.TRACK,
        TrackKind.UNAVAILABLE,
        TrackKind.TRACK,
        TrackKind.TRACK,
        TrackKind.UNSUPPORTED,
        TrackKind.LOCAL,
    ]
    assert [track.playlist_position for track in found.tracks] == list(range(6))
    assert found.tracks[3].title == '12" Mix'
    assert any("row 3" in remark for remark in found.remarks)
    assert any('row 5: "spotify:track:???" is no track' in remark for remark in found.remarks)


def test_a_cell_may_go_over_lines(write):
    found = import_playlist(write('Title,Artist\n"Two\nlines",X\nB,Y\n'))
    assert [track.title for track in found.tracks] == ["Two lines", "B"]


def test_a_track_may_stand_in_it_twice(write):
    found = import_playlist(write("\n".join([NET_HEADER, NET_ROWS[0], NET_ROWS[0]])))
    assert [track.track_id for track in found.tracks] == [URIS[0]] * 2


def test_a_table_of_files_is_a_table(write):
    found = import_playlist(write("Title,Artist,File\nA,X,a.mp3\nB,Y,b.mp3\n"))
    assert [(track.title, track.artist) for track in found.tracks] == [("A", "X"), ("B", "Y")]


def test_formulas_are_nothing_but_text(write):
    found = import_playlist(write("Title,Artist\n=cmd|' /C calc'!A0,@SUM(1)\n"))
    assert (found.tracks[0].title, found.tracks[0].artists) == ("=cmd|' /C calc'!A0", ("@SUM(1)",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3:05", 185_000),
        ("1:02:03", 3_723_000),
        ("3:05.6", 185_000),
        ("185", 185_000),
        ("185000", 185_000),
        ("185.4", 185_000),
        ("", None),
        ("-1", None),
        ("long", None),
        ("9" * 400, None),
        ("١٢", None),
    ],
)
def test_durations_are_read_as_people_and_programs_write_them(text, expected):
    assert read_duration(text) == expected

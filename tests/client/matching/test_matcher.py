from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.matching.artists import split_artists
from client.matching.assign import recordings
from client.matching.index import FileIndex
from client.matching.matcher import match_playlist
from client.matching.model import Confidence, MatchReason
from client.matching.score import Wanted
from client.matching.titles import split_title
from client.playlist.model import PlaylistTrack, TrackKind
from client.scan.local_file import LocalFile


def row(title, artist="Ana", *, position=0, seconds=200.0, **more):
    milliseconds = None if seconds is None else round(seconds * 1000)
    track_id = more.pop("track_id", f"spotify:track:{position}")
    return PlaylistTrack(position, track_id, title, (artist,), duration_ms=milliseconds, **more)


def file(title, artist="Ana", *, path="a.mp3", seconds=200.0, **more):
    milliseconds = None if seconds is None else round(seconds * 1000)
    return LocalFile(Path("/music") / path, 0, 1, title, artist, duration_ms=milliseconds, **more)


def only(match):
    assert match.best is not None
    return match.confidence, match.best.reason, match.best.file.path.name


def test_a_choice_by_hand_goes_before_everything():
    files = [file("Song"), file("Other", path="b.mp3")]
    [match] = match_playlist([row("Song")], files, {"spotify:track:0": Path("/music/b.mp3")})
    assert only(match) == (Confidence.SURE, MatchReason.MANUAL, "b.mp3")
    assert [other.file.path.name for other in match.alternatives] == ["a.mp3"]


def test_none_of_these_by_hand_leaves_the_row_without_a_file():
    [match] = match_playlist([row("Song")], [file("Song")], {"spotify:track:0": None})
    assert (match.confidence, match.best) == (Confidence.MISSING, None)
    assert len(match.alternatives) == 1


def test_a_choice_whose_file_is_gone_is_made_anew():
    [match] = match_playlist([row("Song")], [file("Song")], {"spotify:track:0": Path("/music/gone.mp3")})
    assert only(match) == (Confidence.SURE, MatchReason.EXACT, "a.mp3")


def test_a_file_chosen_by_hand_is_not_given_to_another_row():
    tracks = [row("Else"), row("Song", position=1)]
    matches = match_playlist(tracks, [file("Song")], {"spotify:track:0": Path("/music/a.mp3")})
    assert [match.confidence for match in matches] == [Confidence.SURE, Confidence.MISSING]


def test_the_playlist_itself_may_name_the_file():
    files = [file("", "", path="x/0001.mp3", seconds=None), file("Song", path="b.mp3", seconds=230)]
    [match] = match_playlist([row("Song", file_hint=Path("/music/x/0001.mp3"))], files)
    assert only(match) == (Confidence.SURE, MatchReason.HINT, "0001.mp3")


def test_a_named_file_of_another_song_is_only_proposed():
    [match] = match_playlist(
        [row("Song", file_hint=Path("/music/a.mp3"))], [file("Whole Different Thing", "Zed", seconds=90)]
    )
    assert only(match) == (Confidence.CHECK, MatchReason.HINT, "a.mp3")


def test_a_name_from_another_machine_is_found_here():
    [match] = match_playlist(
        [row("Song", file_hint=Path("/home/somebody/Ana - Song.mp3"))], [file("", "", path="d/Ana - Song.mp3")]
    )
    assert only(match) == (Confidence.SURE, MatchReason.HINT, "Ana - Song.mp3")


def test_an_isrc_needs_a_like_length():
    [near] = match_playlist(
        [row("Song", isrc="AA-BBB-00-00001")], [file("Sonng", isrcs=("AABBB0000001",), seconds=207)]
    )
    [far] = match_playlist([row("Song", isrc="AABBB0000001")], [file("Song", isrcs=("AABBB0000001",), seconds=290)])
    assert only(near) == (Confidence.SURE, MatchReason.ISRC, "a.mp3")
    assert far.confidence is not Confidence.SURE


def test_an_isrc_on_another_song_is_not_believed():
    [match] = match_playlist(
        [row("Song", isrc="AABBB0000001")],
        [file("Quite Another", isrcs=("AABBB0000001",)), file("Song", path="b.mp3")],
    )
    assert only(match) == (Confidence.SURE, MatchReason.EXACT, "b.mp3")


@pytest.mark.parametrize(
    ("wanted_album", "album", "seconds", "confidence"),
    [
        ("", "Live at Wembley", None, Confidence.CHECK),
        ("", "Live at Wembley", 203.0, Confidence.CHECK),
        ("", "Live at Wembley", 200.0, Confidence.SURE),
        ("Live at Wembley", "", None, Confidence.CHECK),
        ("Live at Wembley", "", 200.0, Confidence.SURE),
        ("Live at Wembley", "Live at Wembley", None, Confidence.SURE),
        ("", "Studio", None, Confidence.SURE),
    ],
)
def test_an_album_that_only_one_side_names_may_tell_of_another_version(wanted_album, album, seconds, confidence):
    [match] = match_playlist([row("Song", album=wanted_album, seconds=seconds)], [file("Song", album=album)])
    assert only(match) == (
        confidence,
        MatchReason.EXACT if confidence is Confidence.SURE else MatchReason.FUZZY,
        "a.mp3",
    )


def test_of_two_equal_files_the_better_tagged_is_taken_then_the_first_path():
    plain, good = file("Song", path="a.mp3"), file("Song", path="b.mp3", album="Album", has_cover=True)
    twin = file("Song", path="c.mp3", album="Album", has_cover=True)
    [match] = match_playlist([row("Song")], [twin, plain, good])
    assert only(match) == (Confidence.SURE, MatchReason.EXACT, "b.mp3")


def test_rows_of_one_recording_share_its_file_and_others_do_not():
    tracks = [row("Song"), row("Song", position=1), row("Song (Live)", position=2)]
    matches = match_playlist(tracks, [file("Song")])
    assert [match.best is not None for match in matches] == [True, True, False]


def test_a_track_gives_way_when_it_has_a_file_as_good():
    tracks = [row("Song", seconds=200), row("Song", position=1, seconds=204)]
    files = [file("Song", seconds=202, path="both.mp3"), file("Song", seconds=198, path="first.mp3")]
    matches = match_playlist(tracks, files)
    assert [only(match)[2] for match in matches] == ["first.mp3", "both.mp3"]


def test_rows_that_no_file_can_play_stay_and_are_missing():
    tracks = [row("Song", kind=TrackKind.UNSUPPORTED), row("", position=1, kind=TrackKind.UNAVAILABLE)]
    matches = match_playlist(tracks, [file("Song")], {"spotify:track:0": Path("/music/a.mp3")})
    assert [match.track for match in matches] == tracks
    assert all(match.confidence is Confidence.MISSING for match in matches)


def test_an_index_serves_several_playlists():
    index = FileIndex([file("Song"), file("Song")])
    assert len(index.files) == 1
    assert match_playlist([row("Song")], index) == match_playlist([row("Song")], index)


def test_no_files_and_no_tracks():
    assert match_playlist([], [file("Song")]) == []
    assert match_playlist([row("Song")], [])[0].confidence is Confidence.MISSING


def test_progress_is_told_and_can_end_the_matching():
    told = []
    tracks = [row(f"Song {number}", position=number) for number in range(250)]
    match_playlist(tracks, [file("Song 7")], on_progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (250, 250)
    assert len(told) > 1

    def stop(_done, _total):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        match_playlist(tracks, [file("Song 7")], on_progress=stop)


_TITLES = st.sampled_from(
    [
        "Song",
        "Song (Live)",
        "Song - Radio Edit",
        "Song (Tiësto Remix)",
        "Song, Pt. 2",
        "Song Part II",
        "Sonng",
        "Other",
        "Song (feat. Ben)",
        "Song - Remastered 2011",
        "The Song",
        "???",
        "夜",
        "Ana - Song",
        "Ana",
        "",
    ]
)
_ARTISTS = st.sampled_from(["Ana", "The Ana", "Ana & Ben", "Ben", "Song", "", "Various Artists"])
_SECONDS = st.sampled_from([None, 180.0, 200.0, 201.0, 202.5, 204.0, 260.0])
_ISRCS = st.sampled_from([None, "AABBB0000001", "AABBB0000002"])
_NAMES = st.sampled_from(["x", "Ana - Song", "01 Song", "Ana - Song (Live)", "Song - Ana"])


@st.composite
def _files(draw):
    count = draw(st.integers(0, 8))
    return [
        file(
            draw(_TITLES),
            draw(_ARTISTS),
            path=f"{number}/{draw(_NAMES)}.mp3",
            seconds=draw(_SECONDS),
            isrcs=() if (isrc := draw(_ISRCS)) is None else (isrc,),
        )
        for number in range(count)
    ]


@st.composite
def _rows(draw):
    return [
        row(
            draw(_TITLES),
            draw(_ARTISTS),
            position=number,
            seconds=draw(_SECONDS),
            isrc=draw(_ISRCS),
            track_id=f"id:{draw(st.integers(0, 4))}",
        )
        for number in range(draw(st.integers(0, 5)))
    ]


@settings(deadline=None)
@given(_rows(), _files(), st.randoms(use_true_random=False))
def test_the_files_order_changes_nothing(tracks, files, chance):
    shuffled = list(files)
    chance.shuffle(shuffled)
    assert match_playlist(tracks, files) == match_playlist(tracks, shuffled)


@settings(deadline=None)
@given(_rows(), _files())
def test_no_file_goes_to_two_recordings(tracks, files):
    wanted = [
        Wanted(split_title(track.title), split_artists(*track.artists), "", track.duration_ms, track.isrc or "")
        for track in tracks
    ]
    recording_of = recordings([track.track_id for track in tracks], wanted)
    holders: dict[Path, int] = {}
    for number, match in zip(recording_of, match_playlist(tracks, files), strict=True):
        if match.best is not None:
            assert holders.setdefault(match.best.file.path, number) == number


@settings(deadline=None)
@given(
    st.sampled_from(["Live", "Tiësto Remix", "Acoustic", "Instrumental", "Karaoke", "Demo", "Sped Up", "Radio Edit"]),
    st.sampled_from(["({})", "[{}]", "- {}"]),
    st.booleans(),
    _SECONDS,
    st.booleans(),
)
def test_another_version_is_never_sure(version, written, is_asked, seconds, has_isrc):
    title = f"Song {written.format(version)}"
    track = row(title if is_asked else "Song", seconds=200.0, isrc="AABBB0000001" if has_isrc else None)
    other = file("Song" if is_asked else title, seconds=seconds, isrcs=("AABBB0000001",) if has_isrc else ())
    [match] = match_playlist([track], [other])
    assert match.confidence is not Confidence.SURE

"""What keeps a follower from joining, what only warns, and what a leader tells of its music."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.errors import PairingError
from client.fingerprint.model import Fingerprint, RateMode
from client.pairing import PairedTrack, Pairing
from client.prejoin import JoinStep, Outcome, check_join, leader_queue, tracks_to_compare
from protocol import limits
from protocol.rest import CreateSessionRequest, QueueTrack, SessionDetail

NOW_MS = 1_800_000_000_000
RATE = 44_100


def track(position, title, artist="", file="yes", track_id=None):
    path = Path(f"/music/{position}.mp3") if file else None
    return PairedTrack(position, track_id or f"spotify:track:{position + 1}", title, artist, path)


PAIRING = Pairing("p1", "Run", (track(0, "One", "A"), track(1, "Two", "B", file=None), track(2, "Three")))


def heard(name="a", samples=RATE * 200, rate=RATE):
    return Fingerprint(f"{name:0>32}", samples, rate, "LAME3.100", RateMode.VBR)


def entry(position, fingerprint=None, track_id=None):
    named = {"playlistPosition": position, "trackId": track_id or f"spotify:track:{position + 1}"}
    if fingerprint is not None:
        named["fingerprint"] = {
            "audioHash": fingerprint.audio_hash, "samples": fingerprint.samples, "sampleRate": fingerprint.sample_rate,
        }  # fmt: skip
    return named


def session(**fields):
    detail = {
        "sessionId": "s", "hostDisplayName": "Host", "playlistId": "p1", "playlistName": "Run", "pairedTrackCount": 2,
        "createdAt": NOW_MS, "status": "waiting",
        "snapshot": {"playlistId": "p1", "playlistPosition": 2, "positionMs": 0, "isPlaying": False,
                     "correctedMs": NOW_MS, "trackId": "spotify:track:3"},
    }  # fmt: skip
    detail["snapshot"] |= fields.pop("snapshot", {})
    return SessionDetail.model_validate(detail | fields, by_name=False)


def outcomes(check):
    return {result.step: result.outcome for result in check.steps}


def refusal(check):
    assert not check.may_join
    with pytest.raises(PairingError) as caught:
        check.require()
    return str(caught.value)


def test_a_session_that_fits_may_be_joined_and_every_step_says_so_in_order():
    check = check_join(PAIRING, session(queue=[entry(0), entry(2)]))
    check.require()
    assert [result.step for result in check.steps] == list(JoinStep)
    assert list(outcomes(check).values()) == [*[Outcome.PASSED] * 4, Outcome.SKIPPED]
    assert [result.sentence for result in check.steps] == [
        "you are signed in",
        'both have the playlist "Run"',
        "you have 2 paired tracks, the leader has 2",
        "you have a file for every track that the leader names",
        "the leader does not say which recordings it has",
    ]
    assert check_join(PAIRING, session(pairedTrackCount=1)).may_join


def test_a_leader_that_sends_no_queue_is_followed_by_count_and_snapshot():
    assert check_join(PAIRING, session()).may_join
    check = check_join(PAIRING, session(snapshot={"trackId": None}))
    assert check.may_join
    assert outcomes(check)[JoinStep.TRACKS_PAIRED] is Outcome.SKIPPED


def test_who_is_not_signed_in_is_told_so_first():
    check = check_join(PAIRING, session(playlistId="p2"), signed_in=False)
    assert refusal(check) == "you are not signed in; sign in, then join again"


def test_another_playlist_is_refused_by_both_names_and_nothing_else_is_looked_at():
    check = check_join(PAIRING, session(playlistId="p2", playlistName="Walk", queue=[entry(5)]))
    sentence = refusal(check)
    assert 'the session plays the playlist "Walk" (p2), your pairing is for "Run" (p1); pair the' in sentence
    assert list(outcomes(check).values())[2:] == [Outcome.SKIPPED] * 3


def test_a_playlist_of_another_id_with_the_leaders_tracks_in_their_places_is_the_same_one():
    detail = session(playlistId="p2", playlistName="Walk", queue=[entry(0), entry(2)])
    check = check_join(PAIRING, detail)
    check.require()
    assert check.result(JoinStep.SAME_PLAYLIST).sentence == (
        'the session\'s playlist "Walk" and your "Run" have the same tracks in the same places'
    )
    # Its tracks have to be paired all the same.
    both = session(playlistId="p2", pairedTrackCount=2, queue=[entry(0), entry(1)], snapshot={"trackId": None})
    assert "not paired here: B - Two" in refusal(check_join(PAIRING, both))


@pytest.mark.parametrize(
    ("queue", "advice"),
    [
        (None, "; pair the session's playlist, or choose another session"),
        ([], "; pair the session's playlist, or choose another session"),
        ([entry(0)], "; 1 of 1 tracks are in the same places, so one may be out of date: read both anew"),
        ([entry(0), entry(2, track_id="spotify:track:9")], "; pair the session's playlist, or choose another session"),
        (
            [entry(0), entry(1), entry(9)],
            "; 2 of 3 tracks are in the same places, so one may be out of date: read both anew",
        ),
        ([entry(2, track_id="spotify:track:1"), entry(0, track_id="spotify:track:3")], "choose another session"),
    ],
)
def test_a_playlist_of_another_id_is_another_one_unless_all_that_the_leader_has_is_named_and_in_place(queue, advice):
    check = check_join(PAIRING, session(playlistId="p2", pairedTrackCount=2, queue=queue))
    assert refusal(check).endswith(advice)


def test_fewer_paired_tracks_are_refused_and_named():
    assert refusal(check_join(PAIRING, session(pairedTrackCount=3))) == (
        "the leader has 3 paired tracks, you have 2 (without a file: B - Two); "
        "pair the missing tracks with your own files"
    )


def test_with_a_queue_exactly_what_the_leader_has_and_is_missing_here_is_named():
    extra = replace(PAIRING, tracks=(*PAIRING.tracks, track(3, "Neither has it", file=None)))
    queue = [entry(0), entry(1), entry(2)]
    check = check_join(extra, session(pairedTrackCount=3, queue=queue))
    assert "(without a file: B - Two); pair" in refusal(check)
    assert check.result(JoinStep.TRACKS_PAIRED).tracks == ("B - Two",)


def test_an_unpaired_track_in_the_queue_is_refused_by_name_though_the_count_is_enough():
    check = check_join(PAIRING, session(queue=[entry(1), entry(2)]))
    assert refusal(check) == ("the leader plays a track that is not paired here: B - Two; pair it with your own file")
    check = check_join(PAIRING, session(queue=[entry(8), entry(1)]))
    assert refusal(check) == (
        "the leader plays tracks that are not paired here: B - Two, spotify:track:9 (number 9); "
        "pair them with your own files"
    )


def test_an_unpaired_current_track_is_refused_by_name():
    sentence = refusal(check_join(PAIRING, session(snapshot={"trackId": "spotify:track:2"})))
    assert sentence == "the leader is at the track B - Two, which is not paired here; pair it with your own file"
    sentence = refusal(check_join(PAIRING, session(snapshot={"trackId": "spotify:track:99"})))
    assert "the leader is at the track spotify:track:99 (number 3), which is not paired here" in sentence


def test_a_long_list_is_cut_in_the_sentence_and_whole_beside_it():
    tracks = (track(0, "One"), track(1, "Ten"), *(track(number, f"No {number}", file=None) for number in range(2, 11)))
    detail = session(queue=[entry(number) for number in range(11)], snapshot={"trackId": None})
    check = check_join(Pairing("p1", "Run", tracks), detail)
    assert refusal(check).endswith(": No 2, No 3, No 4 and 6 more; pair them with your own files")
    assert check.result(JoinStep.TRACKS_PAIRED).tracks == tuple(f"No {number}" for number in range(2, 11))


def test_names_from_the_other_side_stay_on_one_line():
    assert "a b" in refusal(check_join(PAIRING, session(playlistId="p2", playlistName="a\u202e\u2028b")))


THEIRS = heard("a")


@pytest.mark.parametrize(
    ("mine", "outcome", "word"),
    [
        (THEIRS, Outcome.PASSED, "1 of 1 files hold the leader's very recording"),
        (heard("b"), Outcome.PASSED, "0 of 1 files hold the leader's very recording, 1 one that is as long"),
        (heard("b", 48_000 * 200, 48_000), Outcome.PASSED, "as long"),
        (
            heard("b", RATE * 203),
            Outcome.WARNING,
            "one of your files is not the leader's recording: A - One; you would",
        ),
        (None, Outcome.SKIPPED, "not compared yet"),
    ],
)
def test_recordings_are_compared_and_another_master_is_a_warning_and_no_refusal(mine, outcome, word):
    fingerprints = {} if mine is None else {"/music/0.mp3": mine}
    check = check_join(PAIRING, session(queue=[entry(0, THEIRS), entry(2)]), fingerprints)
    result = check.result(JoinStep.SAME_MUSIC)
    assert result.outcome is outcome
    assert word in result.sentence
    assert check.different == (("A - One",) if outcome is Outcome.WARNING else ())
    assert (check.compared, check.comparable) == (int(mine is not None), 1)
    check.require()


def test_what_is_not_compared_yet_is_said():
    check = check_join(PAIRING, session(queue=[entry(0, THEIRS), entry(2, THEIRS)]), {"/music/0.mp3": THEIRS})
    assert check.result(JoinStep.SAME_MUSIC).sentence.endswith(", 1 is not compared")


def test_a_track_that_stands_twice_is_compared_by_the_file_at_its_place():
    twice = Pairing("p1", "Run", (track(0, "One", track_id="t"), track(1, "Two"), track(2, "One again", track_id="t")))
    detail = session(queue=[entry(2, THEIRS, "t")], snapshot={"trackId": "t"})
    fingerprints = {"/music/0.mp3": heard("b", 1), "/music/2.mp3": THEIRS}
    assert check_join(twice, detail, fingerprints).different == ()
    assert [found.playlist_position for found in tracks_to_compare(twice, detail)] == [2]
    elsewhere = session(queue=[entry(7, THEIRS, "t")], snapshot={"trackId": "t"})
    assert check_join(twice, elsewhere, fingerprints).different == ("One",)


def test_the_leaders_track_is_compared_first_then_what_comes_after_it():
    many = Pairing("p1", "Run", tuple(track(number, f"No {number}") for number in range(5)))
    queue = [entry(number, THEIRS if number != 3 else None) for number in range(5)]
    found = tracks_to_compare(many, session(queue=queue))
    assert [one.playlist_position for one in found] == [2, 4, 0, 1]
    assert tracks_to_compare(many, session()) == ()


def test_a_leader_tells_its_paired_tracks_and_what_it_knows_of_them():
    queue = leader_queue(PAIRING, {"/music/2.mp3": THEIRS})
    assert [one.to_wire() for one in queue] == [entry(0), entry(2, THEIRS)]


def test_what_the_contract_can_not_say_of_a_file_is_left_out():
    assert leader_queue(PAIRING, {"/music/2.mp3": heard(samples=2**60)})[1].fingerprint is None


@pytest.mark.parametrize("track_id", ["spotify:track:4uLU6hMCjMI75M1A2tKUQC", "\U0001f3c3" * limits.MAX_ID_LENGTH])
def test_a_leader_with_more_tracks_than_the_contract_takes_names_the_first_of_them(track_id):
    many = tuple(track(number, "x", track_id=track_id) for number in range(limits.MAX_QUEUE_TRACKS + 10))
    queue = leader_queue(Pairing("p1", "Run", many), {})
    assert [one.playlist_position for one in queue] == list(range(len(queue)))
    assert (len(queue) == limits.MAX_QUEUE_TRACKS) == track_id.isascii()
    request = CreateSessionRequest(playlist_id="p", playlist_name="n", paired_track_count=1, queue=queue)
    assert len(request.to_json().encode()) <= limits.MAX_CREATE_BODY_BYTES


IDS = st.sampled_from(["t0", "t1", "t2", "t3", "t4"])
PRINTS = st.none() | st.builds(heard, st.sampled_from(["a", "b"]), st.sampled_from([1, RATE]), st.sampled_from([RATE]))
ROWS = st.lists(st.tuples(IDS, st.booleans()), min_size=1, max_size=6)
ENTRIES = st.lists(st.tuples(st.integers(0, 6), IDS, PRINTS), max_size=6)


@given(ROWS, st.none() | ENTRIES, st.none() | IDS, st.integers(1, 6), st.dictionaries(st.integers(0, 5), PRINTS))
def test_nobody_joins_with_a_named_track_unpaired_or_too_few_and_everybody_else_may(rows, named, current, count, known):
    tracks = tuple(track(number, "x", file=file, track_id=one) for number, (one, file) in enumerate(rows))
    queue = None if named is None else [entry(position, found, one) for position, one, found in named]
    fingerprints = {f"/music/{number}.mp3": found for number, found in known.items() if found is not None}
    detail = session(queue=queue, snapshot={"trackId": current}, pairedTrackCount=count)
    check = check_join(Pairing("p1", "Run", tracks), detail, fingerprints)
    paired = {one for one, file in rows if file}
    wanted = {one for _, one, _ in named or ()} | ({current} if current else set())
    assert check.may_join == (wanted <= paired and count <= sum(file for _, file in rows))
    assert all(result.sentence.isprintable() for result in check.steps)
    assert check.compared <= check.comparable
    for one in QueueTrack.from_wire(entry(0)), *leader_queue(Pairing("p1", "Run", tracks), fingerprints):
        assert one.to_json()

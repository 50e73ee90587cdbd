import pytest

from audio.engine.messages import Follow, Free, Hold, Segment, SetClock, SetOrder
from audio.vlc_engine.plan import Track
from protocol.correction import Correction
from protocol.timeline import ClockMapping, Timeline
from tests.audio.vlc_engine.stage import MS, PLAIN, Theatre


def theatre(*durations_ms: float) -> Theatre:
    made = Theatre(*durations_ms)
    made.director.command(SetOrder(tuple(range(len(durations_ms)))), made.now_ns)
    made.director.command(SetClock(ClockMapping(made.now_ns, 0.0)), made.now_ns)
    return made


def follow(
    made: Theatre, position_ms: float, slot: int = 0, *, jump: bool = True, at_ms: float = 0.0, playing: bool = True
) -> None:
    """Say where the leader is, `at_ms` from now on."""
    corrected_ms = ClockMapping(1_000_000 * MS, 0.0).corrected_ms_at(made.now_ns) + at_ms
    made.director.command(Follow(slot, Timeline(position_ms, corrected_ms, playing), jump), made.now_ns)


def test_a_place_is_heard_at_its_very_instant() -> None:
    made = theatre(60_000.0)
    at_ns = made.now_ns + 250 * MS
    made.director.command(Free(0, 30_000.0, at_ns), made.now_ns)
    made.run(2000)
    assert made.heard_ms() == pytest.approx(30_000.0 + (made.now_ns - at_ns) / MS, abs=0.01)
    assert len(made.stage.voices) == 1


def test_what_is_told_is_what_is_heard_also_when_the_player_landed_beside_its_place() -> None:
    made = theatre(60_000.0)
    made.stage.traits = {"off_ms": 17.0}
    made.director.command(Free(0, 30_000.0, made.now_ns + 250 * MS), made.now_ns)
    made.run(3000)
    last = made.segments()[-1]
    heard = made.heard_ms() - (made.now_ns - last.dac_ns) / MS
    assert last.position_ms == pytest.approx(heard, abs=1.0)
    assert last.step == 1.0


def test_the_next_start_reckons_with_the_latency_of_those_before() -> None:
    made = theatre(60_000.0)
    made.stage.traits = {"starts_late_ms": 25.0}
    for _ in range(2):
        at_ns = made.now_ns + 250 * MS
        made.director.command(Free(0, 30_000.0, at_ns), made.now_ns)
        made.run(2500)
    assert made.heard_ms() == pytest.approx(30_000.0 + (made.now_ns - at_ns) / MS, abs=1.0)


def test_a_pause_stops_the_music_at_its_instant_and_the_held_place_is_told() -> None:
    made = theatre(60_000.0)
    made.director.command(Free(0, 0.0, made.now_ns + 250 * MS), made.now_ns)
    made.run(2000)
    at_ns = made.now_ns + 250 * MS
    made.director.command(Hold(0, 2_000.0, at_ns), made.now_ns)
    made.run(1000)
    (voice,) = made.stage.voices
    assert voice.stopped_ns == pytest.approx(at_ns, abs=4 * MS)
    assert made.segments()[-1].position_ms == 2_000.0
    assert made.segments()[-1].step == 0.0


def test_after_a_pause_the_player_let_go_before_its_instant_is_not_taken_for_one_of_the_pause() -> None:
    made = theatre(60_000.0)
    made.director.command(Hold(0, 5_000.0, made.now_ns), made.now_ns)
    made.run(500)
    made.director.command(Free(0, 5_000.0, made.now_ns + 250 * MS), made.now_ns)
    made.run(1000)
    assert len(made.stage.voices) == 1
    assert len(made.heard) == 1


def test_a_follower_arrives_where_the_leader_is() -> None:
    made = theatre(60_000.0)
    follow(made, 12_345.0)
    began_ns = made.now_ns
    made.run(2000)
    assert made.heard_ms() == pytest.approx(12_345.0 + (made.now_ns - began_ns) / MS, abs=0.01)
    assert made.director.error_ms == pytest.approx(0, abs=1.0)


def test_a_follower_waits_for_a_start_that_lies_ahead() -> None:
    made = theatre(60_000.0)
    began_ns = made.now_ns
    follow(made, 0.0, at_ms=3000.0)
    made.run(2500)
    assert not made.heard
    made.run(2500)
    assert made.heard_ms() == pytest.approx((made.now_ns - began_ns) / MS - 3000.0, abs=0.01)


def test_drift_beyond_the_threshold_is_seeked_away_once() -> None:
    made = theatre(60_000.0)
    follow(made, 10_000.0)
    made.run(3000)
    follow(made, 13_050.0, jump=False)
    at_ns = made.now_ns
    made.run(5000)
    assert made.director.jumps == 1
    assert made.heard_ms() == pytest.approx(13_050.0 + (made.now_ns - at_ns) / MS, abs=1.0)
    assert made.director.correction is Correction.NONE


def test_drift_below_the_threshold_is_told_and_left_alone() -> None:
    made = theatre(60_000.0)
    follow(made, 10_000.0)
    made.run(3000)
    follow(made, 13_020.0, jump=False)
    made.run(5000)
    assert made.director.jumps == 0
    assert len(made.stage.voices) == 1
    assert made.director.error_ms == pytest.approx(20.0, abs=1.0)


def test_the_music_before_a_jump_goes_on_until_the_player_after_it_is_let_go() -> None:
    made = theatre(60_000.0)
    follow(made, 10_000.0)
    made.run(3000)
    follow(made, 40_000.0)
    made.run(1000)
    before, after = made.stage.voices
    assert before.stopped_ns is not None
    assert after.released_ns is not None
    assert abs(before.stopped_ns - after.released_ns) <= 8 * MS


def test_a_leader_who_says_where_he_already_was_moves_nobody() -> None:
    made = theatre(60_000.0)
    follow(made, 10_000.0)
    made.run(3000)
    follow(made, 13_001.0)
    made.run(2000)
    assert len(made.stage.voices) == 1


def test_a_player_that_opens_too_late_is_aimed_anew_rather_than_late() -> None:
    made = theatre(60_000.0)
    made.stage.traits = {"opening_ms": 400.0}
    at_ns = made.now_ns + 250 * MS
    made.director.command(Free(0, 30_000.0, at_ns), made.now_ns)
    made.run(300)
    made.stage.traits = {}
    made.run(2000)
    assert made.heard_ms() == pytest.approx(30_000.0 + (made.now_ns - at_ns) / MS, abs=1.0)
    assert made.director.jumps == 0


def test_one_track_follows_another_and_the_boundary_is_told() -> None:
    made = theatre(5_000.0, 60_000.0)
    at_ns = made.now_ns + 250 * MS
    made.director.command(Free(0, 0.0, at_ns), made.now_ns)
    made.run(8000)
    assert [voice.source for voice in made.heard] == ["track 1"]
    (natural,) = [segment for segment in made.segments() if segment.natural]
    assert (natural.slot, natural.position_ms, natural.step) == (1, 0.0, 1.0)
    assert natural.dac_ns == pytest.approx(at_ns + 5000 * MS, abs=2 * MS)
    assert made.heard_ms() == pytest.approx((made.now_ns - natural.dac_ns) / MS, abs=1.0)


def test_a_follower_walks_into_the_next_track_with_the_leader() -> None:
    made = theatre(5_000.0, 60_000.0)
    follow(made, 1_000.0)
    began_ns = made.now_ns
    made.run(6000)
    assert [voice.source for voice in made.heard] == ["track 1"]
    assert made.heard_ms() == pytest.approx((made.now_ns - began_ns) / MS - 4_000.0, abs=1.0)


def test_the_last_track_ends_the_queue_once() -> None:
    made = theatre(3_000.0)
    at_ns = made.now_ns + 250 * MS
    made.director.command(Free(0, 0.0, at_ns), made.now_ns)
    made.run(6000)
    (ended,) = made.ends()
    assert ended.slot == 0
    assert ended.dac_ns == pytest.approx(at_ns + 3000 * MS, abs=2 * MS)
    assert made.segments()[-1] == Segment(0, 3_000.0, ended.dac_ns, 0.0, natural=True)
    assert not made.heard


def test_a_file_that_libvlc_cannot_play_ends_where_it_stands_and_is_not_tried_again() -> None:
    made = theatre(60_000.0)
    made.stage.traits = {"fails": True}
    made.director.command(Free(0, 0.0, made.now_ns + 250 * MS), made.now_ns)
    made.run(6000)
    assert [ended.slot for ended in made.ends()] == [0]
    assert len(made.stage.voices) == 1


def test_a_file_that_never_opens_is_given_up() -> None:
    made = theatre(60_000.0)
    made.stage.traits = {"opening_ms": 1e9}
    made.director.command(Free(0, 0.0, made.now_ns + 250 * MS), made.now_ns)
    made.run(9000)
    assert [ended.slot for ended in made.ends()] == [0]
    assert all(voice.stopped_ns is not None for voice in made.stage.voices)


def test_a_next_track_that_cannot_be_played_does_not_cut_this_one_short() -> None:
    made = theatre(5_000.0, 60_000.0)
    made.director.command(Free(0, 0.0, made.now_ns + 250 * MS), made.now_ns)
    made.run(2000)
    made.stage.traits = {"fails": True}
    made.run(2500)
    assert [voice.source for voice in made.heard] == ["track 0"]
    made.run(2000)
    assert [ended.slot for ended in made.ends()] == [0]


def test_music_that_is_loaded_late_enters_where_it_would_be_by_then() -> None:
    made = theatre()
    at_ns = made.now_ns
    made.director.command(Free(0, 1_000.0, at_ns), made.now_ns)
    made.run(1000)
    made.director.plan.load(0, Track("track 0", PLAIN, 60_000.0))
    made.run(1000)
    assert made.heard_ms() == pytest.approx(1_000.0 + (made.now_ns - at_ns) / MS, abs=0.01)


def test_a_track_that_leaves_the_queue_is_heard_no_longer() -> None:
    made = theatre(60_000.0)
    made.director.command(Free(0, 0.0, made.now_ns + 250 * MS), made.now_ns)
    made.run(1000)
    made.director.command(SetOrder(()), made.now_ns)
    made.run(100)
    assert not made.heard
    assert made.segments()[-1].step == 0.0


def test_an_output_that_is_late_is_let_go_earlier_and_told_as_heard() -> None:
    made = theatre(60_000.0)
    made.director.output_delay_ms = 40.0
    at_ns = made.now_ns + 300 * MS
    made.director.command(Free(0, 30_000.0, at_ns), made.now_ns)
    made.run(2000)
    assert made.heard_ms() - 40.0 == pytest.approx(30_000.0 + (made.now_ns - at_ns) / MS, abs=0.01)
    assert made.segments()[-1].position_ms == pytest.approx(made.heard_ms() - 40.0, abs=50.0)


def test_standing_still_is_silent_until_the_next_program() -> None:
    made = theatre(60_000.0)
    made.director.command(Free(0, 0.0, made.now_ns + 250 * MS), made.now_ns)
    made.run(1000)
    made.director.stand(made.now_ns)
    made.run(1000)
    assert not made.heard
    made.director.command(Free(0, 0.0, made.now_ns + 250 * MS), made.now_ns)
    made.run(1000)
    assert len(made.heard) == 1

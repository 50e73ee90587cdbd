"""A follower is where its leader is: from the first frame on, by glides and jumps."""

import numpy as np
import pytest

from audio.engine.controller import JUMP_SUSTAIN_MS
from audio.engine.messages import Follow, Free, SetClock, SetOrder
from audio.position_history import PositionHistory
from client.sync.leader import LeaderVoice
from client.sync.timeline_fit import TimelineFit
from protocol.correction import Correction
from protocol.playback import PlaybackPosition
from protocol.timeline import ClockMapping
from tests.audio.engine.deck import BLOCK, RATE, START_NS, Deck, coded, decode, sine
from tests.audio.engine.rendering import CLOCK, CORRECTED_MS, FADE, MS, follower, paused, playing


def test_a_follower_starts_at_the_very_frame():
    music = coded(0, 90_000)
    deck = follower({0: music})
    deck.renderer.command(Follow(0, playing(0.0, 50.0), jump=True))
    out = deck.run(20_000)
    start = round(50 * MS)
    assert not out[:start].any()
    assert np.array_equal(out[start + FADE :], music[FADE : 20_000 - start])


def test_a_follower_that_joins_late_is_in_place_with_its_first_sample():
    music = coded(0, 190_000)
    deck = follower({0: music})
    deck.run(5 * BLOCK)
    deck.renderer.command(Follow(0, playing(1000.0, 0.0), jump=True))
    out = deck.run(10 * BLOCK)
    first = round(1000 * MS) + 5 * BLOCK
    assert np.array_equal(out[FADE:], music[first + FADE : first + 10 * BLOCK])
    assert deck.renderer.correction is Correction.NONE


def test_a_follower_without_a_clock_is_silent_and_joins_with_the_clock():
    music = coded(0, 190_000)
    deck = Deck({0: music})
    deck.renderer.command(Follow(0, playing(1000.0, 0.0), jump=True))
    assert not deck.run(BLOCK).any()
    deck.renderer.command(CLOCK)
    out = deck.run(BLOCK)
    assert np.array_equal(out[FADE:], music[44_100 + BLOCK + FADE : 44_100 + 2 * BLOCK])


def test_a_follower_joins_when_its_track_is_loaded():
    music = coded(0, 190_000)
    deck = follower({})
    deck.renderer.command(SetOrder((0,)))
    deck.renderer.command(Follow(0, playing(0.0, 0.0), jump=True))
    assert not deck.run(7 * BLOCK).any()
    deck.load({0: music})
    out = deck.run(2 * BLOCK)
    assert np.array_equal(out[FADE:], music[7 * BLOCK + FADE : 9 * BLOCK])


def test_a_small_step_of_the_leader_is_jumped_to_however_small():
    music = coded(0, 190_000)
    deck = follower({0: music})
    deck.renderer.command(Follow(0, playing(0.0, 0.0), jump=True))
    deck.run(10 * BLOCK)
    at_ms = 12 * BLOCK / MS
    deck.renderer.command(Follow(0, playing(at_ms + 3.0, at_ms), jump=True))
    out = deck.run(4 * BLOCK)
    first = 12 * BLOCK + round(3 * MS)
    assert np.array_equal(out[: 2 * BLOCK], music[10 * BLOCK : 12 * BLOCK])
    assert np.array_equal(out[2 * BLOCK + FADE :], music[first + FADE : first + 2 * BLOCK])


def test_a_pause_of_the_leader_is_held_at_its_position():
    deck = follower({0: coded(0, 190_000)})
    deck.renderer.command(Follow(0, playing(0.0, 0.0), jump=True))
    deck.run(4 * BLOCK)
    deck.renderer.command(Follow(0, paused(777.0, 200.0), jump=True))
    out = deck.run(40_000)
    pause = round(200 * MS) - 4 * BLOCK
    assert out[pause - 1].any()
    assert not out[pause + FADE :].any()
    assert (deck.segments[-1].position_ms, deck.segments[-1].step) == (777.0, 0.0)


@pytest.mark.parametrize("error_ms", [-29.0, -10.0, -1.0, 1.0, 10.0, 29.0])
def test_drift_below_the_threshold_is_glided_away_and_then_it_is_bit_exact_again(error_ms):
    music = coded(0, 1_000_000)
    deck = follower({0: music})
    deck.renderer.command(Follow(0, playing(5000.0, 0.0), jump=True))
    deck.run(20 * BLOCK)
    jumps = deck.renderer.jumps
    deck.renderer.command(Follow(0, playing(5000.0 + error_ms, 0.0), jump=False))
    deck.segments.clear()
    deck.run(round(44_100 * (2 + abs(error_ms) / 5)))
    assert deck.renderer.jumps == jumps, "no jump is heard"
    assert all(abs(segment.step - 1) <= 0.0051 for segment in deck.segments)
    assert any(abs(segment.step - 1) > 0.002 for segment in deck.segments)
    first = deck.frames
    slots, frames = decode(deck.run(40 * BLOCK))
    assert (slots == 0).all()
    assert (np.diff(frames) == 1).all(), "bit-exact: each sample is the source's next"
    assert frames[0] - first == pytest.approx((5000 + error_ms) * MS, abs=2)
    assert deck.renderer.correction is Correction.NONE


def test_drift_beyond_the_threshold_is_jumped_over_when_it_lasts():
    music = coded(0, 1_000_000)
    deck = follower({0: music})
    deck.renderer.command(Follow(0, playing(5000.0, 0.0), jump=True))
    deck.run(20 * BLOCK)
    jumps = deck.renderer.jumps
    deck.renderer.command(Follow(0, playing(5031.0, 0.0), jump=False))
    _, frames = decode(deck.run(round(JUMP_SUSTAIN_MS * MS) - BLOCK))
    assert (np.diff(frames) == 1).all(), "until then the music goes on"
    assert deck.renderer.jumps == jumps
    deck.run(2 * BLOCK + FADE)
    assert deck.renderer.jumps == jumps + 1
    _, frames = decode(out := deck.run(2 * BLOCK))
    assert np.array_equal(out, music[frames[0] : frames[0] + 2 * BLOCK])
    assert frames[0] == pytest.approx(round(5031 * MS) + deck.frames - 2 * BLOCK, abs=1)


def test_drift_beyond_the_threshold_after_an_underrun_is_jumped_over_at_once():
    music = coded(0, 1_000_000)
    deck = follower({0: music})
    deck.renderer.command(Follow(0, playing(5000.0, 0.0), jump=True))
    deck.run(20 * BLOCK)
    jumps = deck.renderer.jumps
    deck.renderer.interrupted()
    deck.renderer.command(Follow(0, playing(5031.0, 0.0), jump=False))
    out = deck.run(2 * BLOCK)
    first = round(5031 * MS) + 20 * BLOCK
    assert np.array_equal(out[FADE:], music[first + FADE : first + 2 * BLOCK])
    assert deck.renderer.jumps == jumps + 1


@pytest.mark.parametrize("error_ms", [-600.0, -40.0, -5.0, 5.0, 40.0, 600.0])
@pytest.mark.parametrize("blocks", [1, 2, 4])
def test_a_few_wrong_dac_times_are_not_heard_at_all(error_ms, blocks):
    deck = follower({0: coded(0, 1_000_000)})
    deck.renderer.command(Follow(0, playing(5000.0, 0.0), jump=True))
    deck.run(20 * BLOCK)
    jumps = deck.renderer.jumps
    parts = []
    for index in range(40):
        out = np.zeros((BLOCK, 2), dtype=np.int16)
        deck.renderer.render(out, deck.now_ns + (round(error_ms * 1e6) if 10 <= index < 10 + blocks else 0))
        deck.frames += BLOCK
        parts.append(out)
    _, frames = decode(np.concatenate(parts))
    assert (np.diff(frames) == 1).all()
    assert deck.renderer.jumps == jumps


def test_a_glide_plays_the_music_at_the_places_that_it_reports():
    music = sine(1_000_000)
    deck = follower({0: music})
    deck.renderer.command(Follow(0, playing(5000.0, 0.0), jump=True))
    deck.run(20 * BLOCK)
    deck.renderer.command(Follow(0, playing(5020.0, 0.0), jump=False))
    deck.segments.clear()
    start = deck.frames
    out = deck.run(60 * BLOCK)
    checked = 0
    for segment, after in zip(deck.segments, deck.segments[1:], strict=False):
        begin, end = deck.frame_of(segment.dac_ns) - start, deck.frame_of(after.dac_ns) - start
        ideal = sine(end - begin, start=segment.position_ms * MS, step=segment.step)
        assert np.abs(out[begin:end].astype(int) - ideal).max() <= 3
        checked += end - begin
    assert checked > 50 * BLOCK


def test_a_clock_that_moves_a_little_is_glided_after_and_one_that_moves_far_is_jumped_after():
    deck = follower({0: coded(0, 1_000_000)})
    deck.renderer.command(Follow(0, playing(5000.0, 0.0), jump=True))
    deck.run(20 * BLOCK)
    jumps = deck.renderer.jumps
    deck.renderer.command(SetClock(ClockMapping(START_NS, CORRECTED_MS + 2.0)))
    deck.run(120 * BLOCK)
    assert deck.renderer.jumps == jumps
    _, frames = decode(deck.run(BLOCK))
    assert frames[0] == pytest.approx(5002 * MS + 140 * BLOCK, abs=1.5)
    deck.renderer.command(SetClock(ClockMapping(START_NS, CORRECTED_MS + 500.0)))
    deck.run(20 * BLOCK)
    _, frames = decode(deck.run(BLOCK))
    assert deck.renderer.jumps == jumps + 1
    assert frames[-1] == pytest.approx(5500 * MS + 162 * BLOCK - 1, abs=1.5)


def test_a_correction_of_the_clock_is_over_by_itself():
    """A few microseconds, spread over a few ms: nobody is in time to say that it is over."""
    deck = follower({0: coded(0, 1_000_000)})
    deck.renderer.command(Follow(0, playing(5000.0, 0.0), jump=True))
    deck.run(20 * BLOCK)
    now_ns = deck.now_ns
    now_ms = CORRECTED_MS + (now_ns - START_NS) / 1e6
    deck.renderer.command(SetClock(ClockMapping(now_ns, now_ms, 1 + 500e-6, now_ns + 6_000_000, 1.0)))
    deck.run(700 * BLOCK)
    _, frames = decode(deck.run(BLOCK))
    assert frames[0] == pytest.approx(5000 * MS + 720 * BLOCK, abs=1.5)
    assert deck.renderer.jumps <= 1


def test_an_announcement_of_where_it_already_is_leaves_it_bit_exact():
    """A jump to the very place, in mid-glide: nothing moves, and what follows is played sample by sample."""
    deck = follower({0: coded(0, 1_000_000)})
    deck.renderer.command(Follow(0, playing(5000.0, 0.0), jump=True))
    deck.run(20 * BLOCK)
    deck.renderer.command(Follow(0, playing(5005.0, 0.0), jump=False))
    deck.run(20 * BLOCK)
    here = deck.segments[-1]
    now_ms = (deck.now_ns - START_NS) / 1e6
    position_ms = here.position_ms + (deck.now_ns - here.dac_ns) / 1e6 * here.step
    deck.renderer.command(Follow(0, playing(position_ms, now_ms), jump=True))
    deck.run(4 * BLOCK)
    _, frames = decode(deck.run(20 * BLOCK))
    assert (np.diff(frames) == 1).all()


def test_news_that_refine_a_jump_still_ahead_wait_with_it():
    music = coded(0, 500_000)
    deck = follower({0: music})
    deck.renderer.command(Follow(0, paused(0.0, 0.0), jump=True))
    deck.run(BLOCK)
    deck.renderer.command(Follow(0, playing(2000.0, 300.0), jump=True))
    deck.renderer.command(Follow(0, playing(2000.4, 300.0), jump=False))
    out = deck.run(30 * BLOCK)
    start = round(300 * MS) - BLOCK
    assert not out[:start].any()
    _, frames = decode(out[start + FADE :])
    assert frames[0] == pytest.approx(2000.4 * MS + FADE, abs=1)
    assert (np.diff(frames) == 1).all()


def test_news_that_turn_a_standing_follower_into_a_playing_one_start_it():
    deck = follower({0: coded(0, 500_000)})
    deck.renderer.command(Follow(0, paused(1000.0, 0.0), jump=True))
    deck.run(4 * BLOCK)
    deck.renderer.command(Follow(0, playing(1000.0, 0.0), jump=False))
    _, frames = decode(deck.run(4 * BLOCK)[FADE:])
    assert frames[0] == pytest.approx(44_100 + 4 * BLOCK + FADE, abs=1)


def test_a_follower_goes_through_a_track_change_by_itself_without_a_jump():
    deck = follower({0: coded(0, 30_000), 1: coded(1, 90_000)})
    deck.renderer.command(Follow(0, playing(0.0, 0.0), jump=True))
    out = deck.run(60_000)
    assert np.array_equal(out[FADE:30_000], coded(0, 30_000)[FADE:])
    assert np.array_equal(out[30_000:], coded(1, 90_000)[:30_000])
    jumps = deck.renderer.jumps
    assert [segment.slot for segment in deck.segments if segment.natural] == [1]
    # The leader's own word for it comes late and changes nothing.
    deck.renderer.command(Follow(1, playing(0.0, 30_000 / MS), jump=True))
    out = deck.run(20_000)
    assert np.array_equal(out, coded(1, 90_000)[30_000:50_000])
    assert deck.renderer.jumps == jumps


@pytest.mark.parametrize("early_frames", [3_000, 9_000])
def test_news_of_the_next_track_that_come_early_do_not_cut_off_the_present_one(early_frames):
    deck = follower({0: coded(0, 30_000), 1: coded(1, 90_000)})
    deck.renderer.command(Follow(0, playing(0.0, 0.0), jump=True))
    deck.run(30_000 - early_frames)
    jumps = deck.renderer.jumps
    deck.renderer.command(Follow(1, playing(0.0, 30_000 / MS), jump=False))
    out = deck.run(early_frames + 20_000)
    assert np.array_equal(out[:early_frames], coded(0, 30_000)[30_000 - early_frames :])
    assert np.array_equal(out[early_frames:], coded(1, 90_000)[:20_000])
    assert deck.renderer.jumps == jumps


@pytest.mark.parametrize("lag_ms", [-20.0, 20.0])
def test_a_glide_across_a_track_change_neither_jumps_nor_loses_its_way(lag_ms):
    deck = follower({0: coded(0, 60_000), 1: coded(1, 290_000)})
    deck.renderer.command(Follow(0, playing(0.0, 0.0), jump=True))
    deck.run(40_000)
    jumps = deck.renderer.jumps
    deck.renderer.command(Follow(0, playing(lag_ms, 0.0), jump=False))
    deck.run(260_000)
    slots, frames = decode(deck.run(BLOCK))
    assert deck.renderer.jumps == jumps
    assert (slots == 1).all()
    assert frames[0] == pytest.approx(240_000 + lag_ms * MS, abs=1.5)


@pytest.mark.parametrize("error_ms", [-0.2, 0.2, -20.0, 20.0])
def test_a_follower_ends_the_queue_once(error_ms):
    deck = follower({0: coded(0, 40_000)})
    deck.renderer.command(Follow(0, playing(0.0, 0.0), jump=True))
    deck.run(38_000)
    jumps = deck.renderer.jumps
    deck.renderer.command(Follow(0, playing(error_ms, 0.0), jump=False))
    deck.run(20_000)
    assert len(deck.ended) == 1
    assert deck.renderer.jumps == jumps, "the last samples are not heard twice"


def test_a_follower_may_be_sent_back_after_the_end():
    deck = follower({0: coded(0, 40_000)})
    deck.renderer.command(Follow(0, playing(0.0, 0.0), jump=True))
    deck.run(50_000)
    deck.renderer.command(Follow(0, playing(100.0, 50_000 / MS), jump=True))
    slots, frames = decode(deck.run(4 * BLOCK)[FADE:])
    assert (slots == 0).all()
    assert frames[0] == pytest.approx(4410 + FADE, abs=1)


@pytest.mark.parametrize(("leader_ppm", "follower_ppm"), [(0, 0), (100, -100), (-200, 150), (30, 35)])
def test_a_follower_of_whole_milliseconds_stays_within_a_quarter_of_one(leader_ppm, follower_ppm):
    rng = np.random.default_rng(5)
    music = {0: coded(0, 1_600_000)}
    leader, buddy = Deck(music, ppm=leader_ppm), follower(music, ppm=follower_ppm)
    leader.renderer.command(Free(0, 0.0, leader.now_ns))
    known = {leader: PositionHistory(), buddy: PositionHistory()}
    voice, fit = LeaderVoice(), TimelineFit()
    errors_ms = []
    for step in range(30 * RATE // BLOCK):
        for deck, history in known.items():
            deck.block()
            for segment in deck.segments:
                history.add(segment)
            deck.segments.clear()
        heard_ns = min(leader.now_ns, buddy.now_ns) - 30_000_000
        if step % 11 == 10:
            at_ns = heard_ns + round(rng.uniform(-5e6, 5e6))
            position_ms = known[leader].line_at(at_ns).position_at(at_ns)
            said = voice.position(PlaybackPosition(0, "track", position_ms, True, at_ns), CLOCK.mapping)
            if fit.timeline() is None:
                fit.restart(said.position_ms, said.corrected_ms, is_playing=True, exact=False)
                buddy.renderer.command(Follow(0, fit.timeline(), jump=True))
            else:
                fit.observe(said.position_ms, said.corrected_ms)
                buddy.renderer.command(Follow(0, fit.timeline(), jump=False))
        if step > 12 * RATE / BLOCK:
            mine, theirs = (history.line_at(heard_ns).position_at(heard_ns) for history in known.values())
            errors_ms.append(mine - theirs)
    assert buddy.renderer.jumps == 1
    assert np.abs(errors_ms).max() <= 0.25
    assert abs(np.median(errors_ms)) <= 0.12


@pytest.mark.parametrize("behind_ms", [0.1, 1.0, 10.0, 29.0])
def test_a_follower_that_is_behind_at_the_end_of_the_queue_plays_its_last_samples_out(behind_ms):
    music = coded(0, 80_000)
    deck = follower({0: music})
    deck.renderer.command(Follow(0, playing(0.0, 0.0), jump=True))
    deck.run(76_000)
    deck.renderer.command(Follow(0, playing(behind_ms, 0.0), jump=False))
    out = deck.run(12_000)
    last = np.flatnonzero(out[:, 0])[-1]
    assert np.array_equal(out[last], music[-1]) or abs(int(out[last, 0]) - int(music[-1, 0])) <= 200
    assert 76_000 + last >= 80_000 - behind_ms * MS - 2
    assert not out[last + 1 :].any()
    assert len(deck.ended) == 1
    assert deck.renderer.jumps == 1
    deck.run(4 * BLOCK)
    assert len(deck.ended) == 1

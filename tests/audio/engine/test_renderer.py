import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.engine.controller import JUMP_SUSTAIN_MS
from audio.engine.fader import Fader
from audio.engine.messages import Click, Follow, Free, Hold, SetClock, SetOrder, SetVolume
from audio.position_history import PositionHistory
from client.sync.leader import LeaderVoice
from client.sync.timeline_fit import TimelineFit
from protocol.correction import Correction
from protocol.playback import PlaybackPosition
from protocol.timeline import ClockMapping, Timeline
from tests.audio.engine.deck import BLOCK, NS_PER_FRAME, RATE, START_NS, Deck, coded, decode, sine

FADE = Fader(RATE).frames
CORRECTED_MS = 1_700_000_000_000.0
CLOCK = SetClock(ClockMapping(START_NS, CORRECTED_MS))
MS = RATE / 1000


def playing(position_ms: float, after_ms: float, *, rate: float = 1.0) -> Timeline:
    """Return a line on which `position_ms` is at the DAC `after_ms` after the deck's start."""
    return Timeline(position_ms, CORRECTED_MS + after_ms, True, rate)


def paused(position_ms: float, after_ms: float) -> Timeline:
    return Timeline(position_ms, CORRECTED_MS + after_ms, False)


def follower(tracks: dict[int, np.ndarray], **options) -> Deck:
    deck = Deck(tracks, **options)
    deck.renderer.command(SetOrder(tuple(tracks)))
    deck.renderer.command(CLOCK)
    return deck


# Free play


def test_free_play_is_bit_exact_from_its_very_frame_on():
    music = coded(0, 50_000)
    deck = Deck({0: music})
    deck.renderer.command(Free(0, 0.0, deck.ns_of(1500)))
    out = deck.run(20_000)
    assert not out[:1500].any()
    assert np.array_equal(out[1500:], music[:18_500])


@pytest.mark.parametrize("block", [1, 7, 64, 441, 1024, 5000])
def test_where_a_command_counts_does_not_depend_on_the_blocks(block):
    music = coded(0, 50_000)
    deck = Deck({0: music})
    deck.renderer.command(Free(0, 0.0, deck.ns_of(777)))
    deck.renderer.command(Hold(0, 10.0, deck.ns_of(1777)))
    out = deck.run(3000, block)
    assert not out[:777].any()
    assert np.array_equal(out[777:1777], music[:1000])
    assert not out[1777 + FADE :].any()


def test_a_command_that_comes_late_enters_as_if_it_had_been_in_time():
    music = coded(0, 50_000)
    deck = Deck({0: music})
    deck.run(10 * BLOCK)
    deck.renderer.command(Free(0, 100.0, deck.ns_of(4 * BLOCK)))
    out = deck.run(4 * BLOCK)
    expected = 4410 + 6 * BLOCK
    assert np.array_equal(out[FADE:], music[expected + FADE : expected + 4 * BLOCK])
    assert deck.segments[0].position_ms == pytest.approx(expected / MS)
    assert deck.segments[0].dac_ns == deck.ns_of(10 * BLOCK)


def test_commands_for_later_wait_in_order_and_a_new_one_replaces_those_after_it():
    music = coded(0, 90_000)
    deck = Deck({0: music})
    deck.renderer.command(Free(0, 0.0, deck.ns_of(1000)))
    deck.renderer.command(Hold(0, 50.0, deck.ns_of(20_000)))
    deck.renderer.command(Free(0, 1000.0, deck.ns_of(9000)))
    out = deck.run(30_000)
    assert np.array_equal(out[1000:9000], music[:8000])
    assert np.array_equal(out[9000 + FADE :], music[44_100 + FADE : 44_100 + 21_000])


def test_an_instant_absurdly_far_ahead_is_not_waited_for():
    deck = Deck({0: coded(0, 50_000)})
    deck.renderer.command(Free(0, 0.0, deck.ns_of(0) + 3_600_000_000_000))
    assert deck.run(BLOCK).any()


def test_free_play_reports_where_it_is_to_the_sample():
    deck = Deck({0: coded(0, 90_000)})
    deck.renderer.command(Free(0, 250.0, deck.ns_of(1500)))
    deck.run(40_000)
    for segment in deck.segments:
        frame = deck.frame_of(segment.dac_ns)
        assert segment.position_ms == pytest.approx(250 + (frame - 1500) / MS, abs=1e-6)
        assert segment.step == 1.0
    gaps = np.diff([segment.dac_ns for segment in deck.segments])
    assert gaps.max() <= 80e6, "positions stay fresh"


def test_a_track_whose_music_is_not_loaded_is_silence():
    deck = Deck({})
    deck.renderer.command(Free(3, 0.0, deck.now_ns))
    assert not deck.run(5000).any()


# Hold


def test_hold_is_silent_and_stands_exactly():
    deck = Deck({0: coded(0, 90_000)})
    deck.renderer.command(Free(0, 0.0, deck.now_ns))
    deck.run(10_000)
    at_ns = deck.ns_of(12_345)
    deck.renderer.command(Hold(0, 279.0, at_ns))
    out = deck.run(60_000)
    assert not out[2345 + FADE :].any()
    standing = [segment for segment in deck.segments if segment.dac_ns >= at_ns]
    assert {(segment.slot, segment.step) for segment in standing} == {(0, 0.0)}
    assert standing[-1].position_ms == 279.0
    history = PositionHistory()
    for segment in deck.segments:
        history.add(segment)
    assert history.line_at(at_ns + 1).position_at(at_ns + 900_000_000) == 279.0


def test_hold_before_anything_was_played_stands_where_it_is_told():
    deck = Deck({0: coded(0, 90_000)})
    deck.renderer.command(Hold(0, 1234.0, deck.now_ns))
    assert not deck.run(BLOCK).any()
    assert (deck.segments[-1].position_ms, deck.segments[-1].step) == (1234.0, 0.0)


# Cuts


def test_a_cut_crossfades_for_five_milliseconds_and_not_a_frame_longer():
    full = np.full((90_000, 2), 32_767, dtype=np.int16)
    full[45_000:] = -32_768
    deck = Deck({0: full})
    deck.renderer.command(Free(0, 0.0, deck.now_ns))
    deck.run(BLOCK)
    deck.renderer.command(Free(0, 50_000 / MS, deck.ns_of(2000)))
    out = deck.run(4 * BLOCK).astype(int)[:, 0]
    cut = 2000 - BLOCK
    assert abs(FADE - 5 * MS) <= 1
    assert (out[:cut] == 32_767).all()
    assert (np.diff(out[cut : cut + FADE]) <= 0).all(), "from full scale to full scale without a wrap"
    assert (out[cut + FADE :] == -32_768).all()


def test_loud_music_cut_into_loud_music_keeps_its_level():
    full = np.full((90_000, 2), 32_767, dtype=np.int16)
    deck = Deck({0: full})
    deck.renderer.command(Free(0, 0.0, deck.now_ns))
    deck.run(BLOCK)
    deck.renderer.command(Free(0, 1000.0, deck.ns_of(1500)))
    out = deck.run(3 * BLOCK)
    assert out.min() >= 32_766


@pytest.mark.parametrize("apart", [1, 50, 100, 219, 220, 300])
def test_cuts_in_quick_succession_do_not_click(apart):
    level = np.full((200_000, 2), 20_000, dtype=np.int16)
    deck = Deck({0: level})
    deck.renderer.command(Free(0, 10.0, deck.ns_of(500)))
    deck.renderer.command(Free(0, 1000.0, deck.ns_of(500 + apart)))
    deck.renderer.command(Hold(0, 5.0, deck.ns_of(500 + 2 * apart)))
    deck.renderer.command(Free(0, 500.0, deck.ns_of(500 + 3 * apart)))
    deck.renderer.command(Hold(0, 5.0, deck.ns_of(500 + 4 * apart)))
    out = deck.run(4000).astype(int)[:, 0]
    assert np.abs(np.diff(out)).max() <= 2 * 20_000 / FADE + 2
    assert not out[500 + 4 * apart + 2 * FADE :].any()


def test_a_track_that_begins_after_an_interrupted_fade_begins_at_full_level():
    level = np.full((200_000, 2), 20_000, dtype=np.int16)
    deck = Deck({0: level})
    deck.renderer.command(Free(0, 10.0, deck.ns_of(0)))
    deck.renderer.command(Hold(0, 0.0, deck.ns_of(50)))
    deck.renderer.command(Free(0, 0.0, deck.ns_of(60)))
    assert (deck.run(1000)[60 + FADE :] == 20_000).all()


# Track changes


def test_a_natural_track_change_is_gapless_and_reported_at_its_very_sample():
    first, second = coded(0, 30_000), coded(1, 40_000)
    deck = Deck({0: first, 1: second})
    deck.renderer.command(SetOrder((0, 1)))
    deck.renderer.command(Free(0, 0.0, deck.ns_of(100)))
    out = deck.run(60_000)
    assert np.array_equal(out[100:], np.concatenate([first, second])[: 60_000 - 100])
    change = [segment for segment in deck.segments if segment.natural]
    assert [(segment.slot, segment.position_ms, segment.step) for segment in change] == [(1, 0.0, 1.0)]
    assert change[0].dac_ns == pytest.approx(deck.ns_of(30_100), abs=2)


def test_tracks_shorter_than_a_block_all_get_their_change():
    tracks = {slot: coded(slot, 100 + slot) for slot in range(8)}
    deck = Deck(tracks)
    deck.renderer.command(SetOrder(tuple(tracks)))
    deck.renderer.command(Free(0, 0.0, deck.now_ns))
    out = deck.run(2 * BLOCK)
    strip = np.concatenate(list(tracks.values()))
    assert np.array_equal(out[: len(strip)], strip)
    assert not out[len(strip) :].any()
    assert [segment.slot for segment in deck.segments if segment.natural] == [1, 2, 3, 4, 5, 6, 7, 7]
    starts = np.cumsum([len(track) for track in tracks.values()])
    natural = [segment.dac_ns for segment in deck.segments if segment.natural]
    assert natural == pytest.approx([deck.ns_of(start) for start in starts], abs=20)


def test_the_order_says_what_comes_next_even_backwards():
    deck = Deck({slot: coded(slot, 5000) for slot in range(3)})
    deck.renderer.command(SetOrder((2, 0, 1)))
    deck.renderer.command(Free(2, 0.0, deck.now_ns))
    slots, _ = decode(deck.run(15_000))
    assert [int(slot) for slot in dict.fromkeys(slots)] == [2, 0, 1]


def test_the_end_of_the_queue_is_reported_at_its_sample_and_is_silence_from_there():
    deck = Deck({0: coded(0, 10_000)})
    deck.renderer.command(SetOrder((0,)))
    deck.renderer.command(Free(0, 0.0, deck.now_ns))
    out = deck.run(20_000)
    assert not out[10_000:].any()
    assert len(deck.ended) == 1
    assert deck.ended[0].dac_ns == pytest.approx(deck.ns_of(10_000), abs=2)
    assert deck.segments[-1].step == 0.0
    assert deck.segments[-1].position_ms == pytest.approx(10_000 / MS)


def test_a_queue_that_ended_before_it_was_entered_has_ended():
    deck = Deck({0: coded(0, 10_000)})
    deck.renderer.command(SetOrder((0,)))
    deck.run(10 * BLOCK)
    deck.renderer.command(Free(0, 200.0, deck.ns_of(0)))
    assert not deck.run(BLOCK).any()
    assert [ended.slot for ended in deck.ended] == [0]


def test_music_entered_beyond_its_end_says_so_when_it_is_already_the_next_track():
    deck = Deck({0: coded(0, 10_000), 1: coded(1, 30_000)})
    deck.renderer.command(SetOrder((0, 1)))
    deck.renderer.command(Free(0, 10_000 / MS, deck.ns_of(0)))
    slots, frames = decode(deck.run(BLOCK))
    assert (slots == 1).all()
    assert frames[0] == 0
    assert {segment.slot for segment in deck.segments} == {1}
    assert deck.segments[0].natural


def test_a_track_taken_out_of_the_order_stops():
    deck = Deck({0: coded(0, 50_000), 1: coded(1, 50_000)})
    deck.renderer.command(SetOrder((0, 1)))
    deck.renderer.command(Free(0, 0.0, deck.now_ns))
    deck.run(BLOCK)
    deck.renderer.command(SetOrder((1,)))
    assert not deck.run(4 * BLOCK)[FADE:].any()


def test_a_running_track_whose_successor_is_taken_out_goes_on_and_ends():
    deck = Deck({0: coded(0, 5000), 1: coded(1, 5000)})
    deck.renderer.command(SetOrder((0, 1)))
    deck.renderer.command(Free(0, 0.0, deck.now_ns))
    deck.run(BLOCK)
    deck.renderer.command(SetOrder((0,)))
    slots, _ = decode(deck.run(10_000))
    assert set(slots) == {0, -1}
    assert len(deck.ended) == 1


# Follow


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


# Two machines


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


# Whatever comes

_position = st.floats(0, 3_000)
_slot = st.integers(0, 3)
_ahead_ns = st.integers(-200_000_000, 300_000_000)
_commands = st.one_of(
    st.tuples(st.just("free"), _slot, _position, _ahead_ns),
    st.tuples(st.just("hold"), _slot, _position, _ahead_ns),
    st.tuples(st.just("follow"), _slot, _position, _ahead_ns, st.booleans(), st.booleans()),
    st.tuples(st.just("order"), st.permutations([0, 1, 2, 3]), st.integers(0, 4)),
    st.tuples(st.just("load"), _slot),
    st.tuples(st.just("clock"), st.floats(-60, 60), st.floats(0.9998, 1.0002)),
)


def obey(deck: Deck, command: tuple, tracks: dict[int, np.ndarray]) -> None:
    match command:
        case ("free", slot, position_ms, ahead_ns):
            deck.renderer.command(Free(slot, position_ms, deck.now_ns + ahead_ns))
        case ("hold", slot, position_ms, ahead_ns):
            deck.renderer.command(Hold(slot, position_ms, deck.now_ns + ahead_ns))
        case ("follow", slot, position_ms, ahead_ns, is_playing, jump):
            corrected_ms = CORRECTED_MS + (deck.now_ns + ahead_ns - START_NS) / 1e6
            deck.renderer.command(Follow(slot, Timeline(position_ms, corrected_ms, is_playing), jump))
        case ("order", order, count):
            deck.renderer.command(SetOrder(tuple(order[:count])))
        case ("load", slot):
            deck.load({slot: tracks[slot]})
        case ("clock", step_ms, rate):
            deck.renderer.command(SetClock(ClockMapping(START_NS, CORRECTED_MS + step_ms, rate)))


@settings(max_examples=300)
@given(
    script=st.lists(st.tuples(_commands, st.lists(st.integers(1, 3000), max_size=4)), max_size=14),
    short=st.integers(1, 4000),
)
def test_no_sequence_of_commands_and_blocks_does_harm_and_what_is_reported_is_what_is_heard(script, short):
    tracks = {0: coded(0, 30_000), 1: coded(1, short), 2: coded(2, 60_000), 3: coded(3, 20_000)}
    deck = follower({slot: tracks[slot] for slot in range(3)})
    parts = [deck.block()]
    for command, blocks in script:
        obey(deck, command, tracks)
        parts += [deck.block(frames) for frames in blocks]
    out = np.concatenate(parts)
    lines = sorted({segment.dac_ns: segment for segment in deck.segments}.values(), key=lambda segment: segment.dac_ns)
    ends = [segment.dac_ns for segment in lines[1:]] + [deck.now_ns]
    for segment, end_ns in zip(lines, ends, strict=False):
        begin, end = deck.frame_of(segment.dac_ns), deck.frame_of(end_ns)
        if segment.step == 0.0:
            assert not out[begin + 2 * FADE : end].any(), f"silence was reported: {segment}"
        elif segment.step == 1.0 and end - begin > 2 * FADE + 1:
            slots, frames = decode(out[begin + 2 * FADE : end - 1])
            assert (slots == segment.slot).all(), segment
            expected = round(segment.position_ms * MS) + 2 * FADE + np.arange(len(frames))
            assert np.abs(frames - expected).max() <= 1, segment


def test_a_command_at_the_last_half_frame_of_a_block_is_not_lost():
    for offset in np.linspace(-1.5, 1.5, 13):
        deck = Deck({0: coded(0, 50_000)})
        deck.renderer.command(Free(0, 0.0, START_NS + round((BLOCK + offset) * NS_PER_FRAME)))
        out = deck.run(3 * BLOCK)
        first = np.flatnonzero(out[:, 0])[0]
        assert first == pytest.approx(BLOCK + offset, abs=0.51)
        _, frames = decode(out[first:])
        assert frames[0] <= 1
        assert (np.diff(frames) == 1).all()


# Volume, clicks, fades


def test_at_full_volume_samples_are_untouched_and_below_they_are_scaled():
    music = coded(0, 90_000)
    deck = Deck({0: music})
    deck.renderer.command(SetVolume(1.0))
    deck.renderer.command(Free(0, 0.0, deck.now_ns))
    assert np.array_equal(deck.run(5000), music[:5000])
    deck.renderer.command(SetVolume(0.5))
    deck.run(2 * BLOCK)
    first = deck.frames
    assert np.array_equal(deck.run(5000), np.rint(music[first : first + 5000] * np.float32(0.5)).astype(np.int16))


def test_a_volume_that_was_set_in_silence_holds_from_the_first_sample_on():
    level = np.full((90_000, 2), 20_000, dtype=np.int16)
    deck = Deck({0: level})
    deck.run(BLOCK)
    deck.renderer.command(SetVolume(0.25))
    deck.renderer.command(Free(0, 0.0, deck.ns_of(2 * BLOCK)))
    assert (deck.run(3 * BLOCK)[BLOCK:] == 5000).all()


def test_clicks_fall_on_whole_seconds_of_corrected_time_and_are_no_music():
    deck = follower({0: coded(0, 90_000)})
    deck.renderer.command(Click(deck.ns_of(3000)))
    out = deck.run(3 * RATE)[:, 0].astype(int)
    loud = np.flatnonzero(out)
    onsets = loud[np.diff(loud, prepend=-RATE) > RATE // 10]
    assert list(onsets) == [RATE, 2 * RATE], "the first second was before it began"
    assert not deck.segments


def test_clicks_without_a_clock_are_silence():
    deck = Deck({0: coded(0, 90_000)})
    deck.renderer.command(Click(deck.now_ns))
    assert not deck.run(2 * RATE).any()


def test_music_fades_out_into_clicks_and_clicks_fade_into_music():
    level = np.full((200_000, 2), 20_000, dtype=np.int16)
    deck = follower({0: level})
    deck.renderer.command(Free(0, 10.0, deck.now_ns))
    deck.run(BLOCK)
    deck.renderer.command(Click(deck.ns_of(2000)))
    out = deck.run(RATE - BLOCK + 20)[:, 0].astype(int)
    assert (np.diff(out[2000 - BLOCK : 2000 - BLOCK + FADE]) <= 0).all()
    assert not out[2000 - BLOCK + FADE : RATE - BLOCK].any()
    assert out[-1] != 0
    deck.renderer.command(Free(0, 100.0, deck.now_ns))
    out = np.concatenate([out[-20:], deck.run(2000)[:, 0].astype(int)])
    assert (out[20 + FADE :] == 20_000).all(), "the rest of the click is gone with the fade"
    assert np.abs(np.diff(out[20:])).max() < 4_000


@settings(max_examples=150)
@given(
    script=st.lists(st.tuples(_commands, st.lists(st.integers(1, 3000), max_size=4), st.booleans()), max_size=12),
    volume=st.lists(st.floats(0, 1), max_size=3),
)
def test_no_sequence_of_commands_clicks(script, volume):
    """Slow music: any step from sample to sample that is larger than its own comes from a cut without a fade."""
    # Whole numbers of cycles: they begin and end at zero, so that a track's own end is no step either.
    tracks = {slot: sine(60_000, (150 + 20 * slot) * RATE / 60_000, amplitude=10_000) for slot in range(4)}
    own = 10_000 * 2 * np.pi * 210 / 60_000
    deck = follower(tracks)
    deck.renderer.command(Follow(0, playing(100.0, 0.0), jump=True))
    volumes = iter(volume)
    parts = [deck.block()]
    for command, blocks, interrupted in script:
        obey(deck, command, tracks)
        if interrupted and (gain := next(volumes, None)) is not None:
            deck.renderer.command(SetVolume(gain))
        parts += [deck.block(frames) for frames in blocks]
    out = np.concatenate(parts).astype(int)
    steps = np.abs(np.diff(out, axis=0)).max(initial=0)
    # Three cuts within one fade add up.
    assert steps <= own * 4 + 4 * 10_000 / FADE + 10_000 / (0.02 * RATE)


def test_after_an_underrun_the_music_fades_in():
    level = np.full((200_000, 2), 20_000, dtype=np.int16)
    deck = Deck({0: level})
    deck.renderer.command(Free(0, 10.0, deck.now_ns))
    deck.run(BLOCK)
    deck.renderer.interrupted()
    out = deck.run(BLOCK)[:, 0].astype(int)
    assert out[0] == 0
    assert (np.diff(out[:FADE]) >= 0).all()
    assert (out[FADE:] == 20_000).all()


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

"""Free play, hold and the order of the tracks, to the sample."""

import numpy as np
import pytest

from audio.engine.messages import Free, Hold, SetOrder
from audio.position_history import PositionHistory
from tests.audio.engine.deck import BLOCK, Deck, coded, decode
from tests.audio.engine.rendering import FADE, MS


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

"""Cuts, underruns, volume and clicks: what is heard has no edge."""

import numpy as np
import pytest

from audio.engine.messages import Click, Free, Hold, SetVolume
from tests.audio.engine.deck import BLOCK, RATE, Deck, coded
from tests.audio.engine.rendering import FADE, MS, follower


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

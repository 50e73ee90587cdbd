import numpy as np
import pytest

from audio.engine.fader import FADE_MS, Fader

RATE = 44_100


def level(value: int, frames: int) -> np.ndarray:
    return np.full((frames, 2), value, dtype=np.int16)


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000, 96_000])
def test_a_fade_is_five_milliseconds_at_any_rate(rate):
    fader = Fader(rate)
    assert fader.frames == pytest.approx(rate * FADE_MS / 1000, abs=0.5)
    fader.fade_in()
    out = level(10_000, rate // 10)
    fader.apply(out)
    assert (out[: fader.frames - 1, 0] < 10_000).all()
    assert (out[fader.frames :] == 10_000).all()


def test_idle_it_touches_nothing():
    out = np.random.default_rng(1).integers(-32_768, 32_767, (5000, 2)).astype(np.int16)
    before = out.copy()
    Fader(RATE).apply(out)
    assert np.array_equal(out, before)


@pytest.mark.parametrize("block", [1, 13, 219, 220, 221, 4096])
def test_blocks_of_any_size_give_the_same_fade(block):
    whole, parts = Fader(RATE), Fader(RATE)
    for fader in (whole, parts):
        fader.fade_out(level(-9000, 1000))
        fader.fade_in()
    expected, found = level(20_000, 1000), level(20_000, 1000)
    whole.apply(expected)
    for start in range(0, 1000, block):
        parts.apply(found[start : start + block])
    assert np.array_equal(expected, found)


def test_opposite_extremes_never_wrap():
    fader = Fader(RATE)
    fader.fade_out(level(32_767, 1000))
    out = level(32_767, 1000)
    fader.apply(out)
    assert out.min() == 32_767, "without a fade in the sum is limited"


def test_a_cut_into_silence_ends_in_silence():
    fader = Fader(RATE)
    fader.fade_out(level(20_000, 1000))
    out = level(0, 1000)
    fader.apply(out)
    assert out[0, 0] == 20_000
    assert (np.diff(out[:, 0].astype(int)) <= 0).all()
    assert not out[fader.frames :].any()


def test_a_cut_within_a_fade_goes_on_from_where_the_fade_was():
    fader = Fader(RATE)
    fader.fade_in()
    first = level(20_000, 110)
    fader.apply(first)
    fader.fade_out(level(20_000, 1000))
    then = level(0, 1000)
    fader.apply(then)
    heard = np.concatenate([first, then])[:, 0].astype(int)
    assert np.abs(np.diff(heard)).max() < 200

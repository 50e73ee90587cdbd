import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.engine.gain import RAMP_MS, Gain

RATE = 44_100
RAMP = round(RATE * RAMP_MS / 1000)


def level(value: int, frames: int) -> np.ndarray:
    return np.full((frames, 2), value, dtype=np.int16)


def test_at_full_gain_nothing_is_touched():
    out = np.random.default_rng(1).integers(-32_768, 32_767, (5000, 2)).astype(np.int16)
    before = out.copy()
    gain = Gain(RATE)
    gain.set(1.0)
    gain.apply(out)
    assert np.array_equal(out, before)


def test_a_change_takes_its_time_and_then_stands():
    gain, out = Gain(RATE), level(20_000, 2 * RAMP)
    gain.set(0.0)
    gain.apply(out)
    assert (np.diff(out[: RAMP + 1, 0].astype(int)) <= 0).all()
    assert np.abs(np.diff(out[:, 0].astype(int))).max() <= 20_000 / RAMP + 1
    assert not out[RAMP:].any()
    out = level(20_000, 2 * RAMP)
    gain.set(0.5)
    gain.apply(out)
    assert (out[RAMP // 2 + 1 :] == 10_000).all()


@pytest.mark.parametrize("block", [1, 13, 441, RAMP - 1, RAMP, RAMP + 1])
def test_blocks_of_any_size_give_the_same_ramp(block):
    whole, parts = Gain(RATE), Gain(RATE)
    expected, found = level(-30_000, 2000), level(-30_000, 2000)
    for gain in (whole, parts):
        gain.set(0.25)
    whole.apply(expected)
    for start in range(0, 2000, block):
        parts.apply(found[start : start + block])
    assert np.abs(expected.astype(int) - found).max() <= 1


def test_back_at_full_gain_samples_are_untouched_again():
    gain = Gain(RATE)
    gain.set(0.3)
    gain.apply(level(1, 3000))
    gain.set(1.0)
    gain.apply(level(1, 3000))
    out = np.random.default_rng(2).integers(-32_768, 32_767, (5000, 2)).astype(np.int16)
    before = out.copy()
    gain.apply(out)
    assert np.array_equal(out, before)


@given(gains=st.lists(st.tuples(st.floats(-2, 3), st.integers(1, 1500)), min_size=1, max_size=12))
def test_it_never_wraps_grows_or_clicks(gains):
    gain, parts = Gain(RATE), []
    for goal, frames in gains:
        gain.set(goal)
        parts.append(level(-32_768, frames))
        gain.apply(parts[-1])
    out = np.concatenate(parts)[:, 0].astype(int)
    assert out.max() <= 0
    assert np.abs(np.diff(out)).max(initial=0) <= 32_768 / RAMP + 2

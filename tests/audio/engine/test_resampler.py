import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.engine.resampler import LEAD_IN, interpolate, window_for
from tests.audio.engine.deck import RATE, sine


def read(source: np.ndarray, position: float, frames: int, step: float) -> np.ndarray:
    first, count = window_for(position, frames, step)
    return interpolate(source[first : first + count], position - np.floor(position), frames, step)


@pytest.mark.parametrize("hz", [50, 1000, 5000, 10_000, 15_000])
@pytest.mark.parametrize("step", [0.995, 1.0, 1.000_1, 1.005])
def test_a_sine_read_between_its_samples_is_the_sine(hz, step):
    position, frames = 1000.37, 4096
    heard = read(sine(10_000, hz), position, frames, step)[:, 0].astype(float)
    ideal = 20_000 * np.sin(2 * np.pi * hz * (position + np.arange(frames) * step) / RATE)
    error_db = 20 * np.log10(np.sqrt(np.mean((heard - ideal) ** 2)) / (20_000 / np.sqrt(2)))
    assert error_db < (-84 if hz <= 10_000 else -70)


def test_whole_positions_pass_samples_through():
    source = np.random.default_rng(1).integers(-32_768, 32_767, (2000, 2)).astype(np.int16)
    assert np.array_equal(np.rint(read(source, 500.0, 1000, 1.0)), source[500:1500])


@given(fraction=st.floats(0, 1, exclude_max=True), step=st.floats(0.995, 1.005))
def test_gain_is_one_everywhere(fraction, step):
    level = np.full((600, 2), 30_000, dtype=np.int16)
    assert read(level, 100 + fraction, 256, step) == pytest.approx(30_000, abs=0.2)


@given(position=st.floats(0, 1e7), frames=st.integers(1, 3000), step=st.floats(0.995, 1.005))
def test_the_window_is_just_wide_enough(position, frames, step):
    first, count = window_for(position, frames, step)
    assert first == int(np.floor(position)) - LEAD_IN
    out = interpolate(np.zeros((count, 2), dtype=np.int16), position - np.floor(position), frames, step)
    assert out.shape == (frames, 2)


def test_left_and_right_do_not_mix():
    source = sine(4000)
    source[:, 1] = 0
    out = read(source, 1000.5, 1000, 1.001)
    assert np.abs(out[:, 0]).max() > 10_000
    assert not out[:, 1].any()

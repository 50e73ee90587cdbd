import numpy as np
import pytest

from audio.engine.dac_rate import DacRate

RATE = 44_100


def feed(rate: DacRate, seconds: float, ppm: float, *, start_ns: int = 0, noise_ns: float = 0.0) -> int:
    rng = np.random.default_rng(1)
    frames = 0
    while frames < seconds * RATE:
        rate.add_block(1024, start_ns + round(frames / RATE * 1e9 * (1 + ppm * 1e-6) + rng.normal(0, noise_ns)))
        frames += 1024
    return start_ns + round(frames / RATE * 1e9 * (1 + ppm * 1e-6))


@pytest.mark.parametrize("ppm", [-200, -20, 0, 20, 200])
def test_a_steady_card_is_known_within_seconds(ppm):
    rate = DacRate(RATE)
    feed(rate, 10, ppm, noise_ns=10_000)
    assert (rate.ratio - 1) * 1e6 == pytest.approx(ppm, abs=5)


def test_before_there_is_anything_to_go_by_it_is_what_it_should_be():
    rate = DacRate(RATE)
    feed(rate, 0.5, 400, noise_ns=100_000)
    assert rate.ratio == 1.0


@pytest.mark.parametrize("step_ns", [-5_000_000, 40_000_000, 600_000_000_000])
def test_a_step_is_no_rate(step_ns):
    rate = DacRate(RATE)
    end_ns = feed(rate, 10, 50)
    feed(rate, 0.5, 50, start_ns=end_ns + step_ns)
    assert (rate.ratio - 1) * 1e6 == pytest.approx(50, abs=1)
    feed(rate, 5, 50, start_ns=end_ns + step_ns)
    assert abs(rate.ratio - 1) < 501e-6


def test_a_rate_beyond_all_crystals_is_bounded():
    rate = DacRate(RATE)
    feed(rate, 10, 20_000)
    assert rate.ratio <= 1 + 500e-6

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.engine.dac_clock import INSISTENCE_MS, RAW_READINGS, SMOOTHED_READINGS, DacClock, ReadingProfile

RATE = 44_100
START_NS = 5_000_000_000
PROFILES = pytest.mark.parametrize("profile", [RAW_READINGS, SMOOTHED_READINGS], ids=["raw", "smoothed"])


class Card:
    """A sound card `ppm` slow, read every `interval_ms` with an error in ms; the estimate is taken 100 ms ahead."""

    def __init__(self, profile: ReadingProfile, ppm: float = 0.0, interval_ms: float = 100.0) -> None:
        self.clock = DacClock(RATE, profile)
        self.stretch = 1 + ppm * 1e-6
        self.interval_ms = interval_ms
        self.now_ms = 0.0
        self.shift_ms = 0.0
        self.estimates: list[int] = []

    def true_ns(self, frame: int) -> float:
        return START_NS + frame / RATE * 1e9 * self.stretch + self.shift_ms * 1e6

    def run(self, seconds: float, error_ms=lambda _: 0.0) -> np.ndarray:
        """Return the errors in ms of the estimates of this stretch."""
        errors = []
        for _ in range(round(seconds * 1000 / self.interval_ms)):
            self.now_ms += self.interval_ms
            frame = round(self.now_ms * RATE / 1000)
            self.clock.add_reading(frame, round(self.true_ns(frame) + error_ms(self.now_ms) * 1e6))
            ahead = frame + 4410
            estimate = self.clock.dac_ns(ahead)
            self.estimates.append(estimate)
            errors.append((estimate - self.true_ns(ahead)) / 1e6)
        return np.array(errors)


def test_without_a_reading_nothing_is_known():
    with pytest.raises(ValueError, match="no reading"):
        DacClock(RATE, RAW_READINGS).dac_ns(0)


@PROFILES
def test_one_reading_is_not_enough_to_begin_with_and_early_ones_are_wanted_often(profile):
    clock = DacClock(RATE, profile)
    card = Card(profile)
    card.clock = clock
    assert clock.is_new
    card.run(0.1)
    assert not clock.is_ready
    card.run(0.5)
    assert clock.is_ready
    assert clock.is_new
    card.run(4)
    assert not clock.is_new
    clock.doubt()
    assert clock.is_new


@PROFILES
def test_one_reading_is_taken_as_it_is(profile):
    clock = DacClock(RATE, profile)
    clock.add_reading(1000, START_NS)
    assert clock.dac_ns(1000) == START_NS
    assert clock.dac_ns(1000 + RATE) == START_NS + 1_000_000_000


@PROFILES
@pytest.mark.parametrize("ppm", [-200, -20, 0, 20, 200])
def test_a_card_that_is_off_by_some_ppm_is_learned(profile, ppm):
    rng = np.random.default_rng(1)
    card = Card(profile, ppm)
    card.run(30, lambda _: rng.normal(0, 0.02))
    assert np.abs(card.run(30, lambda _: rng.normal(0, 0.02))).max() < 0.05
    assert card.clock.ppm == pytest.approx(ppm, abs=12)


@PROFILES
def test_stray_readings_move_it_by_less_than_a_twentieth_of_a_millisecond(profile):
    rng = np.random.default_rng(2)
    card = Card(profile, 30)
    card.run(25)
    strays = np.where(rng.random(10_000) < 0.1, rng.uniform(-500, 500, 10_000), 0.0)
    strays[1::2] = 0.0
    errors = card.run(30, lambda now_ms: strays[int(now_ms // 100)])
    assert np.abs(errors).max() < 0.05


def test_readings_that_are_late_now_and_then_do_not_pull_it_late():
    rng = np.random.default_rng(3)
    card = Card(RAW_READINGS)
    errors = card.run(60, lambda _: rng.normal(0, 0.02) + (rng.uniform(0.1, 2.5) if rng.random() < 0.2 else 0.0))
    assert np.abs(errors[100:]).max() < 0.08
    assert abs(np.median(errors[100:])) < 0.03


@PROFILES
@pytest.mark.parametrize("step_ms", [20.0, -20.0, 500.0])
def test_a_stream_that_really_stood_still_is_caught_up_with_when_it_insists(profile, step_ms):
    card = Card(profile, 50)
    card.run(20)
    card.shift_ms += step_ms
    assert np.abs(card.run(10)[round(INSISTENCE_MS / 100) + 1 :]).max() < 0.1


@PROFILES
@pytest.mark.parametrize("step_ms", [20.0, -20.0, 500.0])
def test_a_stream_that_is_known_to_have_stood_still_is_caught_up_with_in_three_readings(profile, step_ms):
    card = Card(profile, 50)
    card.run(20)
    card.clock.doubt()
    card.shift_ms += step_ms
    assert np.abs(card.run(10)[2:]).max() < 0.1


@PROFILES
def test_a_machine_that_slept_for_minutes_is_right_again_in_three_readings(profile):
    card = Card(profile, -120)
    card.run(60)
    card.shift_ms += 300_000
    assert np.abs(card.run(10)[2:]).max() < 0.1
    assert card.clock.ppm == pytest.approx(-120, abs=5), "it is still the same crystal"


@PROFILES
@pytest.mark.parametrize("ppm", [-200, -35, 60, 200])
def test_a_known_card_is_right_from_the_first_second(profile, ppm):
    rng = np.random.default_rng(7)
    card = Card(profile, ppm)
    card.clock = DacClock(RATE, profile, prior_ppm=ppm + 3)
    assert np.abs(card.run(20, lambda _: rng.normal(0, 0.02))).max() < 0.06
    assert card.clock.ppm == pytest.approx(ppm, abs=10)


@PROFILES
@pytest.mark.parametrize("ppm", [-200, 0, 90])
def test_a_rate_is_worth_keeping_when_it_is_right_and_not_before(profile, ppm):
    rng = np.random.default_rng(8)
    card = Card(profile, ppm)
    settled = []
    for _ in range(60):
        card.run(1, lambda _: rng.normal(0, 0.03))
        if card.clock.ppm_is_settled:
            settled.append(card.clock.ppm)
    assert len(settled) > 10
    assert np.abs(np.array(settled) - ppm).max() < 6
    card.shift_ms += 40
    card.run(2)
    assert not card.clock.ppm_is_settled


def test_a_small_real_shift_is_followed_in_a_few_seconds():
    card = Card(RAW_READINGS)
    card.run(20)
    card.shift_ms += 1.0
    card.run(12)
    assert np.abs(card.run(5)).max() < 0.1


def test_readings_that_wander_together_are_hardly_followed():
    """What ALSA's PulseAudio plugin does: up to 1 ms off for seconds, then back."""
    card = Card(SMOOTHED_READINGS, interval_ms=23.2)
    card.run(25)
    errors = card.run(40, lambda now_ms: 0.8 * np.sin(2 * np.pi * now_ms / 6000))
    assert np.abs(errors).max() < 0.25


@PROFILES
@given(data=st.data())
@settings(max_examples=60)
def test_estimates_stay_near_the_readings_and_never_run_backwards_but_for_a_restart(profile, data):
    ppm = data.draw(st.floats(-200, 200))
    noise_ms = data.draw(st.lists(st.floats(-0.5, 0.5), min_size=20, max_size=120))
    card = Card(profile, ppm)
    values = iter(noise_ms)
    errors = card.run(len(noise_ms) / 10, lambda _: next(values))
    assert np.abs(errors).max() <= 1.2
    assert (np.diff(card.estimates) > 90e6).all()
    assert (np.diff(card.estimates) < 110e6).all()


@given(readings=st.lists(st.tuples(st.integers(0, 10_000), st.floats(-1e4, 1e4)), min_size=1, max_size=60))
def test_no_readings_whatever_make_it_fail(readings):
    clock = DacClock(RATE, RAW_READINGS)
    frame = 0
    for frames, error_ms in readings:
        frame += frames
        clock.add_reading(frame, START_NS + round(frame / RATE * 1e9 + error_ms * 1e6))
        assert isinstance(clock.dac_ns(frame + 100), int)

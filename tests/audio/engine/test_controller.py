import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.engine.controller import (
    GLIDE_SUSTAIN_MS,
    JUMP_COOL_DOWN_MS,
    JUMP_SUSTAIN_MS,
    MAX_GLIDE,
    MOVE_EXPECTED_MS,
    MOVED_MS,
    UNLOCK_AVERAGE_MS,
    UNLOCK_SINGLE_MS,
    DriftController,
)
from protocol.correction import Correction
from protocol.limits import JUMP_THRESHOLD_MS

BLOCK_MS = 1024 / 44.1


def chase(
    error_ms: float, seconds: float, *, ppm: float = 0.0, noise_ms: float = 0.0, known: float = 0.0, controller=None
):
    """Return (errors, steps, corrections) of a player that does what the controller says."""
    controller = controller or DriftController()
    rng = np.random.default_rng(4)
    errors, steps, corrections = [], [], []
    for _ in range(round(seconds * 1000 / BLOCK_MS)):
        seen_ms = error_ms + rng.normal(0, noise_ms) if noise_ms else error_ms
        decision = controller.decide(seen_ms, BLOCK_MS, known * 1e-6)
        error_ms += (ppm * 1e-6 - (decision.step - 1)) * BLOCK_MS
        errors.append(error_ms)
        steps.append(decision.step)
        corrections.append(decision.correction)
    return np.array(errors), np.array(steps), corrections


def test_in_place_it_does_nothing():
    _, steps, corrections = chase(0.0, 10)
    assert set(corrections) == {Correction.NONE}
    assert set(steps) == {1.0}


def test_a_little_noise_is_not_chased():
    _, _, corrections = chase(0.0, 60, noise_ms=0.04)
    assert corrections.count(Correction.GLIDE) < len(corrections) * 0.05


@pytest.mark.parametrize("error_ms", [0.3, 1.0, 5.0, 15.0, 29.9, -0.3, -1.0, -29.9])
def test_an_error_is_glided_away_without_swinging(error_ms):
    errors, steps, corrections = chase(error_ms, abs(error_ms) / 5 + 3)
    assert np.abs(steps - 1).max() <= MAX_GLIDE + 1e-12
    assert Correction.JUMP not in corrections
    assert corrections[-1] is Correction.NONE
    toward = -np.diff(errors) * np.sign(error_ms)
    assert (toward > -0.002).all(), "it never goes the wrong way"
    assert (errors * np.sign(error_ms) > -0.05).all(), "nor past the goal"
    settled = np.flatnonzero(np.abs(errors) > 0.05)[-1] * BLOCK_MS
    assert settled < abs(error_ms) / MAX_GLIDE + 900


@pytest.mark.parametrize("error_ms", [JUMP_THRESHOLD_MS + 0.1, -JUMP_THRESHOLD_MS - 0.1, 5000.0])
def test_beyond_the_plans_threshold_it_jumps_when_the_error_lasts_and_not_before(error_ms):
    controller = DriftController()
    corrections = [controller.decide(error_ms, BLOCK_MS).correction for _ in range(round(600 / BLOCK_MS))]
    first = corrections.index(Correction.JUMP)
    assert first * BLOCK_MS == pytest.approx(JUMP_SUSTAIN_MS, abs=2 * BLOCK_MS)
    assert set(corrections[:first]) == {Correction.NONE}


@pytest.mark.parametrize("error_ms", [MOVED_MS + 0.1, JUMP_THRESHOLD_MS + 0.1, -5000.0])
def test_after_an_underrun_it_jumps_at_once(error_ms):
    controller = DriftController()
    controller.expect_move()
    assert controller.decide(error_ms, BLOCK_MS).correction is Correction.JUMP
    assert controller.decide(error_ms, BLOCK_MS).correction is Correction.NONE, "but once"


def test_what_was_expected_of_an_underrun_is_forgotten():
    controller = DriftController()
    controller.expect_move()
    chase(0.0, MOVE_EXPECTED_MS / 1000 + 0.1, controller=controller)
    assert controller.decide(100.0, BLOCK_MS).correction is Correction.NONE


def test_errors_that_jump_about_are_never_jumped_after():
    controller = DriftController()
    rng = np.random.default_rng(9)
    corrections = {controller.decide(error, BLOCK_MS).correction for error in rng.uniform(-500, 500, 2000)}
    assert Correction.JUMP not in corrections


def test_jumps_of_its_own_are_a_cool_down_apart():
    controller = DriftController()
    corrections = [controller.decide(100.0, BLOCK_MS).correction for _ in range(round(5000 / BLOCK_MS))]
    jumps = np.flatnonzero([correction is Correction.JUMP for correction in corrections])
    assert len(jumps) > 2
    assert (np.diff(jumps) * BLOCK_MS >= JUMP_COOL_DOWN_MS - BLOCK_MS).all()


@given(
    lies=st.lists(st.tuples(st.floats(-600, 600), st.integers(1, 4)), max_size=12),
    ppm=st.floats(-200, 200),
)
def test_no_lie_that_passes_makes_it_jump_or_puts_it_out_of_place(lies, ppm):
    """Bursts below the time that a glide asks for, wherever they point, with truth between them."""
    controller = DriftController()
    rate = ppm * 1e-6
    error_ms = 0.0
    script = [0.0] * 40
    for lie_ms, blocks in lies:
        script += [lie_ms] * blocks + [0.0] * 8
    for lie_ms in script:
        decision = controller.decide(error_ms + lie_ms, BLOCK_MS, rate)
        error_ms += (rate - (decision.step - 1)) * BLOCK_MS
        assert decision.correction is not Correction.JUMP
        assert abs(error_ms) < 0.5


@pytest.mark.parametrize("error_ms", [JUMP_THRESHOLD_MS, -JUMP_THRESHOLD_MS])
def test_at_the_threshold_it_still_glides(error_ms):
    _, _, corrections = chase(error_ms, 2)
    assert set(corrections[round(GLIDE_SUSTAIN_MS / BLOCK_MS) + 1 :]) == {Correction.GLIDE}


@pytest.mark.parametrize("ppm", [-400, -40, 40, 400])
def test_a_rate_that_is_known_beforehand_need_not_be_learned(ppm):
    errors, steps, corrections = chase(0.0, 20, ppm=ppm, known=ppm)
    assert np.abs(errors).max() < 0.01
    assert steps == pytest.approx(1 + ppm * 1e-6, abs=1e-7)
    assert set(corrections) == {Correction.GLIDE}


def test_an_error_just_below_a_single_wide_one_is_seen_by_its_average():
    errors, _, _ = chase(UNLOCK_SINGLE_MS * 0.9, 4)
    assert abs(errors[-1]) < UNLOCK_AVERAGE_MS


@pytest.mark.parametrize("ppm", [-350, -100, 100, 350])
def test_two_cards_of_different_rates_are_held_together(ppm):
    errors, steps, corrections = chase(0.0, 40, ppm=ppm)
    late = slice(round(25_000 / BLOCK_MS), None)
    assert np.abs(errors).max() < 0.4
    assert np.abs(errors[late]).max() < 0.03
    assert steps[late].mean() == pytest.approx(1 + ppm * 1e-6, abs=5e-6)
    assert set(corrections[late]) == {Correction.GLIDE}


def test_what_was_learned_of_the_cards_outlives_a_jump():
    controller = DriftController()
    chase(0.0, 40, ppm=200, controller=controller)
    controller.reset()
    errors, _, _ = chase(0.0, 10, ppm=200, controller=controller)
    assert np.abs(errors).max() < 0.05


def test_a_card_that_is_almost_right_is_played_bit_exact_most_of_the_time():
    errors, _, corrections = chase(0.0, 120, ppm=10)
    assert np.abs(errors).max() < 0.1
    assert corrections.count(Correction.NONE) > len(corrections) * 0.7

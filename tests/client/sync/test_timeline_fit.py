"""The leader's timeline out of whole milliseconds: how exact, how soon, and what it survives."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.sync.leader import LeaderVoice
from client.sync.timeline_fit import TimelineFit
from protocol.playback import PlaybackPosition
from protocol.timeline import NS_PER_MS, ClockMapping

START_MS = 1_750_000_000_000.0
ppms = st.floats(-200, 200)
fractions = st.floats(0, 1, exclude_max=True)
seeds = st.integers(0, 2**32)


@dataclass
class Leader:
    """A leader whose position at START_MS is `first_ms`."""

    first_ms: float
    ppm: float
    start_ms: float = START_MS

    def position_at(self, corrected_ms: float) -> float:
        return self.first_ms + (corrected_ms - self.start_ms) * (1 + self.ppm * 1e-6)


def say(leader: Leader, voice: LeaderVoice, corrected_ms: float) -> tuple[int, int]:
    """Return the heartbeat that our own leader sends for an instant."""
    mono_ns = round((corrected_ms - leader.start_ms) * NS_PER_MS)
    event = voice.position(
        PlaybackPosition(0, "a", leader.position_at(corrected_ms), True, mono_ns), ClockMapping(0, leader.start_ms)
    )
    return event.position_ms, event.corrected_ms


def error_ms(fit: TimelineFit, leader: Leader, corrected_ms: float) -> float:
    timeline = fit.timeline()
    assert timeline is not None
    return abs(timeline.position_at(corrected_ms) - leader.position_at(corrected_ms))


def hear(fit: TimelineFit, leader: Leader, voice: LeaderVoice, rng: random.Random, beats: range) -> None:
    for beat in beats:
        fit.observe(*say(leader, voice, leader.start_ms + 250 * beat + rng.uniform(0, 15)))


@settings(max_examples=100, deadline=None)
@given(ppms, fractions, seeds)
def test_a_leader_of_ours_is_known_to_a_tenth_of_a_millisecond_after_ten_seconds(ppm, fraction, seed):
    leader, voice, fit, rng = Leader(60_000 + fraction, ppm), LeaderVoice(), TimelineFit(), random.Random(seed)
    position_ms, corrected_ms = say(leader, voice, START_MS)
    fit.restart(position_ms, corrected_ms, True, exact=False)
    hear(fit, leader, voice, rng, range(1, 17))
    assert error_ms(fit, leader, START_MS + 4250) <= 0.35
    hear(fit, leader, voice, rng, range(17, 41))
    assert error_ms(fit, leader, START_MS + 10_250) <= 0.15
    hear(fit, leader, voice, rng, range(41, 121))
    assert error_ms(fit, leader, START_MS + 30_250) <= 0.1
    assert fit.rate_ppm == pytest.approx(ppm, abs=20)


@settings(max_examples=100, deadline=None)
@given(ppms, seeds)
def test_after_an_exact_transport_a_quarter_of_a_millisecond_holds_and_a_tenth_follows(ppm, seed):
    leader, voice, fit, rng = Leader(60_000, ppm), LeaderVoice(), TimelineFit(), random.Random(seed)
    fit.restart(60_000, START_MS, True, exact=True)
    for beat in range(1, 13):
        hear(fit, leader, voice, rng, range(beat, beat + 1))
        assert error_ms(fit, leader, START_MS + 250 * (beat + 1)) <= 0.35
    hear(fit, leader, voice, rng, range(13, 41))
    assert error_ms(fit, leader, START_MS + 10_250) <= 0.15


@settings(max_examples=100, deadline=None)
@given(ppms, seeds)
def test_what_was_learned_of_the_rate_makes_the_next_seek_exact_from_the_start(ppm, seed):
    leader, voice, fit, rng = Leader(60_000, ppm), LeaderVoice(), TimelineFit(), random.Random(seed)
    fit.restart(60_000, START_MS, True, exact=True)
    hear(fit, leader, voice, rng, range(1, 121))
    after = Leader(10_000, ppm, START_MS + 30_250)
    fit.restart(10_000, after.start_ms, True, exact=True)
    assert error_ms(fit, after, after.start_ms) <= 0.001
    for beat in range(1, 41):
        hear(fit, after, voice, rng, range(beat, beat + 1))
        assert error_ms(fit, after, after.start_ms + 250 * (beat + 1)) <= 0.15


@settings(max_examples=50, deadline=None)
@given(seeds)
def test_a_leader_of_rate_one_is_followed_without_any_error_from_its_transport_on(seed):
    leader, voice, fit, rng = Leader(60_000, 0.0), LeaderVoice(), TimelineFit(), random.Random(seed)
    fit.restart(60_000, START_MS, True, exact=True)
    for beat in range(1, 60):
        assert error_ms(fit, leader, START_MS + 250 * beat) <= 0.001
        hear(fit, leader, voice, rng, range(beat, beat + 1))


@settings(max_examples=100, deadline=None)
@given(ppms, fractions, seeds, st.integers(-(10**9), 10**9))
def test_the_line_does_not_depend_on_the_hour(ppm, fraction, seed, shift_ms):
    fits = []
    for start_ms in (START_MS, START_MS + shift_ms):
        fit, rng = TimelineFit(), random.Random(seed)
        fit.restart(60_000, start_ms, True, exact=False)
        for beat in range(1, 30):
            # Floats near 2**41 ms resolve a quarter of a microsecond: round positions from relative time.
            dither_ms = rng.random()
            fit.observe(
                round(60_000 + fraction + (250 * beat + dither_ms) * (1 + ppm * 1e-6)),
                start_ms + round(250 * beat + dither_ms),
            )
        timeline = fit.timeline()
        assert timeline is not None
        fits.append((timeline.position_ms, timeline.corrected_ms - start_ms, timeline.rate))
    assert fits[0] == pytest.approx(fits[1], abs=1e-3)


def independent(rng: random.Random) -> float:
    return rng.random()


def golden() -> Callable[[random.Random], float]:
    step = iter(range(10**6))
    return lambda _rng: next(step) * 0.6180339887498949 % 1


@pytest.mark.parametrize(("dither", "limit_ms"), [(lambda: independent, 0.75), (golden, 0.35)])
def test_other_ways_of_rounding_to_nearest_cost_some_tenths(dither, limit_ms):
    worst_ms = 0.0
    for seed in range(100):
        rng, draw = random.Random(seed), dither()
        leader, fit = Leader(60_000 + rng.random(), rng.uniform(-200, 200)), TimelineFit()
        fit.restart(round(leader.position_at(START_MS + 0.3)), START_MS, True, exact=False)
        for beat in range(1, 41):
            at_ms = START_MS + 250 * beat + draw(rng)
            fit.observe(round(leader.position_at(at_ms)), round(at_ms))
        worst_ms = max(worst_ms, error_ms(fit, leader, START_MS + 10_250))
    assert worst_ms <= limit_ms


def test_a_leader_that_floors_both_numbers_and_jitters_five_ms_is_followed_to_three():
    worst_ms = 0.0
    for seed in range(100):
        rng = random.Random(seed)
        leader, fit = Leader(60_000 + rng.random(), rng.uniform(-200, 200)), TimelineFit()
        fit.restart(math.floor(leader.first_ms), START_MS, True, exact=True)
        for beat in range(1, 121):
            at_ms = START_MS + 250 * beat + rng.uniform(0, 40)
            fit.observe(math.floor(leader.position_at(at_ms) + rng.uniform(-5, 5)), math.floor(at_ms))
            if beat >= 16:
                worst_ms = max(worst_ms, error_ms(fit, leader, START_MS + 250 * (beat + 1)))
    assert worst_ms <= 3.0


def test_a_leader_whose_transport_was_not_exact_is_believed_by_its_heartbeats():
    leader, voice, fit, rng = Leader(60_000, 30.0), LeaderVoice(), TimelineFit(), random.Random(1)
    fit.restart(60_002, START_MS, True, exact=True)
    hear(fit, leader, voice, rng, range(1, 41))
    assert error_ms(fit, leader, START_MS + 10_250) <= 0.15
    after = Leader(10_000, 30.0, START_MS + 10_250)
    fit.restart(10_002, after.start_ms, True, exact=True)
    hear(fit, after, voice, rng, range(1, 3))
    assert error_ms(fit, after, after.start_ms + 750) <= 1.2
    hear(fit, after, voice, rng, range(3, 17))
    assert error_ms(fit, after, after.start_ms + 4250) <= 0.5


@pytest.mark.parametrize("step_ms", [-200.0, -20.0, -5.0, 5.0, 20.0, 200.0])
def test_a_step_of_the_leader_is_followed_within_a_second(step_ms):
    leader, voice, fit, rng = Leader(60_000, 60.0), LeaderVoice(), TimelineFit(), random.Random(2)
    fit.restart(60_000, START_MS, True, exact=True)
    hear(fit, leader, voice, rng, range(1, 41))
    stepped = Leader(60_000 + step_ms, 60.0)
    hear(fit, stepped, voice, rng, range(41, 44))
    assert error_ms(fit, stepped, START_MS + 11_000) <= 1.0
    hear(fit, stepped, voice, rng, range(44, 61))
    assert error_ms(fit, stepped, START_MS + 15_250) <= 0.2


@pytest.mark.parametrize("wild_ms", [-5000, -30, -3, 3, 30, 5000])
def test_one_wild_reading_changes_nothing(wild_ms):
    leader, voice, fit, rng = Leader(60_000, -80.0), LeaderVoice(), TimelineFit(), random.Random(3)
    fit.restart(60_000, START_MS, True, exact=True)
    hear(fit, leader, voice, rng, range(1, 41))
    position_ms, corrected_ms = say(leader, voice, START_MS + 10_250)
    fit.observe(position_ms + wild_ms, corrected_ms)
    assert error_ms(fit, leader, START_MS + 10_500) <= 0.15
    hear(fit, leader, voice, rng, range(42, 60))
    assert error_ms(fit, leader, START_MS + 15_000) <= 0.15


def test_wild_readings_on_both_sides_are_not_a_step():
    leader, voice, fit, rng = Leader(60_000, 0.0), LeaderVoice(), TimelineFit(), random.Random(4)
    fit.restart(60_000, START_MS, True, exact=True)
    hear(fit, leader, voice, rng, range(1, 41))
    for beat, wild_ms in ((41, 20), (42, -20), (43, 20), (44, -20)):
        fit.observe(70_000 + 250 * (beat - 40) + wild_ms, START_MS + 250 * beat)
    assert error_ms(fit, leader, START_MS + 11_250) <= 0.15


def test_a_paused_position_is_held_exactly():
    fit = TimelineFit()
    fit.restart(12_345, START_MS, False, exact=True)
    assert fit.observe(12_345, START_MS + 250)
    timeline = fit.timeline()
    assert timeline is not None
    assert timeline.position_at(START_MS + 99_999) == 12_345


def test_readings_that_are_not_newer_are_ignored():
    fit = TimelineFit()
    assert not fit.observe(1, START_MS)
    fit.restart(60_000, START_MS, True, exact=True)
    assert fit.observe(60_250, START_MS + 250)
    before = fit.timeline()
    assert not fit.observe(99_000, START_MS + 250)
    assert not fit.observe(99_000, START_MS + 100)
    assert fit.timeline() == before


@settings(max_examples=100, deadline=None)
@given(ppms, fractions, seeds)
def test_a_natural_track_change_keeps_what_is_known(ppm, fraction, seed):
    leader, voice, fit, rng = Leader(60_000, ppm), LeaderVoice(), TimelineFit(), random.Random(seed)
    fit.restart(60_000, START_MS, True, exact=True)
    hear(fit, leader, voice, rng, range(1, 81))
    duration_ms = 80_123 + fraction
    change_ms = START_MS + 20_123 + fraction / (1 + ppm * 1e-6)
    next_track = Leader(leader.first_ms - duration_ms, ppm)
    assert fit.carry_over(duration_ms, round(next_track.position_at(change_ms)), round(change_ms))
    assert error_ms(fit, next_track, change_ms) <= 0.15
    hear(fit, next_track, voice, rng, range(82, 100))
    assert error_ms(fit, next_track, START_MS + 25_000) <= 0.15


def test_a_track_change_elsewhere_is_not_carried_over():
    leader, voice, fit, rng = Leader(60_000, 0.0), LeaderVoice(), TimelineFit(), random.Random(5)
    assert not fit.carry_over(1000.0, 0, START_MS)
    fit.restart(60_000, START_MS, True, exact=True)
    hear(fit, leader, voice, rng, range(1, 20))
    assert not fit.carry_over(90_000.0, 0, START_MS + 5000)

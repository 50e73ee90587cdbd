"""The whole chain, simulated: two cards that lie, whole-millisecond heartbeats, and what would be heard.

Settling times are stated here: a card of raw readings whose stream does not begin with lies is in place after 6 s, one
whose first two seconds are fiction after 14 s (a glide of up to 30 ms takes 6 s of them); one of unknown rate whose
readings a driver has smoothed after 25 s. Where fiction is told the leader begins when its own is over: what it says of
itself before that is a lie in the heartbeats, which stays in the follower's fit, with a false rate, for up to 20 s
(smallest found: a ramp of -6 ms over the first 1.9 s is 0.56 ms after 14 s).
"""

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from audio.engine.dac_clock import RAW_READINGS, SMOOTHED_READINGS
from tests.audio.engine.laptop import Card, Lie, Stop, errors, run

#: Minutes of two cards are simulated, many times over: on a busy machine that takes its time.
pytestmark = pytest.mark.timeout(600)

STEADY_MS = 0.5
SETTLED_S = {RAW_READINGS: 14.0, SMOOTHED_READINGS: 25.0}
SETTLED_WITHOUT_FICTION_S = {RAW_READINGS: 6.0, SMOOTHED_READINGS: 25.0}
AFTER_FICTION_S = 2.5
PROFILES = pytest.mark.parametrize("profile", [RAW_READINGS, SMOOTHED_READINGS], ids=["raw", "smoothed"])
SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

ppms = st.floats(-200, 200)
kinds = st.sampled_from(["burst", "scatter", "duplicate", "time stands still", "frame stands still"])
lies = st.one_of(
    st.builds(Lie, kinds, st.just(0.0), st.floats(0.05, 1.0), st.floats(-20, 20)),
    st.builds(Lie, st.just("single"), st.just(0.0), st.just(0.0), st.sampled_from([-500.0, 500.0])),
)
fictions = st.none() | st.builds(
    Lie, st.sampled_from(["constant", "ramp", "decay", "noise"]), st.just(0.0), st.floats(0.1, 2.0), st.floats(-60, 60)
)


@st.composite
def lying(draw, last_s: float) -> tuple[Lie, ...]:
    """Lies with at least a second and a half of truth between them."""
    at_s, told = draw(st.sampled_from([0.5, last_s - 14.5])), []
    for lie in draw(st.lists(lies, max_size=5)):
        at_s += draw(st.floats(0.0, last_s / 4))
        told.append(Lie(lie.kind, at_s, lie.seconds, lie.error_ms))
        at_s += lie.seconds + 1.5
    return tuple(told)


@st.composite
def cards(draw, profile, last_s: float) -> Card:
    ppm = draw(ppms)
    return Card(
        profile,
        ppm=ppm,
        prior_ppm=draw(st.sampled_from([0.0, ppm])),
        noise_ms=draw(st.floats(0.0, 0.05)),
        wander_ms=0.0 if profile is RAW_READINGS else draw(st.floats(0.0, 0.2)),
        fiction=draw(fictions),
        lies=draw(lying(last_s)),
        mono_ppm=draw(st.floats(-30, 30)),
        seed=draw(st.integers(0, 99)),
    )


def check(leader_card: Card, follower_card: Card, settled_s: float, seed: int = 3, start_s: float = 0.4) -> None:
    leader, follower = run(leader_card, follower_card, settled_s + 15, seed=seed, start_s=start_s)
    seconds, off_ms = errors(leader, follower)
    assert np.abs(off_ms[seconds > settled_s]).max() <= STEADY_MS
    assert not [at_s for at_s in follower.jumps_at_s if at_s > settled_s]


@SLOW
@example((Card(ppm=-164, prior_ppm=-164, fiction=Lie("constant", 0, 1.47, -2.53)), Card(ppm=-89, prior_ppm=-89)), 4)
@given(st.tuples(cards(RAW_READINGS, 29), cards(RAW_READINGS, 29)), st.integers(0, 99))
def test_no_lie_that_passes_is_heard_with_raw_readings(pair, seed):
    check(*pair, SETTLED_S[RAW_READINGS], seed, AFTER_FICTION_S)


@SLOW
@given(st.tuples(cards(SMOOTHED_READINGS, 40), cards(SMOOTHED_READINGS, 40)), st.integers(0, 99))
def test_no_lie_that_passes_is_heard_with_smoothed_readings(pair, seed):
    check(*pair, SETTLED_S[SMOOTHED_READINGS], seed, AFTER_FICTION_S)


LIES = [
    *[Lie("burst", 30, seconds, error_ms) for seconds in (0.3, 1.0) for error_ms in (-20, -6, 2.5, 8, 40, 700)],
    *[Lie("scatter", 30, 1.0, error_ms) for error_ms in (2, 20)],
    *[Lie(kind, 30, 1.0) for kind in ("duplicate", "time stands still", "frame stands still")],
    *[Lie("single", 30, error_ms=error_ms) for error_ms in (-500, 500)],
]


@PROFILES
@pytest.mark.parametrize("lie", LIES, ids=lambda lie: f"{lie.kind} {lie.seconds} s {lie.error_ms} ms")
def test_each_kind_of_lie_is_not_heard_from_either_side(profile, lie):
    for leader_lies, follower_lies in (((lie,), ()), ((), (lie,))):
        cards = Card(profile, 50, 50, lies=leader_lies), Card(profile, -50, -50, seed=2, lies=follower_lies)
        leader, follower = run(*cards, 36)
        seconds, off_ms = errors(leader, follower)
        assert np.abs(off_ms[seconds > 28]).max() <= 0.2
        assert len(follower.jumps_at_s) == 1


@PROFILES
@pytest.mark.parametrize(("leader_ppm", "follower_ppm"), [(0, 0), (200, -200), (-200, 200), (35, -20), (8, 12)])
def test_two_cards_of_any_rate_are_in_lockstep(profile, leader_ppm, follower_ppm):
    check(Card(profile, leader_ppm, seed=1), Card(profile, follower_ppm, seed=2), SETTLED_WITHOUT_FICTION_S[profile])


@PROFILES
@pytest.mark.parametrize("ppm", [0, 120])
def test_known_cards_are_in_lockstep_from_the_first_half_second_on(profile, ppm):
    leader, follower = run(Card(profile, ppm, ppm, seed=4), Card(profile, -ppm, -ppm, seed=5), 10)
    seconds, off_ms = errors(leader, follower)
    assert np.abs(off_ms[seconds > 0.5]).max() <= STEADY_MS


def test_in_place_it_is_bit_exact_and_without_warble():
    _, follower = run(Card(seed=1), Card(seed=2), 60)
    assert follower.renderer.rate_record.glide_share < 0.05
    assert follower.renderer.rate_record.rate_std_ppm < 50
    _, follower = run(Card(ppm=60, prior_ppm=60, seed=1), Card(ppm=-60, prior_ppm=-60, seed=2), 60)
    assert follower.renderer.rate_record.glide_share > 0.9, "glided along with for good"
    assert follower.renderer.rate_record.rate_std_ppm < 60


STOPS = [
    (Stop(30, 0.05, told=True), 0.5),
    (Stop(30, 0.02, told=True), 0.5),
    (Stop(30, 0.05, told=False), 2.5),
    (Stop(30, 0.5, told=False), 2.5),
    (Stop(30, 180, told=False), 1.0),
    (Stop(30, 180, told=True), 0.5),
    (Stop(30, 180, told=True, mono_runs_on=False), 0.5),
    (Stop(30, 180, told=False, mono_runs_on=False), 1.0),
]


@PROFILES
@pytest.mark.parametrize(("stop", "within_s"), STOPS)
def test_a_stream_that_stood_still_is_back_in_lockstep_soon(profile, stop, within_s):
    woken_s = stop.at_s + stop.seconds
    leader, follower = run(Card(profile, -40, seed=1), Card(profile, 60, stops=(stop,), seed=2), woken_s + 10)
    seconds, off_ms = errors(leader, follower)
    assert np.abs(off_ms[seconds > woken_s + within_s]).max() <= STEADY_MS
    assert len(follower.jumps_at_s) == 2, "one jump at the start, one over the gap"


@PROFILES
def test_a_leader_that_slept_is_followed(profile):
    """It takes three heartbeats until the step is believed, and when the first guess was wrong a cool-down more."""
    stop = Stop(30, 180, told=True)
    leader, follower = run(Card(profile, -40, stops=(stop,), seed=1), Card(profile, 60, seed=2), 225)
    seconds, off_ms = errors(leader, follower)
    assert np.abs(off_ms[seconds > 213]).max() <= STEADY_MS

import pytest

from audio.engine.messages import Report, Started
from audio.engine.rate_record import RateRecord
from audio.sound_state import SoundState
from protocol.correction import Correction

STARTED = Started(rate=44_100, latency_ms=100.0, device="card", silent=False, reason=None)


def report(**fields) -> Report:
    base = {"correction": "glide", "error_ms": 0.1, "underruns": 2, "jumps": 1, "latency_ms": 100.0, "ppm": 20.0}
    return Report(**{**base, **fields})


def test_before_anything_is_known_it_is_silent_and_without_fault():
    health = SoundState().health(None)
    assert (health.silent, health.underruns, health.jumps, health.error) == (True, 0, 0, None)
    assert (health.glide_share, health.rate_std_ppm) == (0.0, 0.0)


def test_warble_is_passed_on():
    state = SoundState()
    state.on_started(STARTED)
    state.on_report(report(rates=RateRecord(100, 25, 0.0, 100 * 41.5e-6**2)))
    health = state.health(None)
    assert health.correction is Correction.GLIDE
    assert (health.glide_share, health.rate_std_ppm) == (0.25, pytest.approx(41.5))


def test_counts_go_on_over_a_restart():
    state = SoundState()
    state.on_started(STARTED)
    state.on_report(report())
    assert state.on_started(STARTED)
    state.on_report(report(underruns=3, jumps=1))
    assert (state.health(None).underruns, state.health(None).jumps) == (5, 2)


def test_a_session_counts_from_its_own_beginning():
    state = SoundState()
    state.on_started(STARTED)
    state.on_report(report(underruns=7, jumps=3, rates=RateRecord(1000, 900, 0.9, 0.001)))
    state.begin_session()
    health = state.health(None)
    assert (health.underruns, health.jumps, health.glide_share, health.rate_std_ppm) == (0, 0, 0.0, 0.0)
    state.on_report(report(underruns=8, jumps=3, rates=RateRecord(1400, 1000, 0.9, 0.001)))
    state.on_started(STARTED)
    state.on_report(report(underruns=1, jumps=2, rates=RateRecord(100, 25, 0.0, 0.0)))
    health = state.health(None)
    assert (health.underruns, health.jumps, health.glide_share) == (2, 2, 0.25)

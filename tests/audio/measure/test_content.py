import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audio.measure.content import Reference
from audio.measure.correlation import Samples
from tests.audio.measure.sounds import RATE_HZ, delayed, made_music, noise

WINDOW = RATE_HZ // 2


@pytest.fixture(scope="session")
def track() -> Samples:
    return made_music(60.0, seed=11)


@pytest.fixture(scope="session")
def reference(track: Samples) -> Reference:
    return Reference(track, RATE_HZ)


def captured_at(track: Samples, at_frames: float, gain: float = 1.0) -> Samples:
    first = int(at_frames) - WINDOW // 2
    piece = delayed(track[first : first + 3 * WINDOW], int(at_frames) - at_frames)
    return piece[WINDOW // 2 :][:WINDOW] * np.float32(gain) + noise(WINDOW, 0.001 * gain)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at_frames=st.floats(WINDOW, 58 * RATE_HZ), gain=st.floats(0.05, 1))
def test_a_window_is_never_found_in_a_wrong_place(
    track: Samples, reference: Reference, at_frames: float, gain: float
) -> None:
    place = reference.locate(captured_at(track, at_frames, gain))
    assert place is None or place.content_ms == pytest.approx(at_frames / RATE_HZ * 1000, abs=0.05)


def test_nearly_every_window_is_found_in_the_whole_track(track: Samples, reference: Reference) -> None:
    places = [reference.locate(captured_at(track, frame)) for frame in np.linspace(WINDOW, 58 * RATE_HZ, 40)]
    assert sum(place is not None for place in places) >= 36


def test_a_search_near_a_place_finds_it_there_and_only_there(track: Samples, reference: Reference) -> None:
    captured = track[30 * RATE_HZ :][:WINDOW]
    place = reference.locate(captured, near_ms=29_500, search_ms=1000)
    assert place is not None
    assert place.content_ms == pytest.approx(30_000, abs=0.05)
    assert reference.locate(captured, near_ms=10_000, search_ms=1000) is None
    assert reference.locate(captured, near_ms=90_000, search_ms=1000) is None


def test_silence_other_music_and_a_repeated_chorus_have_no_place(track: Samples, reference: Reference) -> None:
    assert reference.locate(np.zeros(WINDOW, dtype=np.float32)) is None
    assert reference.locate(made_music(2, seed=99)[:WINDOW]) is None
    chorus = made_music(4, seed=5)
    song = Reference(np.concatenate((chorus, made_music(4, seed=6), chorus)), RATE_HZ)
    assert song.locate(chorus[RATE_HZ:][:WINDOW]) is None


def test_a_jump_is_dated_by_the_block_in_which_the_new_place_begins(track: Samples, reference: Reference) -> None:
    old, new = track[5 * RATE_HZ : 7 * RATE_HZ], track[40 * RATE_HZ : 42 * RATE_HZ]
    channel = np.concatenate((old, new))
    heard = reference.heard_from(channel, 3 * RATE_HZ, 41_000.0)
    assert heard == pytest.approx(2 * RATE_HZ, abs=RATE_HZ * 0.0051)


def test_a_start_out_of_silence_is_dated_to_the_sample(track: Samples, reference: Reference) -> None:
    silence = np.zeros(RATE_HZ + 123, dtype=np.float32)
    channel = np.concatenate((silence, track[20 * RATE_HZ : 22 * RATE_HZ]))
    heard = reference.heard_from(channel, 2 * RATE_HZ, 20_000.0 + (RATE_HZ - 123) / RATE_HZ * 1000)
    assert heard == pytest.approx(silence.size, abs=2)


def test_a_search_back_goes_no_further_than_asked(track: Samples, reference: Reference) -> None:
    channel = track[5 * RATE_HZ : 9 * RATE_HZ]
    heard = reference.heard_from(channel, 3 * RATE_HZ, 8_000.0, earliest_frame=RATE_HZ)
    assert heard == pytest.approx(RATE_HZ, abs=RATE_HZ * 0.0051)
    assert reference.heard_from(channel, RATE_HZ, 6_000.0, earliest_frame=RATE_HZ) == RATE_HZ

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.engine.click import CLICK_MS, ClickTrack, click_sound
from protocol.timeline import ClockMapping

RATE = 44_100
NS_PER_FRAME = 1e9 / RATE
START_NS = 1_000_000_000_000
CORRECTED_MS = 1_700_000_003_600.0


def heard(blocks: list[int], clock: ClockMapping | None, start_ns: int = START_NS) -> np.ndarray:
    track, parts, frames = ClickTrack(RATE), [], 0
    for block in blocks:
        out = np.full((block, 2), 999, dtype=np.int16)
        track.render(out, start_ns + round(frames * NS_PER_FRAME), NS_PER_FRAME, clock)
        frames += block
        parts.append(out)
    return np.concatenate(parts)[:, 0]


def onsets(samples: np.ndarray) -> np.ndarray:
    loud = np.flatnonzero(samples)
    return loud[np.diff(loud, prepend=-RATE) > RATE // 10]


@pytest.mark.parametrize("accent", [False, True])
def test_a_click_has_its_whole_strength_in_its_first_sample_and_is_over_in_milliseconds(accent):
    sound = click_sound(RATE, accent=accent)
    assert abs(len(sound) - CLICK_MS * RATE / 1000) <= 1
    assert sound[0, 0] == np.abs(sound).max()
    assert sound[0, 0] > 10_000
    assert abs(sound[-1, 0]) < 20
    assert np.array_equal(sound[:, 0], sound[:, 1])


def test_the_accent_is_louder_and_higher():
    plain, accent = click_sound(RATE, accent=False), click_sound(RATE, accent=True)
    assert accent[0, 0] > 1.5 * plain[0, 0]
    crossings = [np.count_nonzero(np.diff(np.sign(sound[:, 0]))) for sound in (plain, accent)]
    assert crossings[1] > 1.8 * crossings[0]


@given(
    blocks=st.lists(st.integers(1, 3000), min_size=80, max_size=120),
    offset_ms=st.floats(0, 20_000),
    ppm=st.floats(-300, 300),
)
def test_it_clicks_at_every_whole_second_to_the_sample_however_the_blocks_fall(blocks, offset_ms, ppm):
    clock = ClockMapping(START_NS, CORRECTED_MS + offset_ms, 1 + ppm * 1e-6)
    samples = heard(blocks, clock)
    found = onsets(samples)
    corrected = np.array([clock.corrected_ms_at(START_NS + round(frame * NS_PER_FRAME)) for frame in found])
    whole = np.round(corrected / 1000) * 1000
    assert np.abs(corrected - whole).max(initial=0) <= 0.5 * 1000 / RATE + 1e-3
    last = clock.corrected_ms_at(START_NS + round((len(samples) - 1) * NS_PER_FRAME))
    first = clock.corrected_ms_at(START_NS)
    seconds = np.arange(np.ceil(first / 1000), np.floor(last / 1000) + 1)
    assert abs(len(found) - len(seconds)) <= 1
    for frame, second in zip(found, whole / 1000, strict=True):
        expected = click_sound(RATE, accent=second % 10 == 0)[:, 0]
        piece = samples[frame : frame + len(expected)]
        assert np.array_equal(piece, expected[: len(piece)])


def test_without_a_clock_it_is_silent():
    assert not heard([1024] * 100, None).any()


def test_a_clock_that_is_drawn_back_a_little_does_not_click_twice():
    track = ClickTrack(RATE)
    parts = []
    for index in range(200):
        # The second falls on the border between two blocks, and the clock is taken back just after it.
        shift_ms = -0.02 if index > 43 else 0.0
        clock = ClockMapping(START_NS, 1_700_000_000_000.0 - 44 * 1024 / RATE * 1000 + 0.001 + shift_ms)
        out = np.zeros((1024, 2), dtype=np.int16)
        track.render(out, START_NS + round(index * 1024 * NS_PER_FRAME), NS_PER_FRAME, clock)
        parts.append(out)
    found = onsets(np.concatenate(parts)[:, 0])
    assert (np.diff(found) > RATE // 2).all()


def test_what_is_left_of_a_click_is_handed_over():
    track = ClickTrack(RATE)
    out = np.zeros((50, 2), dtype=np.int16)
    track.render(out, START_NS, NS_PER_FRAME, ClockMapping(START_NS, 1_700_000_000_000.0))
    assert np.array_equal(np.concatenate([out, track.stop()]), click_sound(RATE, accent=True))
    track.render(out, START_NS + 1_000_000, NS_PER_FRAME, None)
    assert not out.any()

import numpy as np
import pytest
import soxr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audio.measure.correlation import Samples, best_fit, correlation_curve, emphasise, excerpt, fast_size
from audio.measure.offset import ChannelPair, OffsetAt, offset_statistics
from tests.audio.measure.sounds import RATE_HZ, delayed, made_music, noise

PRECISION_MS = 0.005
QUIET = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUIET
@given(delay_frames=st.floats(-2000, 2000), gain=st.floats(0.02, 1.0), start=st.integers(RATE_HZ, 8 * RATE_HZ))
def test_a_fractional_delay_is_found_whatever_the_gain_and_some_noise(
    music: Samples, delay_frames: float, gain: float, start: int
) -> None:
    later = delayed(music, delay_frames) * np.float32(gain) + noise(music.size, 0.0005 * gain)
    found = ChannelPair(music, later, RATE_HZ).offset_at(start)
    assert found.offset_ms == pytest.approx(delay_frames / RATE_HZ * 1000, abs=PRECISION_MS)


@pytest.mark.parametrize("offset_ms", [-4321.0, -250.3, 700.1, 5000.0])
def test_an_offset_of_seconds_is_found_as_exactly_as_a_small_one(music: Samples, offset_ms: float) -> None:
    pair = ChannelPair(music, delayed(music, offset_ms * RATE_HZ / 1000), RATE_HZ)
    found = pair.offset_at(round(5.5 * RATE_HZ), search_ms=6000)
    assert found.offset_ms == pytest.approx(offset_ms, abs=PRECISION_MS)


@pytest.mark.parametrize("ppm", [-300, -100, 40, 300])
def test_a_channel_that_runs_at_another_rate_shows_as_an_offset_that_grows_by_just_that(
    music: Samples, ppm: float
) -> None:
    stretched = soxr.resample(music, RATE_HZ, RATE_HZ * (1 + ppm / 1e6), quality="VHQ").astype(np.float32)
    frames = min(stretched.size, music.size)
    windows = ChannelPair(music[:frames], stretched[:frames], RATE_HZ).sliding(RATE_HZ, 9 * RATE_HZ, window_ms=200.0)
    known = [(window.centre_frame, window.offset_ms) for window in windows if window.offset_ms is not None]
    assert len(known) > 0.8 * len(windows)
    # A window's offset is that of its loudest part, which lies up to half a window from its middle.
    for centre_frame, offset_ms in known:
        assert abs(offset_ms - centre_frame / RATE_HZ * 1000 * ppm / 1e6) < 0.005 + 100 * abs(ppm) / 1e6


@pytest.mark.parametrize("offset_ms", [0.0, -2.0])
def test_low_frequencies_tell_the_offset_where_a_glide_smears_the_others(music: Samples, offset_ms: float) -> None:
    frames = np.arange(music.size)
    source = frames + 0.004 * (frames - 5 * RATE_HZ) - offset_ms * RATE_HZ / 1000
    glided = np.interp(source, frames, music).astype(np.float32)
    pair, start = ChannelPair(music, glided, RATE_HZ), round(4.97 * RATE_HZ)
    assert pair.offset_at(start, 60.0).correlation < 0.9
    assert pair.low_offset_at(start, 60.0).offset_ms == pytest.approx(offset_ms, abs=0.12)


def test_silence_other_music_and_a_steady_tone_give_no_offset_at_all(
    music: Samples, other_music: Samples, tone: Samples
) -> None:
    silence = np.zeros_like(music)
    assert ChannelPair(music, silence, RATE_HZ).offset_at(RATE_HZ).offset_ms is None
    assert ChannelPair(silence, music, RATE_HZ).offset_at(RATE_HZ).offset_ms is None
    assert ChannelPair(music, other_music, RATE_HZ).offset_at(RATE_HZ).offset_ms is None
    assert ChannelPair(music, other_music, RATE_HZ).offset_at(RATE_HZ, search_ms=2000).offset_ms is None
    assert ChannelPair(tone, delayed(tone, 20), RATE_HZ).offset_at(RATE_HZ).offset_ms is None


def test_a_bar_that_repeats_within_the_search_is_ambiguous_and_one_that_does_not_is_clear() -> None:
    bar = made_music(0.4, seed=8)
    loop = np.tile(bar, 20)
    pair = ChannelPair(loop, delayed(loop, 44.1), RATE_HZ)
    assert pair.offset_at(2 * RATE_HZ, search_ms=1000).offset_ms is None
    assert pair.offset_at(2 * RATE_HZ, search_ms=100).offset_ms == pytest.approx(1.0, abs=PRECISION_MS)


def test_an_offset_beyond_the_search_is_not_mistaken_for_one_within(music: Samples) -> None:
    pair = ChannelPair(music, delayed(music, 0.2 * RATE_HZ), RATE_HZ)
    assert [window.offset_ms for window in pair.sliding(search_ms=50)] == [None] * 116


def test_windows_at_both_ends_of_the_capture_are_measured_and_those_outside_are_not(music: Samples) -> None:
    pair = ChannelPair(music, music, RATE_HZ)
    assert pair.offset_at(0).offset_ms == pytest.approx(0, abs=PRECISION_MS)
    assert pair.offset_at(music.size - RATE_HZ // 2).offset_ms == pytest.approx(0, abs=PRECISION_MS)
    assert pair.offset_at(-1).offset_ms is None
    assert pair.offset_at(music.size - 100).offset_ms is None


def test_channels_of_different_length_are_refused(music: Samples) -> None:
    with pytest.raises(ValueError, match="equal length"):
        ChannelPair(music, music[:-1], RATE_HZ)


def test_statistics_take_the_size_of_the_offset_and_count_what_could_not_be_told() -> None:
    offsets = [OffsetAt(0, value) for value in (*np.arange(-50.0, 51.0), None, None)]
    statistics = offset_statistics(offsets)
    assert statistics is not None
    assert (statistics.count, statistics.missing) == (101, 2)
    assert (statistics.median_ms, statistics.max_ms) == (25.0, 50.0)
    assert statistics.p95_ms == pytest.approx(48.0)
    assert statistics.p99_ms == pytest.approx(50.0)
    assert offset_statistics([OffsetAt(0, None)]) is None


def test_a_piece_longer_than_what_is_searched_or_empty_fits_nowhere(music: Samples) -> None:
    assert best_fit(music, music[:-1], RATE_HZ) is None
    assert best_fit(music[:0], music, RATE_HZ) is None
    assert correlation_curve(music[:100] * 0, music) is None


def test_emphasis_moves_nothing_and_keeps_the_length(music: Samples) -> None:
    click = np.zeros(4001, dtype=np.float32)
    click[2000] = 1
    assert int(np.argmax(emphasise(click, RATE_HZ))) == 2000
    assert emphasise(music, RATE_HZ).size == music.size
    assert emphasise(music[:0], RATE_HZ).size == 0


@given(frames=st.integers(1, 1 << 22))
def test_an_fft_length_is_never_too_short_nor_twice_too_long(frames: int) -> None:
    assert frames <= fast_size(frames) < 2 * frames + 8


@given(start=st.integers(-50, 150), frames=st.integers(0, 80))
def test_an_excerpt_is_silent_outside_the_sound(start: int, frames: int) -> None:
    sound = np.arange(1, 101, dtype=np.float32)
    expected = [float(i + 1) if 0 <= i < 100 else 0.0 for i in range(start, start + frames)]
    assert excerpt(sound, start, frames).tolist() == expected

import numpy as np
import pytest
import soxr

from audio.measure.content import Reference
from audio.measure.correlation import Samples
from audio.measure.segments import SegmentFinder
from tests.audio.measure.sounds import RATE_HZ, delayed, made_music


@pytest.fixture(scope="module")
def tracks() -> list[Samples]:
    return [made_music(20, seed=21), made_music(20, seed=22)]


@pytest.fixture(scope="module")
def finder(tracks: list[Samples]) -> SegmentFinder:
    return SegmentFinder([Reference(track, RATE_HZ) for track in tracks], RATE_HZ)


def part(track: Samples, start_s: float, end_s: float) -> Samples:
    return track[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)]


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE_HZ), dtype=np.float32)


def test_play_seek_pause_and_skip_are_each_seen_where_they_are_heard(
    tracks: list[Samples], finder: SegmentFinder
) -> None:
    first, second = tracks
    pieces = (silence(1), part(first, 0, 3), part(first, 10, 12), silence(1), part(first, 12, 14), part(second, 0, 3))
    found = finder.find(np.concatenate(pieces))
    starts_s = [segment.start_frame / RATE_HZ for segment in found]
    assert [segment.track for segment in found] == [0, 0, 0, 1]
    assert starts_s == pytest.approx([1, 4, 7, 9], abs=0.0051)
    assert [segment.content_ms for segment in found] == pytest.approx([0, 10_000, 12_000, 0], abs=5.1)
    lines_ms = [segment.content_ms - start_s * 1000 for segment, start_s in zip(found, starts_s, strict=True)]
    assert lines_ms == pytest.approx([-1000, 6000, 5000, -9000], abs=0.05)


@pytest.mark.parametrize("silent_ms", [1000, 1012, 1037, 1044])
def test_a_start_out_of_silence_is_dated_to_the_sample_wherever_it_falls(
    tracks: list[Samples], finder: SegmentFinder, silent_ms: int
) -> None:
    (segment,) = finder.find(np.concatenate((silence(silent_ms / 1000), part(tracks[0], 5, 8))))
    assert segment.start_frame == pytest.approx(silent_ms * RATE_HZ / 1000, abs=2)
    assert segment.content_ms == pytest.approx(5000, abs=0.05)


def test_a_jump_of_fifty_milliseconds_is_a_new_piece(tracks: list[Samples], finder: SegmentFinder) -> None:
    found = finder.find(np.concatenate((part(tracks[0], 2, 5), part(tracks[0], 5.05, 8))))
    lines_ms = [segment.content_ms - segment.start_frame / RATE_HZ * 1000 for segment in found]
    assert lines_ms == pytest.approx([2000, 2050], abs=0.05)


def test_a_glide_is_followed_as_one_piece(tracks: list[Samples], finder: SegmentFinder) -> None:
    glide = soxr.resample(part(tracks[0], 2, 10), RATE_HZ, RATE_HZ * 1.0005, quality="VHQ").astype(np.float32)
    (segment,) = finder.find(glide)
    assert segment.content_ms == pytest.approx(2000, abs=1)
    assert segment.end_content_ms == pytest.approx(10_000, abs=60)


def test_silence_and_other_music_are_no_pieces(finder: SegmentFinder) -> None:
    assert finder.find(silence(2)) == []
    assert finder.find(made_music(3, seed=77)) == []
    assert finder.find(delayed(silence(0), 0)) == []

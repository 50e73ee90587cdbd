import numpy as np

from audio.measure.activity import Stretch, gaps, heard_at, silences
from audio.measure.correlation import Samples

RATE_HZ = 1000


def sound(*parts: tuple[float, int]) -> Samples:
    return np.concatenate([np.full(frames, level, dtype=np.float32) for level, frames in parts])


def test_silences_are_found_at_both_ends_and_within() -> None:
    channel = sound((0, 10), (0.5, 20), (0, 30), (-0.5, 5), (0, 7))
    assert silences(channel, RATE_HZ) == [Stretch(0, 10), Stretch(30, 60), Stretch(65, 72)]
    assert [stretch.frames for stretch in gaps(channel, RATE_HZ)] == [30]


def test_a_zero_crossing_is_no_gap() -> None:
    assert gaps(sound((0.5, 10), (0, 1), (0.5, 10)), RATE_HZ) == []


def test_all_sound_and_all_silence_have_no_gaps() -> None:
    assert silences(sound((0.5, 10)), RATE_HZ) == []
    assert gaps(sound((0, 10)), RATE_HZ) == []
    assert silences(sound((0, 10)), RATE_HZ) == [Stretch(0, 10)]


def test_the_first_sound_is_found_from_a_given_frame_on() -> None:
    channel = sound((0, 10), (0.5, 5), (0, 10), (0.001, 5))
    assert heard_at(channel) == 10
    assert heard_at(channel, 15) == 25
    assert heard_at(channel, -5) == 10
    assert heard_at(sound((0, 10))) is None

"""The rig itself: what it adds, and what it finds."""

from pathlib import Path

import pytest

from audio.measure.activity import gaps, heard_at
from audio.measure.offset import ChannelPair, offset_statistics
from audio.measure.rig import RATE_HZ, PulseRig
from tests.audio.measure.sounds import made_music
from tests.bench.rig_check import both_sides

pytestmark = pytest.mark.acoustic


@pytest.mark.parametrize("delay_frames", [0, 7, 4410])
def test_a_known_delay_is_heard_to_the_sample_and_nothing_is_added(
    rig: PulseRig, tmp_path: Path, delay_frames: int
) -> None:
    recording = both_sides(rig, tmp_path / "capture.raw", made_music(4, seed=5), delay_frames)
    left, right = recording.channel("left"), recording.channel("right")
    begun = heard_at(left)
    assert begun is not None
    windows = ChannelPair(left, right, RATE_HZ).sliding(begun, begun + 3 * RATE_HZ, search_ms=150)
    statistics = offset_statistics(windows)
    assert statistics is not None
    assert statistics.missing == 0
    assert statistics.median_ms == pytest.approx(delay_frames / RATE_HZ * 1000, abs=0.005)
    assert statistics.max_ms == pytest.approx(delay_frames / RATE_HZ * 1000, abs=0.005)
    assert gaps(left, RATE_HZ, 5.0) == []


def test_a_second_rig_stands_beside_the_first_and_leaves_nothing_behind(rig: PulseRig) -> None:
    with PulseRig() as own:
        directory = own.directory
        assert directory != rig.directory
        assert (directory / "native").is_socket()
    assert not directory.exists()

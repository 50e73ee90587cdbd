import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.measure.capture import (
    Arrival,
    Capture,
    CaptureClock,
    CaptureError,
    Recording,
    capture_clock,
    capture_slip_ms,
)

RATE_HZ = 44_100


def arrivals(late_ns: list[int], start_ns: int = 1_000_000, ppm: float = 0.0) -> list[Arrival]:
    step_ns = 10_000_000 * (1 + ppm / 1e6)
    return [Arrival(441 * (i + 1), start_ns + round(step_ns * (i + 1)) + late) for i, late in enumerate(late_ns)]


@given(late_ns=st.lists(st.integers(0, 300_000_000), min_size=1, max_size=99), prompt=st.integers(0))
def test_the_start_is_dated_by_the_promptest_arrival(late_ns: list[int], prompt: int) -> None:
    late_ns[prompt % len(late_ns)] = 0
    assert capture_clock(arrivals(late_ns), RATE_HZ).start_ns == pytest.approx(1_000_000, abs=1)


@pytest.mark.parametrize("ppm", [-60.0, 0.0, 100.0])
def test_the_rate_of_a_sink_that_runs_off_is_found_under_jitter(ppm: float) -> None:
    random = np.random.default_rng(7)
    late_ns = (random.exponential(3e6, 6000) + 5e4).astype(int).tolist()
    clock = capture_clock(arrivals(late_ns, ppm=ppm), RATE_HZ)
    assert clock.ns_per_frame * RATE_HZ / 1e9 == pytest.approx(1 + ppm / 1e6, abs=3e-6)
    frames = RATE_HZ * 30
    assert clock.mono_ns_at(frames) == pytest.approx(1_000_000 + 30e9 * (1 + ppm / 1e6), abs=300_000)
    assert clock.frame_at(clock.mono_ns_at(frames)) == frames


def test_lost_sound_shows_as_a_slip() -> None:
    whole, broken = arrivals([0] * 300), arrivals([0] * 150 + [70_000_000] * 150)
    assert capture_slip_ms(whole, capture_clock(whole, RATE_HZ)) == pytest.approx(0, abs=1e-3)
    assert capture_slip_ms(broken, capture_clock(broken, RATE_HZ)) == pytest.approx(70, abs=1e-3)


def test_pairs_are_mixed_to_mono_and_frames_and_times_agree(tmp_path: Path) -> None:
    path = tmp_path / "capture.raw"
    np.array([[32767, 32767, -32768, 0], [0, 100, 200, 300]], dtype="<i2").tofile(path)
    recording = Recording(path, RATE_HZ, ("left", "right"), CaptureClock(5_000, 1e9 / RATE_HZ))
    assert recording.frames == 2
    assert recording.channel("left").tolist() == pytest.approx([1.0, 100 / 65536], abs=1e-4)
    assert recording.channel("right").tolist() == pytest.approx([-0.5, 500 / 65536], abs=1e-6)
    assert recording.channel("right", 1).tolist() == pytest.approx([500 / 65536], abs=1e-6)
    assert recording.channel("left", 2, 9).size == 0
    assert recording.clock.mono_ns_at(44_100) == 1_000_005_000
    assert recording.clock.frame_at(1_000_005_000) == 44_100


def writer(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_everything_a_recorder_writes_is_kept_and_its_end_awaited(tmp_path: Path) -> None:
    code = "import sys; sys.stdout.buffer.write(bytes(range(240)) * 100)"
    capture = Capture(writer(code), {}, tmp_path / "c.raw", ("left", "right"), rate_hz=RATE_HZ)
    capture.wait_started()
    capture.wait_ended()
    capture.stop()
    capture.stop()
    assert (tmp_path / "c.raw").read_bytes() == bytes(range(240)) * 100
    assert capture.recording().frames == 3000


def test_a_recorder_that_fails_says_why(tmp_path: Path) -> None:
    code = "import sys; sys.exit('no such device')"
    capture = Capture(writer(code), {}, tmp_path / "c.raw", ("left", "right"), rate_hz=RATE_HZ)
    with pytest.raises(CaptureError, match="no such device"):
        capture.wait_started()
    with pytest.raises(CaptureError, match="recorded nothing"):
        capture.recording()

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.vlc_engine.aim import FIRST_LATENCY_MS, StartLatency, aim
from audio.vlc_engine.file_kind import FileKind
from protocol.timeline import NS_PER_MS

AT_NS = 100_000 * NS_PER_MS
MP3 = FileKind("MP3", 1152 / 44.1, 19.0, -7.5)


@given(
    st.floats(0, 7_200_000),
    st.floats(-5, 60),
    st.floats(-30, 60),
    st.floats(0, 500),
    st.sampled_from([0.0, 1152 / 44.1]),
)
def test_what_is_aimed_at_is_heard_at_the_instant(
    position_ms: float, latency_ms: float, device_ms: float, delay_ms: float, frame_ms: float
) -> None:
    kind = FileKind("any", frame_ms, 19.0, -7.5)
    made = aim(kind, position_ms, AT_NS, latency_ms=latency_ms, device_ms=device_ms, delay_ms=delay_ms)
    told_ms = made.position_ms + (AT_NS - made.release_ns) / NS_PER_MS
    assert told_ms - made.lead_ms - delay_ms == pytest.approx(position_ms, abs=1e-3)


@given(st.floats(0, 7_200_000))
def test_playing_begins_at_a_whole_frame_not_after_the_place(position_ms: float) -> None:
    made = aim(MP3, position_ms, AT_NS, latency_ms=10.0)
    frames = made.start_ms / MP3.frame_ms
    assert frames == pytest.approx(round(frames), abs=1e-6)
    assert 0 <= position_ms - made.start_ms < MP3.frame_ms + 1e-6


def test_the_beginning_of_a_file_has_an_offset_of_its_own() -> None:
    assert aim(MP3, 0.0, AT_NS, latency_ms=10.0).lead_ms == -7.5
    assert aim(MP3, 26.2, AT_NS, latency_ms=10.0).lead_ms == 19.0


def test_the_latency_is_the_median_of_what_was_seen() -> None:
    latency = StartLatency()
    assert latency.ms == FIRST_LATENCY_MS
    for late_ms in (3.0, 4.0, 250.0, 3.5, 4.5):
        latency.learn(late_ms, 10.0)
    assert latency.ms == 14.0
    for _ in range(9):
        latency.learn(-2.0, 10.0)
    assert latency.ms == 8.0

"""The plan's formula and the clock mapping."""

import json
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import limits
from protocol.timeline import ClockMapping, Timeline, drift_ms

VECTORS: list[dict[str, Any]] = json.loads(files("protocol").joinpath("vectors/timeline.json").read_text("utf-8"))[
    "vectors"
]
NOW_MS = 1_717_171_717_171
corrected = st.floats(limits.MIN_CORRECTED_MS, limits.MAX_CORRECTED_MS)
rates = st.floats(1 - 500e-6, 1 + 500e-6)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vector_has_its_target_and_its_drift(vector):
    wire = vector["timeline"]
    timeline = Timeline(wire["positionMs"], wire["correctedMs"], wire["isPlaying"], wire.get("rate", 1.0))
    drift = drift_ms(timeline, vector["correctedNowMs"], vector["localPositionMs"])
    assert timeline.position_at(vector["correctedNowMs"]) == pytest.approx(vector["targetMs"], abs=0.001)
    assert drift == pytest.approx(vector["driftMs"], abs=0.001)
    assert (abs(drift) > limits.JUMP_THRESHOLD_MS) is vector["jump"]


def test_a_player_that_is_behind_has_positive_drift():
    assert drift_ms(Timeline(1000.0, NOW_MS, is_playing=True), NOW_MS + 250, 1200.0) == 50.0


@given(corrected, st.floats(0, limits.MAX_POSITION_MS), rates)
def test_a_paused_line_holds_its_position_exactly(corrected_ms, position_ms, rate):
    assert Timeline(position_ms, NOW_MS, is_playing=False, rate=rate).position_at(corrected_ms) == position_ms


@given(st.floats(-1e7, 1e7), rates)
def test_a_playing_line_advances_by_its_rate(elapsed_ms, rate):
    timeline = Timeline(500.0, 0.0, is_playing=True, rate=rate)
    assert timeline.position_at(elapsed_ms) == pytest.approx(500.0 + elapsed_ms * rate, abs=1e-6)


@given(st.integers(0, 10**18), corrected, rates, st.integers(-(10**14), 10**14))
def test_clock_mapping_returns_to_the_same_instant_within_a_microsecond(mono_ns, corrected_ms, rate, elapsed_ns):
    mapping = ClockMapping(mono_ns, corrected_ms, rate)
    there = mono_ns + elapsed_ns
    assert abs(mapping.mono_ns_at(mapping.corrected_ms_at(there)) - there) < 1000


@given(st.integers(0, 10**18), corrected, st.floats(-1e8, 1e8))
def test_clock_mapping_returns_to_the_same_time_within_a_microsecond(mono_ns, corrected_ms, elapsed_ms):
    mapping = ClockMapping(mono_ns, corrected_ms)
    assert mapping.corrected_ms_at(mapping.mono_ns_at(corrected_ms + elapsed_ms)) == pytest.approx(
        corrected_ms + elapsed_ms, abs=0.001
    )


@given(st.integers(0, 10**18), corrected, rates, rates, st.integers(0, 10**12), st.integers(-(10**12), 10**13))
def test_a_mapping_that_bends_is_one_line_and_returns_to_the_same_instant(
    mono_ns, corrected_ms, rate, rate_after, until_bend_ns, elapsed_ns
):
    bend_ns = mono_ns + until_bend_ns
    mapping = ClockMapping(mono_ns, corrected_ms, rate, bend_ns, rate_after)
    there = mono_ns + elapsed_ns
    assert abs(mapping.mono_ns_at(mapping.corrected_ms_at(there)) - there) < 1000
    before, after = ClockMapping(mono_ns, corrected_ms, rate), mapping.corrected_ms_at(bend_ns)
    assert after == before.corrected_ms_at(bend_ns)
    assert mapping.corrected_ms_at(bend_ns + 10**9) == pytest.approx(after + 1000 * rate_after, abs=0.001)
    assert (mapping.rate_at(bend_ns - 1), mapping.rate_at(bend_ns)) == (rate, rate_after)


def test_clock_mapping_is_exact_at_its_anchor_and_moves_by_its_rate():
    mapping = ClockMapping(5_000_000_000, NOW_MS, rate=1.0001)
    assert mapping.corrected_ms_at(5_000_000_000) == NOW_MS
    assert mapping.mono_ns_at(NOW_MS) == 5_000_000_000
    assert mapping.corrected_ms_at(15_000_000_000) == pytest.approx(NOW_MS + 10_001, abs=0.001)
    assert mapping.corrected_ms_at(0) == pytest.approx(NOW_MS - 5_000.5, abs=0.001)

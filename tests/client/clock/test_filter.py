import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.clock.filter import ClockFilter, best_sample
from client.clock.ntp_packet import NtpSample

S = 1_000_000_000
EPOCH_NS = 1_800_000_000 * S
SCHEDULE_S = [0, 2, 6, 14, 30, 62, 126, 254, 554, 854, 1154, 1454, 1754, 2054, 2354, 2654, 2954]


def sample(at_s, offset_ns=0.0, delay_ns=100_000, root_ns=0):
    return NtpSample(EPOCH_NS + round(offset_ns), delay_ns, 0, root_ns, round(at_s * S))


def simulate(ppm, jitter_ns, seed=1, until=17, base_delay_ns=200_000):
    """Yield (filter, true offset now) after each burst over a network that only ever adds delay, one way at random."""
    rng = random.Random(seed)
    clock_filter = ClockFilter()
    for at_s in SCHEDULE_S[:until]:
        truth_ns = ppm * 1e-6 * at_s * S
        burst = []
        for _ in range(8):
            there_ns, back_ns = (base_delay_ns / 2 + rng.expovariate(1 / jitter_ns) for _ in range(2))
            burst.append(sample(at_s, truth_ns + (there_ns - back_ns) / 2, round(there_ns + back_ns)))
        clock_filter.add(best_sample(burst))
        yield clock_filter, truth_ns, round(at_s * S)


def test_the_sample_with_the_least_delay_is_the_best():
    burst = [sample(0, 5, 300), sample(0, 7, 100), sample(0, 9, 200)]
    assert best_sample(burst) is burst[1]


def test_one_burst_is_taken_as_it_is():
    clock_filter = ClockFilter()
    estimate = clock_filter.add(sample(3, 12_345_678))
    assert estimate.frequency is None
    mapping = estimate.mapping
    assert mapping.corrected_ms_at(3 * S) == pytest.approx((EPOCH_NS + 3 * S) / 1e6 + 12.345678, abs=1e-3, rel=0)


def test_uncertainty_grows_by_15_ppm_until_measured_again():
    clock_filter = ClockFilter()
    assert clock_filter.uncertainty_ns_at(0) == float("inf")
    clock_filter.add(sample(0, delay_ns=2_000_000, root_ns=500_000))
    assert clock_filter.uncertainty_ns_at(0) == 1_500_000
    assert clock_filter.uncertainty_ns_at(100 * S) == pytest.approx(1_500_000 + 1_500_000)
    clock_filter.add(sample(100, delay_ns=200_000))
    assert clock_filter.uncertainty_ns_at(100 * S) == 100_000


def test_a_wide_burst_does_not_spoil_a_tight_one():
    clock_filter = ClockFilter()
    clock_filter.add(sample(0, 0, delay_ns=100_000))
    estimate = clock_filter.add(sample(2, 4_000_000, delay_ns=10_000_000))
    assert abs(estimate.offset_ns - EPOCH_NS) < 2_000
    assert clock_filter.uncertainty_ns_at(2 * S) == 50_000 + 30_000


@pytest.mark.parametrize("ppm", [-80, -20, 0, 3, 50])
def test_the_frequency_is_found_and_the_offset_stays_within_its_uncertainty(ppm):
    for clock_filter, truth_ns, now_ns in simulate(ppm, jitter_ns=30_000):
        estimate = clock_filter.estimate
        # Until the frequency is known, a crystal may be off by more than the 15 ppm that the uncertainty allows.
        if estimate.frequency is not None or abs(ppm) <= 15:
            assert abs(estimate.offset_at(now_ns) - EPOCH_NS - truth_ns) <= clock_filter.uncertainty_ns_at(now_ns)
    assert (clock_filter.estimate.frequency or 0.0) * 1e6 == pytest.approx(ppm, abs=0.1)
    assert abs(clock_filter.estimate.offset_at(now_ns) - EPOCH_NS - truth_ns) < 30_000


def test_a_frequency_that_is_not_significant_is_not_used():
    for clock_filter, _, _ in simulate(ppm=0.0, jitter_ns=2_000_000, until=7):
        assert clock_filter.estimate.frequency is None


def test_noise_hardly_ever_looks_like_a_frequency():
    found = 0
    for seed in range(200):
        for clock_filter, _, _ in simulate(ppm=0.0, jitter_ns=500_000, seed=seed, until=7):
            found += clock_filter.estimate.frequency is not None
    assert found <= 6


def test_frequency_is_capped_at_500_ppm():
    clock_filter = ClockFilter()
    for at_s in range(0, 200, 10):
        clock_filter.add(sample(at_s, at_s * S * 900e-6, delay_ns=40_000_000))
        if clock_filter.estimate.frequency is not None:
            assert abs(clock_filter.estimate.frequency) <= 500e-6
    assert clock_filter.estimate.frequency == 500e-6


def test_an_outlier_within_the_servers_own_uncertainty_does_not_bend_the_line():
    clock_filter, rng = ClockFilter(), random.Random(1)
    for at_s in range(0, 1100, 100):
        error_ns = 8_000_000 if at_s == 1000 else rng.gauss(0, 20_000)
        clock_filter.add(sample(at_s, at_s * S * 10e-6 + error_ns, delay_ns=200_000, root_ns=20_000_000))
    assert not clock_filter.in_doubt
    assert clock_filter.estimate.frequency * 1e6 == pytest.approx(10, abs=0.5)
    assert abs(clock_filter.estimate.offset_ns - EPOCH_NS - 10_000_000) < 200_000


def settled():
    *_, (clock_filter, _, now_ns) = simulate(ppm=0, jitter_ns=30_000)
    return clock_filter, now_ns // S


def test_one_contradicting_burst_is_doubted_and_forgotten():
    clock_filter, now_s = settled()
    before = clock_filter.estimate
    assert clock_filter.add(sample(now_s + 300, 80_000_000)) == before
    assert clock_filter.in_doubt
    clock_filter.add(sample(now_s + 302))
    assert not clock_filter.in_doubt
    assert abs(clock_filter.estimate.offset_ns - EPOCH_NS) < 50_000


def test_two_contradicting_bursts_that_agree_are_believed():
    clock_filter, now_s = settled()
    clock_filter.add(sample(now_s + 300, 80_000_000))
    estimate = clock_filter.add(sample(now_s + 302, 80_010_000))
    assert not clock_filter.in_doubt
    assert abs(estimate.offset_ns - EPOCH_NS - 80_000_000) < 20_000
    assert estimate.frequency is None


def test_two_contradicting_bursts_that_disagree_are_not_believed():
    clock_filter, now_s = settled()
    before = clock_filter.estimate
    clock_filter.add(sample(now_s + 300, 80_000_000))
    assert clock_filter.add(sample(now_s + 302, -90_000_000)) == before
    assert clock_filter.in_doubt


def test_forgetting_leaves_nothing():
    clock_filter, now_s = settled()
    clock_filter.forget()
    assert clock_filter.estimate is None
    assert clock_filter.uncertainty_ns_at(now_s * S) == float("inf")
    assert clock_filter.agrees(sample(now_s, 10**15))


@given(
    st.lists(
        st.tuples(st.floats(0.05, 400), st.integers(-(10**9), 10**9), st.integers(0, 10**9)), min_size=1, max_size=30
    )
)
def test_whatever_comes_the_estimate_is_finite_and_near_what_was_measured(bursts):
    clock_filter, now_s, offsets = ClockFilter(), 0.0, []
    for wait_s, offset_ns, delay_ns in bursts:
        now_s += wait_s
        offsets.append(offset_ns)
        estimate = clock_filter.add(sample(now_s, offset_ns, delay_ns))
        assert abs(estimate.frequency or 0.0) <= 500e-6
        assert estimate.uncertainty_ns >= 0
        if estimate.frequency is None:
            assert min(offsets) - 2 <= estimate.offset_ns - EPOCH_NS <= max(offsets) + 2
        assert clock_filter.uncertainty_ns_at(round(now_s * S)) < float("inf")

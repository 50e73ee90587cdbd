import random

from hypothesis import given
from hypothesis import strategies as st

from client.backoff import Backoff


def test_the_first_try_is_at_once_and_then_the_wait_doubles_up_to_its_limit():
    backoff = Backoff(jitter=0.0)
    assert [backoff.next_delay_s() for _ in range(8)] == [0, 0.25, 0.5, 1, 2, 4, 4, 4]


def test_reset_starts_over():
    backoff = Backoff(jitter=0.0)
    for _ in range(5):
        backoff.next_delay_s()
    backoff.reset()
    assert [backoff.next_delay_s() for _ in range(2)] == [0, 0.25]


@given(st.integers(), st.integers(0, 3000))
def test_jitter_stays_within_20_percent(seed, tries):
    backoff, exact = Backoff(rng=random.Random(seed)), Backoff(jitter=0.0)
    for _ in range(tries % 40):
        assert 0.8 * (base_s := exact.next_delay_s()) <= backoff.next_delay_s() <= 1.2 * base_s


def test_jitter_spreads_the_tries_of_many_clients():
    delays = set()
    for seed in range(20):
        backoff = Backoff(rng=random.Random(seed))
        backoff.next_delay_s()
        delays.add(backoff.next_delay_s())
    assert len(delays) == 20


def test_days_of_trying_overflow_nothing():
    backoff = Backoff(jitter=0.0)
    assert max(backoff.next_delay_s() for _ in range(5000)) == 4


@given(st.integers())
def test_nobody_waits_5_seconds_for_a_server_that_is_back(seed):
    backoff = Backoff(rng=random.Random(seed))
    assert max(backoff.next_delay_s() for _ in range(50)) < 5

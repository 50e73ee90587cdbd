"""Token buckets, by injected time."""

from hypothesis import given
from hypothesis import strategies as st

from server.limiter import Bucket, Limiter, Rate

S = 1_000_000_000
RATE = Rate(3, 6)


def test_as_many_as_the_rate_says_at_once_and_then_one_an_interval() -> None:
    bucket = Bucket(RATE)
    assert [bucket.take(10 * S) for _ in range(5)] == [True, True, True, False, False]
    assert bucket.wait_ns(10 * S) == 2 * S
    assert not bucket.take(12 * S - 1)
    assert bucket.take(12 * S)
    assert not bucket.take(12 * S)
    assert [bucket.take(100 * S) for _ in range(4)] == [True, True, True, False]


def test_spending_beyond_the_limit_lengthens_the_wait_by_no_more_than_one_period() -> None:
    bucket = Bucket(RATE)
    for _ in range(100):
        bucket.spend(0)
    assert bucket.wait_ns(0) == 2 * S
    assert bucket.is_full(6 * S)


@given(st.lists(st.integers(0, 3 * S), max_size=60))
def test_no_window_ever_holds_more_than_twice_the_count(steps_ns: list[int]) -> None:
    bucket, now_ns, taken = Bucket(RATE), 0, []
    for step_ns in steps_ns:
        now_ns += step_ns
        if bucket.take(now_ns):
            taken.append(now_ns)
    for start_ns in taken:
        assert sum(start_ns <= at_ns < start_ns + 6 * S for at_ns in taken) <= 2 * RATE.count


def test_what_is_given_back_may_be_done_again() -> None:
    limiter = Limiter(RATE)
    for _ in range(3):
        limiter.spend("ann", 0)
    limiter.give_back("ann")
    limiter.give_back("nobody")
    assert limiter.wait_s("ann", 0) == 0
    limiter.spend("ann", 0)
    assert limiter.wait_s("ann", 0) == 2


def test_each_name_has_a_bucket_of_its_own() -> None:
    limiter = Limiter(RATE)
    for _ in range(3):
        assert limiter.wait_s("ann", 0) == 0
        limiter.spend("ann", 0)
    assert limiter.wait_s("ann", 0) == 2
    assert limiter.wait_s("bob", 0) == 0


def test_names_are_forgotten_when_they_are_free_again_or_too_many() -> None:
    limiter = Limiter(RATE, max_remembered=10)
    for number in range(100):
        limiter.spend(f"name {number}", 0)
    assert len(limiter) == 10
    assert limiter.wait_s("name 0", 0) == 0
    limiter.spend("late", 1000 * S)
    assert len(limiter) == 1

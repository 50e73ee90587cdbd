from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.fingerprint.compare import Comparison, compare
from client.fingerprint.model import Fingerprint, RateMode


@dataclass(frozen=True)
class OnTheWire:
    audio_hash: str
    samples: int
    sample_rate: int


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("a", 44_100, 44_100), ("a", 44_100, 44_100), Comparison.IDENTICAL),
        (("a", 44_100, 44_100), ("b", 44_100, 44_100), Comparison.SAME_LENGTH),
        (("a", 44_100, 44_100), ("b", 44_144, 44_100), Comparison.SAME_LENGTH),
        (("a", 44_100, 44_100), ("b", 44_145, 44_100), Comparison.DIFFERENT),
        (("a", 44_100, 44_100), ("b", 48_000, 48_000), Comparison.SAME_LENGTH),
        (("a", 48_000, 48_000), ("b", 48_048, 48_000), Comparison.SAME_LENGTH),
        (("a", 44_100, 44_100), ("b", 48_049, 48_000), Comparison.DIFFERENT),
        (("a", 44_100 * 200, 44_100), ("b", 44_100 * 200 - 529, 44_100), Comparison.DIFFERENT),
        (("a", 44_100, 44_100), ("b", 44_100, 48_000), Comparison.DIFFERENT),
        (("a", 1, 0), ("b", 1, 0), Comparison.DIFFERENT),
    ],
)
def test_what_two_files_have_in_common(one, other, expected):
    assert compare(OnTheWire(*one), OnTheWire(*other)) is expected
    assert compare(OnTheWire(*other), OnTheWire(*one)) is expected


def test_a_fingerprint_is_compared_with_what_the_wire_carries():
    mine = Fingerprint("a" * 32, 100, 44_100, "LAME3.100", RateMode.VBR)
    assert compare(mine, OnTheWire("a" * 32, 100, 44_100)) is Comparison.IDENTICAL


@given(st.integers(0, 10**12), st.integers(1, 200_000), st.integers(1, 200_000))
def test_a_change_of_the_rate_alone_is_the_same_length(samples, rate, other_rate):
    resampled = round(samples * other_rate / rate)
    if other_rate >= 1000:
        found = compare(OnTheWire("a", samples, rate), OnTheWire("b", resampled, other_rate))
        assert found is Comparison.SAME_LENGTH

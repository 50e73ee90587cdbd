from audio.preparing import ProgressTeller
from protocol.timeline import NS_PER_MS


def told(*at_ms: int, ready: bool = True) -> list[float | None]:
    found: list[float | None] = []
    teller = ProgressTeller(1_000 * NS_PER_MS, found.append)
    for ms in at_ms:
        teller.on_progress((1_000 + ms) * NS_PER_MS, ms / 10_000)
    if ready:
        teller.on_ready()
    return found


def test_a_short_wait_is_not_worth_a_word():
    assert told(0, 100, 499) == []


def test_a_long_wait_is_told_five_times_a_second_and_to_its_end():
    assert told(*range(0, 1_500, 10)) == [0.05, 0.07, 0.09, 0.11, 0.13, 1.0]


def test_an_unknown_length_is_told_as_such():
    found = []
    ProgressTeller(0, found.append).on_progress(600 * NS_PER_MS, None)
    assert found == [None]

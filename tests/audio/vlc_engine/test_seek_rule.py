from audio.vlc_engine.seek_rule import COOL_DOWN_NS, LAST_MS, SUSTAIN_NS, SeekRule
from protocol.timeline import NS_PER_MS

STEP_NS = 4 * NS_PER_MS
LONG_MS = 60_000.0


def first_seek_ns(
    rule: SeekRule, errors_ms: list[float], remaining_ms: float = LONG_MS, begin_ns: int = 0
) -> int | None:
    for number, error_ms in enumerate(errors_ms):
        if rule.must_seek(error_ms, begin_ns + number * STEP_NS, remaining_ms):
            return number * STEP_NS
    return None


def test_an_error_beyond_the_threshold_that_lasts_is_seeked_away() -> None:
    assert first_seek_ns(SeekRule(), [31.0] * 1000) == SUSTAIN_NS
    assert first_seek_ns(SeekRule(), [-31.0] * 1000) == SUSTAIN_NS


def test_an_error_within_the_threshold_never_is() -> None:
    assert first_seek_ns(SeekRule(), [30.0, -30.0] * 1000) is None


def test_single_readings_and_a_changing_sign_move_nothing() -> None:
    bad = [500.0] * 90 + [0.0]
    assert first_seek_ns(SeekRule(), bad * 20) is None
    assert first_seek_ns(SeekRule(), ([40.0] * 50 + [-40.0] * 50) * 20) is None


def test_the_result_of_a_seek_is_waited_for() -> None:
    rule = SeekRule()
    rule.seeked(0)
    assert first_seek_ns(rule, [100.0] * 1000) == COOL_DOWN_NS


def test_nothing_is_seeked_in_the_last_moments_of_a_track() -> None:
    assert first_seek_ns(SeekRule(), [100.0] * 1000, remaining_ms=LAST_MS) is None

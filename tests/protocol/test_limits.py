"""Numbers of the contract that other implementations rely on."""

import re

import pytest

from protocol import limits


def test_the_plan_s_numbers_stand():
    assert limits.POSITION_INTERVAL_MS == 250
    assert limits.JUMP_THRESHOLD_MS == 30


def test_join_codes_survive_being_read_aloud_and_cannot_be_guessed_by_chance():
    alphabet = limits.JOIN_CODE_ALPHABET
    assert len(set(alphabet)) == len(alphabet)
    assert not set(alphabet) & set("0O1IL5S2Z")
    assert alphabet == alphabet.upper()
    assert len(alphabet) ** limits.JOIN_CODE_LENGTH > 10**8


def test_times_span_this_century_in_milliseconds():
    assert limits.MIN_CORRECTED_MS < 1_717_171_717_171 < limits.MAX_CORRECTED_MS
    assert limits.MAX_CORRECTED_MS < limits.MAX_PING_ID


@pytest.mark.parametrize("text", ["\x00", "a\nb", "\x1b[0m", "\x7f", "\x9b"])
def test_control_characters_are_told_from_text(text):
    assert not re.fullmatch(limits.NO_CONTROL_CHARACTERS, text)
    assert re.fullmatch(limits.NO_CONTROL_CHARACTERS, "Größe 走る 🏃 [b]")

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.widgets.plain import LONGEST, isolated, plain, tooltip


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Blue Room", "Blue Room"),
        ("<b>Blue</b>", "<b>Blue</b>"),
        ("one\ntwo\r\n\tthree", "one two three"),
        ("nu\x00ll", "null"),
        ("\u202egnirts\u202c", "gnirts"),
        ("a\u200bb\ufeffc\u00add", "abcd"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🎤", "👩\u200d🎤"),
        ("\u2069Ana\u2069", "Ana"),
        ("a\u0301\u0301\u0301\u0301\u0301\u0301\u0301", "a\u0301\u0301\u0301\u0301"),
        ("\ud800", ""),
        ("", ""),
    ],
)
def test_what_steers_the_screen_is_left_out(text, shown):
    assert plain(text) == shown


def test_an_endless_text_ends():
    assert len(plain("x" * 10_000)) == LONGEST
    assert plain("x" * 10_000).endswith("…")


@given(st.text(max_size=3000))
def test_no_text_breaks_out(text):
    shown = plain(text)
    assert len(shown) <= LONGEST + shown.count("\u2069")
    assert shown.count("\u2068") == shown.count("\u2069")
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in shown)
    assert not set(shown) & set("\u202a\u202b\u202d\u202e\u2066\u2067")
    assert plain(shown) == shown


@given(st.text(max_size=200))
def test_a_name_that_turns_stays_inside_its_isolate(text):
    shown = isolated(text + "\u05d0")
    assert shown[0] == "\u2068"
    assert shown[-1] == "\u2069"
    assert shown.count("\u2068") == shown.count("\u2069")
    depth = 0
    for place, character in enumerate(shown):
        depth += (character == "\u2068") - (character == "\u2069")
        assert depth > 0 or place == len(shown) - 1


@given(st.text(max_size=200))
def test_a_name_without_an_isolate_turns_nothing(text):
    shown = isolated(text)
    if not shown.startswith("\u2068"):
        assert shown == plain(text)
        assert not {unicodedata.bidirectional(character) for character in shown} & {
            "R",
            "AL",
            "AN",
            "RLE",
            "RLO",
            "RLI",
        }


def test_a_tooltip_is_no_markup():
    assert tooltip("<img src='x'>") == "<qt>&lt;img src=&#x27;x&#x27;&gt;</qt>"
    assert tooltip("") == ""

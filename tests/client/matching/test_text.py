import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.matching.text import normalize


@given(st.text(min_size=1, max_size=40))
def test_nothing_becomes_empty_and_once_is_enough(text):
    words = normalize(text)
    assert words
    assert normalize(words) == words


@given(st.text(alphabet="aIé'’ñ&+$!n. -()がきЁйάς\u0301\u0640\u200d", min_size=1, max_size=12))
def test_signs_and_marks_in_any_order_are_settled_at_once(text):
    assert normalize(normalize(text)) == normalize(text) != ""


@given(st.text(min_size=1, max_size=20))
def test_composed_and_decomposed_are_one(text):
    assert normalize(unicodedata.normalize("NFC", text)) == normalize(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Beyoncé", "beyonce"),
        ("Ｌｅｍｏｎ", "lemon"),
        ("Don’t Stop Believin'", "dont stop believin"),
        ("Rhythm & Blues", "rhythm and blues"),
        ("Florence + The Machine", "florence and the machine"),
        ("Rock 'n' Roll", "rock and roll"),
        ("P!nk", "pink"),
        ("Ke$ha", "kesha"),
        ("$100 Bills", "100 bills"),
        ("R.E.M.", "rem"),
        ("Motörhead – Ace", "motorhead ace"),
        ("ΆΝΘΡΩΠΟΣ", "ανθρωποσ"),
        ("Ёлка", "елка"),
        ("Мой", "мой"),
        ("がき", "がき"),
        ("दिल", "दिल"),
        ("أَنْتَ", "انت"),
        ("!!!", "!!!"),
        ("÷", "÷"),
        (" ", " "),
    ],
)
def test_spelling_is_unified_and_letters_stay(written, words):
    assert normalize(written) == words

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.matching.mojibake import repaired


@pytest.mark.parametrize(
    ("text", "table"), [("Déjà Vu", "utf-8"), ("Группа крови", "cp1251"), ("さくら", "utf-8"), ("Don’t", "utf-8")]
)
def test_letters_of_another_table_are_set_right(text, table):
    assert repaired(text.encode(table).decode("latin-1")) == text


@pytest.mark.parametrize("text", ["Hello", "Déjà Vu", "Für Elise", "Group å", "夜に駆ける", "Кино"])
def test_good_text_is_left_alone(text):
    assert repaired(text) is None


@given(st.text(max_size=40))
def test_any_text_is_survived(text):
    repaired(text)

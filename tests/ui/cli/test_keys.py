import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.cli.keys import Key, KeyReader

SEQUENCES = {
    "+": Key.MORE,
    "=": Key.MORE,
    "\x1b[A": Key.MORE,
    "\x1b[C": Key.MORE,
    "\x1bOA": Key.MORE,
    "-": Key.LESS,
    "\x1b[B": Key.LESS,
    "\x1b[D": Key.LESS,
    ">": Key.MUCH_MORE,
    "\x1b[1;2A": Key.MUCH_MORE,
    "\x1b[1;5C": Key.MUCH_MORE,
    "\x1b[5~": Key.MUCH_MORE,
    "<": Key.MUCH_LESS,
    "\x1b[1;2B": Key.MUCH_LESS,
    "\x1b[1;3D": Key.MUCH_LESS,
    "\x1b[6~": Key.MUCH_LESS,
    "0": Key.RESET,
    "q": Key.QUIT,
    "Q": Key.QUIT,
    "\x03": Key.QUIT,
    "\x04": Key.QUIT,
}


@pytest.mark.parametrize(("typed", "key"), SEQUENCES.items())
def test_a_key_means_one_thing(typed, key):
    assert KeyReader().feed(typed) == [key]


@pytest.mark.parametrize(
    "typed", ["a", " ", "\r", "é", "5", "A", "\x1b[3~", "\x1b[H", "\x1b[15;2~", "\x1bOP", "\x1b[Z"]
)
def test_other_keys_mean_nothing_and_leave_nothing(typed):
    reader = KeyReader()
    assert reader.feed(typed) == []
    assert reader.feed("+") == [Key.MORE]


@given(st.lists(st.sampled_from(list(SEQUENCES)), max_size=20), st.data())
def test_keys_are_read_whatever_pieces_they_come_in(typed, data):
    text = "".join(typed)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=5)))
    reader, keys = KeyReader(), []
    for begin, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        keys += reader.feed(text[begin:end])
    assert keys == [SEQUENCES[one] for one in typed]


def test_escape_alone_does_not_swallow_what_follows():
    assert KeyReader().feed("\x1bq") == [Key.QUIT]
    assert KeyReader().feed("\x1b\x1b[A") == [Key.MORE]


@given(st.text(max_size=200))
def test_nothing_that_is_typed_is_held_back_for_long(text):
    reader = KeyReader()
    reader.feed(text)
    assert Key.QUIT in reader.feed("qq")

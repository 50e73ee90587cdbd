"""The billboard's cursors."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import limits
from protocol.rest import BillboardSort
from server.billboard import next_cursor, read_cursor
from server.errors import RefusedError
from server.records import Place

NUMBERS = st.integers(0, limits.MAX_CORRECTED_MS)
NAMES = st.from_regex(limits.NO_CONTROL_CHARACTERS, fullmatch=True).map(lambda name: name[: limits.MAX_NAME_LENGTH])


@given(NUMBERS, st.uuids())
def test_a_place_by_number_comes_back(value: int, session_id: object) -> None:
    for sort in (BillboardSort.NEWEST, BillboardSort.OLDEST, BillboardSort.TRACKS):
        place = Place(value, str(session_id))
        assert read_cursor(next_cursor(sort, place), sort) == place


@given(NAMES, st.uuids())
def test_a_place_by_name_comes_back_and_fits_the_limit(value: str, session_id: object) -> None:
    for sort in (BillboardSort.HOST, BillboardSort.PLAYLIST):
        place = Place(value, str(session_id))
        cursor = next_cursor(sort, place)
        assert len(cursor) <= limits.MAX_CURSOR_LENGTH
        assert read_cursor(cursor, sort) == place


def test_the_longest_name_fits() -> None:
    for letter in '\U0001f3b5\u20ac"\\':
        place = Place(letter * limits.MAX_NAME_LENGTH, "x" * 36)
        assert len(next_cursor(BillboardSort.PLAYLIST, place)) <= limits.MAX_CURSOR_LENGTH


@given(st.text(max_size=100) | st.binary(max_size=100).map(lambda data: data.hex()))
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(RefusedError) as caught:
        read_cursor(text, BillboardSort.NEWEST)
    assert caught.value.status == 422


@pytest.mark.parametrize("sort", BillboardSort)
@pytest.mark.parametrize("value", [-1, 2**60, "\x00", 1.5, None, True])
def test_a_made_up_place_is_refused(sort: BillboardSort, value: object) -> None:
    with pytest.raises(RefusedError):
        read_cursor(next_cursor_of(sort, value), sort)


def next_cursor_of(sort: BillboardSort, value: object) -> str:
    text = json.dumps({"sort": sort.value, "value": value, "session_id": "x"})
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

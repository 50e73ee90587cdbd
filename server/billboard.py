"""The billboard's cursors: where a page ended, in a form that clients hand back and need not understand. Pure."""

import base64
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from protocol import limits
from protocol.rest import BillboardSort
from server.errors import RefusedError
from server.records import Place

_BY_NUMBER: Final = {BillboardSort.NEWEST, BillboardSort.OLDEST, BillboardSort.TRACKS}

_Text = Annotated[str, Field(pattern=limits.NO_CONTROL_CHARACTERS)]
_Number = Annotated[int, Field(ge=0, le=limits.MAX_CORRECTED_MS)]


class _Cursor(BaseModel):
    model_config = ConfigDict(strict=True)

    sort: str
    value: _Number | _Text
    session_id: _Text


def next_cursor(sort: BillboardSort, place: Place) -> str:
    """Return the cursor that goes on after this place."""
    text = _Cursor(sort=sort.value, value=place.value, session_id=place.session_id).model_dump_json()
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(text: str, sort: BillboardSort) -> Place:
    """Return the place after which the page begins; `RefusedError` 422 when the cursor is none of this order."""
    try:
        cursor = _Cursor.model_validate_json(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, ValidationError):
        cursor = None
    if cursor is None or cursor.sort != sort.value or isinstance(cursor.value, int) != (sort in _BY_NUMBER):
        message = "cursor: it was not made for this order of the billboard. Begin at the first page."
        raise RefusedError(422, "invalid_request", message)
    return Place(cursor.value, cursor.session_id)

"""The leaders' queues in the database: written and dropped together with their sessions, read when asked for."""

from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Delete, Insert, Select, delete, insert, select

from protocol.rest import QueueTrack
from server.tables import queues, sessions

_QUEUE: Final = TypeAdapter(list[QueueTrack])


def insert_queue(session_id: str, queue: list[QueueTrack]) -> Insert:
    """Return what stores a session's queue."""
    text = _QUEUE.dump_json(queue, by_alias=True, exclude_none=True).decode()
    return insert(queues).values(session_id=session_id, queue=text)


def select_queue(session_id: str) -> Select[Any]:
    """Return what finds a session's queue; `read_queue` reads it."""
    return select(queues.c.queue).where(queues.c.session_id == session_id)


def read_queue(text: str) -> list[QueueTrack]:
    """Return a queue as it was stored."""
    return _QUEUE.validate_json(text)


def delete_queues(of_sessions: ColumnElement[bool]) -> Delete:
    """Return what drops the queues of these sessions: nobody can join them any more."""
    return delete(queues).where(queues.c.session_id.in_(select(sessions.c.id).where(of_sessions)))

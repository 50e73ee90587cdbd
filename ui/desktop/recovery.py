"""What it takes to come back into a session after a crash: written while one lasts, gone after a polite end."""

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from protocol import limits
from ui.desktop.json_file import DamagedFileError, read_object, write_object

_log = logging.getLogger(__name__)

FILE_NAME: Final = "session.json"
#: A server ends a session that nobody uses for so long (docs/protocol.md).
WORTH_OFFERING_S: Final = 2 * 3600.0

_MAX_BYTES: Final = 100_000

_Text = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class SessionNote(BaseModel):
    """A live session: whose, which, and where in it.

    `other` is the buddy's name, "" while nobody has joined. `join_code` is the leader's; a follower has none.
    `noted_s` is the wall clock's time of the last change: it only decides whether it is worth offering.
    """

    model_config = ConfigDict(frozen=True, strict=True, alias_generator=to_camel, populate_by_name=True)

    server: _Text
    session_id: _Text
    role: Literal["leader", "follower"]
    playlist_id: _Text
    playlist_name: Annotated[str, StringConstraints(max_length=1000)]
    join_code: Annotated[str, StringConstraints(max_length=limits.MAX_ID_LENGTH)] = ""
    other: Annotated[str, StringConstraints(max_length=1000)] = ""
    playlist_position: Annotated[int, Field(ge=0, le=limits.MAX_PLAYLIST_POSITION)] = 0
    position_ms: Annotated[int, Field(ge=0, le=limits.MAX_POSITION_MS)] = 0
    noted_s: Annotated[float, Field(strict=False)] = 0.0

    def worth_offering(self, now_s: float) -> bool:
        """Return whether the session may still live; a wall clock that was set back is no reason to keep silent."""
        return now_s - self.noted_s < WORTH_OFFERING_S


class Recovery:
    """DATA_DIR/session.json while a session lasts. A disk that refuses costs the way back, never the session."""

    def __init__(self, folder: Path, wall_s: Callable[[], float] = time.time) -> None:
        self._path = folder / FILE_NAME
        self._wall_s = wall_s
        self._wanted: SessionNote | None = None
        self._writing: asyncio.Task[None] | None = None

    def found(self) -> SessionNote | None:
        """Return the session that a crash has left, None when there is none worth offering."""
        try:
            document = read_object(self._path, _MAX_BYTES)
            note = None if document is None else SessionNote.model_validate(document)
        except (DamagedFileError, ValidationError, OSError) as error:
            _log.warning("%s can't be used: %s", self._path, error)
            return None
        return note if note is not None and note.worth_offering(self._wall_s()) else None

    def keep(self, **facts: Any) -> None:
        """Note a session, or what has changed in it; written in a thread, of many changes the newest.

        Changes come from the player, too, which may be sooner than the session: they do nothing then.
        """
        if self._wanted is None and "session_id" not in facts:
            return
        known = {} if self._wanted is None else self._wanted.model_dump()
        self._wanted = SessionNote.model_validate({**known, **facts, "noted_s": self._wall_s()})
        self._write_soon()

    def forget(self) -> None:
        """There is nothing to come back to: the session ended politely, or is over."""
        self._wanted = None
        self._write_soon()

    async def flush(self) -> None:
        """Wait until the disk has what was said last."""
        while self._writing is not None:
            await asyncio.shield(self._writing)

    def _write_soon(self) -> None:
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write(), name="recovery")

    async def _write(self) -> None:
        try:
            while True:
                wanted = self._wanted
                await asyncio.to_thread(self._put, wanted)
                if self._wanted is wanted:
                    return
        finally:
            self._writing = None

    def _put(self, note: SessionNote | None) -> None:
        try:
            if note is None:
                self._path.unlink(missing_ok=True)
            else:
                write_object(self._path, note.model_dump(mode="json", by_alias=True))
        except OSError as error:
            _log.warning("%s can't be written: %s", self._path, error)

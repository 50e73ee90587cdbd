"""Write behind: rooms hand over what to store and never wait for the database."""

import asyncio
import logging
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from server.records import WriteBatch
from server.storage import Storage

_RETRY_S = 1.0

logger = logging.getLogger(__name__)


class Writer:
    """Collect writes of all sessions and store them in one transaction at a time.

    `batch` is open for additions; call `wake` after adding. When the database fails the batch is kept and tried again.
    """

    def __init__(self, storage: Storage, now_ms: Callable[[], int]) -> None:
        self.batch = WriteBatch()
        self._storage = storage
        self._now_ms = now_ms
        self._wake = asyncio.Event()
        self._written = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to write."""
        self._task = asyncio.create_task(self._run(), name="lockstep-server-writer")

    async def stop(self) -> None:
        """Write what is left and stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        try:
            await self.flush()
        except SQLAlchemyError:
            logger.exception("the last state of the sessions could not be stored")

    def wake(self) -> None:
        """Say that the batch has something to write."""
        self._wake.set()

    async def flush(self) -> None:
        """Return when everything added before is stored; `SQLAlchemyError` when the database fails."""
        async with self._written:
            if self.batch.is_empty():
                return
            batch, self.batch = self.batch, WriteBatch()
            try:
                await self._storage.write(batch, self._now_ms())
            except BaseException:
                self.batch = self.batch.merged_onto(batch)
                raise

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self.flush()
            except SQLAlchemyError:
                logger.exception("the database refused a write; trying again in %s s", _RETRY_S)
                await asyncio.sleep(_RETRY_S)
                self._wake.set()

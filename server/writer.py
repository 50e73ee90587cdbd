"""Write behind: rooms hand over what to store and never wait for the database."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable

from protocol.events import EndReason, SnapshotState
from server.metrics import Metrics
from server.records import WriteBatch
from server.storage import DATABASE_ERRORS, Storage

_RETRY_S = 1.0

logger = logging.getLogger(__name__)


class Writer:
    """Collect writes of all sessions and store them in one transaction at a time.

    What must not be lost is written at once, positions of all sessions together once in `position_interval_s`. When
    the database fails everything is kept and tried again; of one session's snapshots only the newest counts.
    """

    def __init__(
        self, storage: Storage, now_ms: Callable[[], int], position_interval_s: float, metrics: Metrics | None = None
    ) -> None:
        self._storage = storage
        self._metrics = metrics or Metrics()
        self._now_ms = now_ms
        self._position_interval_s = position_interval_s
        self._urgent = WriteBatch()
        self._later = WriteBatch()
        self._wanted = asyncio.Event()
        self._wanted_now = asyncio.Event()
        self._writing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def put_snapshot(self, session_id: str, snapshot: SnapshotState, leader_seen: bool, at_once: bool) -> None:
        """Store a session's newest snapshot."""
        if at_once:
            self._later.snapshots.pop(session_id, None)
            self._urgent.snapshots[session_id] = (snapshot, leader_seen)
            self._wanted_now.set()
        else:
            self._later.snapshots[session_id] = (snapshot, leader_seen)
        self._wanted.set()

    def free_seat(self, session_id: str, account_id: str) -> None:
        """Remove a follower at once."""
        self._urgent.freed_seats.append((session_id, account_id))
        self._want_now()

    def end(self, session_id: str, reason: EndReason) -> None:
        """Mark a session as ended at once, with the last snapshot."""
        if (last := self._later.snapshots.pop(session_id, None)) is not None:
            self._urgent.snapshots[session_id] = last
        self._urgent.ended[session_id] = reason
        self._want_now()

    def forget(self, session_id: str) -> None:
        """Drop what waits for a session that another process looks after now."""
        for batch in (self._urgent, self._later):
            batch.snapshots.pop(session_id, None)

    def extend_tokens(self, token_hashes: Iterable[str], expires_at_ms: int) -> None:
        """Move the end of tokens in use, at once; epoch milliseconds."""
        for token_hash in token_hashes:
            self._urgent.token_expiries_ms[token_hash] = expires_at_ms
        if self._urgent.token_expiries_ms:
            self._want_now()

    @property
    def waiting(self) -> int:
        """Return how many writes are not stored yet."""
        return len(self._urgent) + len(self._later)

    def start(self) -> None:
        """Begin to write."""
        self._task = asyncio.create_task(self._run(), name="lockstep-server-writer")

    async def stop(self) -> None:
        """Write what is left and stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        try:
            await self.flush(positions=True)
        except DATABASE_ERRORS:
            logger.exception("the last state of the sessions could not be stored")

    async def flush(self, *, positions: bool = False) -> None:
        """Return when everything urgent that was added before is stored, with `positions` simply everything.

        Raises what the database raises (`server.storage.DATABASE_ERRORS`).
        """
        async with self._writing:
            batch, self._urgent = self._urgent, WriteBatch()
            if positions:
                # The older of two snapshots is never in both batches; see `put_snapshot`.
                batch, self._later = self._later.merged_onto(batch), WriteBatch()
            if batch.is_empty():
                return
            try:
                with self._metrics.database_write_s.time():
                    await self._storage.write(batch, self._now_ms())
            except BaseException as error:
                if isinstance(error, DATABASE_ERRORS):
                    self._metrics.database_write_errors.inc()
                self._urgent = self._urgent.merged_onto(batch)
                raise

    def _want_now(self) -> None:
        self._wanted_now.set()
        self._wanted.set()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        positions_due_s = loop.time()
        while True:
            await self._wanted.wait()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(positions_due_s):
                    await self._wanted_now.wait()
            self._wanted_now.clear()
            positions = loop.time() >= positions_due_s
            if positions:
                self._wanted.clear()
                positions_due_s = loop.time() + self._position_interval_s
            try:
                await self.flush(positions=positions)
            except DATABASE_ERRORS as error:
                logger.error("the database refused a write (%s); trying again in %s s", error, _RETRY_S)  # noqa: TRY400
                await asyncio.sleep(_RETRY_S)
                self._want_now()

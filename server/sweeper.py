"""Tidy up now and then: idle sessions end, ended ones and old tokens are forgotten (plan, section 1: TTL)."""

import asyncio
import logging

from server.hub import Hub
from server.settings import Settings
from server.storage import DATABASE_ERRORS, Storage
from server.wall_clock import epoch_ms

_MIN_INTERVAL_S = 0.01

logger = logging.getLogger(__name__)


class Sweeper:
    """Sweep at the start and then every `sweep_interval_s`; a database that fails is asked again at the next round."""

    def __init__(self, storage: Storage, hub: Hub, settings: Settings) -> None:
        self._storage = storage
        self._hub = hub
        self._interval_s = max(_MIN_INTERVAL_S, settings.sweep_interval_s)
        self._kept_ms = round(settings.ended_kept_s * 1000)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to sweep."""
        self._task = asyncio.create_task(self._run(), name="lockstep-server-sweeper")

    async def stop(self) -> None:
        """Stop sweeping."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def sweep(self) -> None:
        """Sweep once; raises one of `DATABASE_ERRORS` when the database fails."""
        await self._hub.expire_idle()
        now_ms = epoch_ms()
        await self._storage.forget_old(now_ms - self._kept_ms, now_ms)

    async def _run(self) -> None:
        while True:
            try:
                await self.sweep()
            except DATABASE_ERRORS as error:
                logger.warning("the database refused a sweep (%s); trying again later", error)
            await asyncio.sleep(self._interval_s)

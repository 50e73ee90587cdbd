"""Coroutines that run beside the screens: none is lost, and no error of one stays unsaid."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final

_log = logging.getLogger(__name__)

#: So long an end waits for what keeps a wish: a disk that hangs must not keep the app.
_FINISH_S: Final = 5.0

Report = Callable[[BaseException], None]


class Tasks:
    """Start coroutines from slots and keep them until they are done; `report` hears of their errors."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._running: set[asyncio.Task[Any]] = set()
        self._finishing: set[asyncio.Task[Any]] = set()
        self._closed = False

    def start(self, work: Coroutine[Any, Any, None], name: str, *, finishes: bool = False) -> asyncio.Task[None] | None:
        """Run a coroutine; None, and nothing is run, when all is being closed.

        `finishes` is for what keeps a person's wish: who quits at once has it kept all the same.
        """
        if self._closed:
            work.close()
            return None
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.add(task)
        if finishes:
            self._finishing.add(task)
        task.add_done_callback(self._on_done)
        return task

    def start_anew(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None] | None:
        """Run a coroutine in place of those of its name: they are cancelled, and it begins when they have ended."""
        former = [task for task in self._running if task.get_name() == name]
        self.cancel(name)
        task = self.start(self._after(former, work), name)
        # One that is cancelled before it has its turn never comes to its work.
        if task is None:
            work.close()
        else:
            task.add_done_callback(lambda _task: work.close())
        return task

    def running(self, name: str) -> bool:
        """Return whether a coroutine of this name is under way: a second press on a button starts no second one."""
        return any(task.get_name() == name for task in self._running)

    def cancel(self, name: str) -> None:
        """Cancel the coroutines of this name."""
        for task in self._running:
            # One that is being cancelled may be saying goodbye.
            if task.get_name() == name and not task.cancelling():
                task.cancel()

    async def aclose(self) -> None:
        """Cancel what runs, and wait until it has ended; nothing is started from now on."""
        self._closed = True
        current = asyncio.current_task()
        finishing = self._finishing - {current}
        if finishing:
            await asyncio.wait(finishing, timeout=_FINISH_S)
        waiting = [task for task in self._running if task is not current]
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    @staticmethod
    async def _after(former: list[asyncio.Task[Any]], work: Coroutine[Any, Any, None]) -> None:
        if former:
            await asyncio.wait(former)
        await work

    def _on_done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        self._finishing.discard(task)
        error = None if task.cancelled() else task.exception()
        how = "cancelled" if task.cancelled() else "done" if error is None else f"failed ({type(error).__name__})"
        _log.debug("%s: %s", task.get_name(), how)
        if error is not None:
            self._report(error)

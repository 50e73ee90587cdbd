"""Blocking work beside the event loop, ended at once when whoever waits for it is cancelled."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from client.errors import ClientError
from client.library.errors import LibraryError
from client.scan.outcome import ScanProblem
from client.scan.records import scan_problem
from client.worker_pipe import Message
from client.worker_process import WorkerProcess

_Result = TypeVar("_Result")
_Value = TypeVar("_Value")

#: One file of several hours, or the index of a very large collection, is silent for a while.
_SILENCE_S = 120.0


class Stop:
    """Ends a piece of work from another thread, by whatever it has said ends what it is doing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._end: Callable[[], None] = lambda: None
        self.is_set = False

    def ends(self, end: Callable[[], None]) -> None:
        """Say what is to be called when the work is to end; it is called here when that is so already."""
        with self._lock:
            self._end = end
            if self.is_set:
                end()

    def set(self) -> None:
        """End the work."""
        with self._lock:
            self.is_set = True
            self._end()


async def in_thread(work: Callable[[Stop], _Result]) -> _Result:
    """Run work in a thread; cancelled, it is stopped, waited for, and its result dropped."""
    stop = Stop()
    running = asyncio.ensure_future(asyncio.to_thread(work, stop))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        stop.set()
        with contextlib.suppress(ClientError):
            await running
        raise


def in_loop(callback: Callable[[_Value], None] | None) -> Callable[[_Value], None]:
    """Return a function for threads that calls the callback in this event loop."""
    if callback is None:
        return lambda _value: None
    loop = asyncio.get_running_loop()

    def call(value: _Value) -> None:
        with contextlib.suppress(RuntimeError):
            # A loop that is closed has nobody left to tell.
            loop.call_soon_threadsafe(callback, value)

    return call


def run_job(order: Message, stop: Stop, tell: Callable[[int, int, list[ScanProblem]], None]) -> None:
    """Have the library's worker do an order; `tell` hears done, total and problems. Errors: LibraryError."""
    try:
        worker = WorkerProcess("client.library.worker", silence_s=_SILENCE_S)
    except OSError as error:
        raise LibraryError(f"the library's own process can't be started ({error}); free some memory") from None
    stop.ends(worker.kill)
    is_done = False
    for message in worker.answers([order]):
        if "error" in message:
            raise LibraryError(message["error"])
        is_done = is_done or "done" in message
        if "progress" in message:
            done, total = message["progress"]
            tell(done, total, _problems(message))
    if not (is_done or stop.is_set):
        raise LibraryError("the library's own process ended before its work was done; free some memory and try again")


def _problems(message: Message) -> list[ScanProblem]:
    records: list[Any] = message["problems"]
    return [scan_problem(record) for record in records]

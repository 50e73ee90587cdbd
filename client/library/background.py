"""Blocking work beside the event loop, ended at once when whoever waits for it is cancelled."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

from client.errors import ClientError

_Result = TypeVar("_Result")
_Value = TypeVar("_Value")


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

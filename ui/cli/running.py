"""What commands that run until they are stopped share: polite interrupts, and opening several things at once."""

import asyncio
import contextlib
import signal
from collections.abc import Iterator
from typing import Any


class Interrupts:
    """Ctrl+C and SIGTERM: cancel the command while it opens, end it politely later, cancel when repeated."""

    def __init__(self, task: asyncio.Task[Any]) -> None:
        self._task = task
        self.polite = False
        self.happened = asyncio.Event()

    def interrupt(self) -> None:
        """Take one interrupt."""
        if not self.polite or self.happened.is_set():
            self._task.cancel()
        self.happened.set()


@contextlib.contextmanager
def interruptible() -> Iterator[Interrupts]:
    """Catch Ctrl+C and SIGTERM in this task."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    interrupts = Interrupts(task)
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(interrupts.interrupt))
    try:
        yield interrupts
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def all_or_first_error(*tasks: asyncio.Task[Any]) -> None:
    """Wait for all; on the first error cancel the others and raise it."""
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in tasks:
            if task in done:
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

"""Qt and asyncio in one loop: how it runs, how it ends, and where errors go that nobody caught.

qasync's timers may wake up to a few ms early, so nothing here or above may take a wake-up for a time. A dialog's
`exec()` inside a coroutine would start a loop in the loop and hang: dialogs are opened, and answer by a signal.
"""

import asyncio
import contextlib
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Final

import qasync
from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QApplication

from ui.desktop.errors import is_expected
from ui.desktop.garbage import collected_here

_log = logging.getLogger(__name__)

_WORKERS: Final = 4

Report = Callable[[BaseException], None]


def run(application: QApplication, main: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run a coroutine in the application's event loop to its end and return what it returns."""
    # The window that closes last must not take the loop with it: the session is still to be left politely.
    application.setQuitOnLastWindowClosed(False)
    with collected_here(), asyncio.Runner(loop_factory=lambda: _new_loop(application)) as runner:
        return runner.run(main())


@contextlib.contextmanager
def errors_reported(report: Report) -> Iterator[None]:
    """Log every error that nobody caught, in tasks, slots and threads, and hand it to `report`.

    Use inside the loop. `report` is called in the loop's thread; it says the error to the person.
    """
    loop = asyncio.get_running_loop()

    def heard(error: BaseException, where: str) -> None:
        if isinstance(error, KeyboardInterrupt | SystemExit | asyncio.CancelledError):
            return
        if is_expected(error):
            _log.info("%s: %s", where, error)
        else:
            _log.error("Unexpected error (%s)", where, exc_info=(type(error), error, error.__traceback__))
        report(error)

    def on_loop(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        where = str(context.get("message") or "event loop")
        if isinstance(error, BaseException):
            heard(error, where)
        else:
            _log.warning("%s", where)

    def on_slot(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        # Qt has no way to let an exception of a slot through: PySide hands it to the interpreter's last resort.
        heard(error, "slot")

    def on_thread(happened: threading.ExceptHookArgs) -> None:
        error = happened.exc_value
        if error is not None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(heard, error, f"thread {happened.thread and happened.thread.name}")

    before = sys.excepthook, threading.excepthook
    loop.set_exception_handler(on_loop)
    sys.excepthook, threading.excepthook = on_slot, on_thread
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook = before
        loop.set_exception_handler(None)


@contextlib.contextmanager
def interrupts_heard(on_interrupt: Callable[[], None]) -> Iterator[None]:
    """Call `on_interrupt` in the loop at every Ctrl+C and SIGTERM.

    Python runs signal handlers between its own instructions, of which there are none while Qt waits: a byte in a
    socket wakes it.
    """
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.setblocking(False)
    notifier = QSocketNotifier(ours.fileno(), QSocketNotifier.Type.Read)

    def drain() -> None:
        with contextlib.suppress(BlockingIOError):
            while ours.recv(4096):
                pass

    notifier.activated.connect(drain)
    numbers = (signal.SIGINT, signal.SIGTERM)
    handlers = {number: signal.signal(number, lambda *_: on_interrupt()) for number in numbers}
    fd_before = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(fd_before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        notifier.setEnabled(False)
        for end in (ours, theirs):
            end.close()


def _new_loop(application: QApplication) -> asyncio.AbstractEventLoop:
    loop: asyncio.AbstractEventLoop = qasync.QEventLoop(application)
    # qasync would start ten QThreads for the first `to_thread`.
    loop.set_default_executor(ThreadPoolExecutor(_WORKERS, thread_name_prefix="lockstep"))
    return loop

"""The library's own process for what takes long, kept between orders: it loads longer than most orders take."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from client.library.background import Stop
from client.library.errors import LibraryError
from client.scan.outcome import ScanProblem
from client.scan.records import scan_problem
from client.worker_process import WorkerProcess

#: One file of several hours, or the index of a very large collection, is silent for a while.
_SILENCE_S: Final = 120.0
#: Who pairs track after track does not wait for it again; afterwards its memory is given back.
_IDLE_S: Final = 30.0

Told = Callable[[int, int, list[ScanProblem]], None]
"""Called, in the thread of the order, with how many of how many are done, and what went wrong since."""


class Workshop:
    """One worker for one library.db; orders wait for one another. Any thread may come."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._worker: WorkerProcess | None = None
        self._idle: threading.Timer | None = None

    def run(self, job: str, stop: Stop, told: Told, **order: object) -> None:
        """Have an order done (client/library/worker.py says which there are). Errors: LibraryError."""
        with self._lock:
            if self._idle is not None:
                self._idle.cancel()
            worker = self._ready()
            stop.ends(worker.kill)
            is_over = False
            try:
                for message in worker.answers([{"database": str(self._database), "job": job, **order}]):
                    is_over = is_over or "done" in message or "error" in message
                    if "error" in message:
                        raise LibraryError(message["error"])
                    if "progress" in message:
                        done, total = message["progress"]
                        told(done, total, [scan_problem(record) for record in message["problems"]])
            finally:
                # A stop that comes late must not end a worker that does something else by then.
                stop.ends(lambda: None)
                if is_over and not stop.is_set:
                    self._wait_for_more()
                else:
                    self._discard()
            if not (is_over or stop.is_set):
                raise LibraryError(
                    "the library's own process ended before its work was done; free some memory and try again"
                )

    def close(self) -> None:
        """End the worker."""
        with self._lock:
            if self._idle is not None:
                self._idle.cancel()
            self._discard()

    def _ready(self) -> WorkerProcess:
        if self._worker is not None and not self._worker.is_alive:
            self._discard()
        if self._worker is None:
            try:
                self._worker = WorkerProcess("client.library.worker", silence_s=_SILENCE_S)
            except OSError as error:
                raise LibraryError(f"the library's own process can't be started ({error}); free some memory") from None
        return self._worker

    def _wait_for_more(self) -> None:
        self._idle = threading.Timer(_IDLE_S, self.close)
        self._idle.daemon = True
        self._idle.start()

    def _discard(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None

"""A worker process that speaks JSON lines on its pipes: the parent's end (the worker's is in client/worker_pipe.py).

It blocks, and is meant for a thread; `kill` may come from any other.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Final

from client.worker_pipe import Message

#: A disk that wakes up needs ten seconds; who says nothing for longer hangs.
SILENCE_S: Final = 30.0

_CHECK_S: Final = 0.5


class WorkerProcess:
    """A running worker: it is told orders, and answers until it says `done` or `error`, or ends.

    A worker that says nothing for `silence_s` while it is asked is killed, which ends its answers as its death does.
    """

    def __init__(self, module: str, *, silence_s: float = SILENCE_S) -> None:
        self._silence_s = silence_s
        self._heard_s = time.monotonic()
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Each worker calculates in one thread; starting more for it takes as long as half the worker's own start.
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            # A Ctrl+C in the terminal is the parent's to handle.
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),
        )

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Return whether it can be asked."""
        return self._process.poll() is None

    def answers(self, orders: Iterable[Message]) -> Iterator[Message]:
        """Send all orders, then yield what the worker says, `done` or `error` last if it comes to that."""
        self._heard_s = time.monotonic()
        answered = threading.Event()
        watchdog = threading.Thread(target=self._watch, args=(answered,), name="worker-watchdog", daemon=True)
        watchdog.start()
        try:
            self._send(orders)
            assert self._process.stdout is not None
            for line in self._process.stdout:
                self._heard_s = time.monotonic()
                try:
                    message = json.loads(line)
                except ValueError:
                    # A worker that is killed in the middle of a line has not said it.
                    continue
                yield message
                if "done" in message or "error" in message:
                    return
        finally:
            answered.set()
            watchdog.join()

    def kill(self) -> None:
        """End the worker at once."""
        self._process.kill()

    def close(self) -> None:
        """End the worker, and wait until it is gone."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.wait()

    def _send(self, orders: Iterable[Message]) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        try:
            for message in orders:
                pipe.write(json.dumps(message).encode() + b"\n")
            pipe.flush()
        except OSError:
            # It is gone already: there will be no answer, which says it.
            return

    def _watch(self, answered: threading.Event) -> None:
        while not answered.wait(_CHECK_S):
            if time.monotonic() - self._heard_s > self._silence_s:
                self._process.kill()
                return

"""A child process that speaks JSON lines on its pipes: both ends of the conversation.

The child dies with its parent (its standard input ends), and anything that a C library prints lands in a log file, not
in the conversation.
"""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

Message = dict[str, Any]


class ChildProcess:
    """The parent's end. Callbacks run in the event loop, in order; `on_exit` comes last, once."""

    def __init__(
        self,
        module: str,
        arguments: list[str],
        *,
        log_file: Path,
        on_message: Callable[[Message], None],
        on_exit: Callable[[int], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_message = on_message
        self._on_exit = on_exit
        log_file.parent.mkdir(parents=True, exist_ok=True)
        with log_file.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, our own arguments
                [sys.executable, "-m", module, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                # A Ctrl+C in the terminal is the parent's to handle: it says goodbye before it closes the sound.
                start_new_session=os.name == "posix",
            )
        threading.Thread(target=self._read, name=f"{module}-reader", daemon=True).start()

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    def send(self, message: Message) -> bool:
        """Write one line; return False when the child is gone."""
        pipe = self._process.stdin
        if pipe is None or pipe.closed:
            return False
        try:
            pipe.write(json.dumps(message).encode() + b"\n")
            pipe.flush()
        except (OSError, ValueError):
            return False
        return True

    def kill(self) -> None:
        """End the child at once."""
        self._process.kill()

    def close(self, timeout_s: float = 2.0) -> None:
        """Let the child finish by itself, and kill it when it does not."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _read(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        with pipe:
            for line in pipe:
                self._post(self._on_message, json.loads(line))
        self._post(self._on_exit, self._process.wait())

    def _post(self, callback: Callable[[Any], None], argument: object) -> None:
        try:
            self._loop.call_soon_threadsafe(callback, argument)
        except RuntimeError:
            # The loop is closed: nobody is left to tell.
            return


class ParentPipe:
    """The child's end: lines from the parent, lines to the parent, and nothing else on them."""

    def __init__(self) -> None:
        self._input: IO[bytes] = sys.stdin.buffer
        self._output = os.fdopen(os.dup(1), "wb", buffering=0)
        os.dup2(2, 1)
        self._lock = threading.Lock()

    def messages(self) -> Iterator[Message]:
        """Yield what the parent sends, until it goes away."""
        for line in self._input:
            yield json.loads(line)

    def send(self, message: Message) -> None:
        """Write one line. When the parent is gone there is nobody to work for: leave."""
        try:
            with self._lock:
                self._output.write(json.dumps(message).encode() + b"\n")
        except OSError:
            os._exit(0)

"""A child process that speaks JSON lines on its pipes: the parent's end (the child's is in audio/parent_pipe.py)."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from audio.parent_pipe import Message


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
                # Each child calculates in one thread; starting more for it takes as long as half the child's own start.
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
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
        self._close_input()
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
                try:
                    message = json.loads(line)
                except ValueError:
                    # A child that is killed in the middle of a line has not said it.
                    continue
                self._post(self._on_message, message)
        self._post(self._finish, self._process.wait())

    def _finish(self, code: int) -> None:
        self._close_input()
        self._on_exit(code)

    def _close_input(self) -> None:
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def _post(self, callback: Callable[[Any], None], argument: object) -> None:
        try:
            self._loop.call_soon_threadsafe(callback, argument)
        except RuntimeError:
            # The loop is closed: nobody is left to tell.
            return

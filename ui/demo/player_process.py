"""A `lockstep` command as a child process whose JSON lines are read as they come."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from client.errors import ClientError

Line = dict[str, Any]

_STOP_TIMEOUT_S: Final = 8.0


class DemoError(ClientError):
    """A part of the demo did not do its job; the text says which and why."""

    code = "demo"


class EndedEarlyError(DemoError):
    """A part of the demo ended before it was to; `exit_code` is 0 when it did so as if it was asked to."""

    def __init__(self, message: str, exit_code: int | None) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class LockstepProcess:
    """Start `lockstep ARGUMENTS`, keep every JSON line, and wait for particular ones."""

    def __init__(self, name: str, log_file: Path) -> None:
        self.name = name
        self.lines: list[Line] = []
        self._log_file = log_file
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._listeners: list[Callable[[Line], None]] = []

    async def start(
        self, arguments: list[str], environment: Mapping[str, str] | None = None, *, has_input: bool = False
    ) -> None:
        """Start the command; what it says on standard error goes to the log file."""
        with self._log_file.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "ui.cli.app",
                *arguments,
                stdin=asyncio.subprocess.PIPE if has_input else asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=dict(environment or os.environ),
                start_new_session=os.name == "posix",
            )
        self._reader = asyncio.create_task(self._read())

    def say(self, line: str) -> None:
        """Write a line to its standard input, which it was started with."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())

    def subscribe(self, listener: Callable[[Line], None]) -> None:
        """Call `listener` with every line from now on."""
        self._listeners.append(listener)

    async def line(self, wanted: Callable[[Line], bool], timeout_s: float) -> Line:
        """Return the first line that is wanted. Errors: DemoError when the process ends or the time is up."""
        try:
            async with asyncio.timeout(timeout_s):
                seen = 0
                while True:
                    for line in self.lines[seen:]:
                        if wanted(line):
                            return line
                    seen = len(self.lines)
                    if self._reader is None or self._reader.done():
                        raise EndedEarlyError(
                            f"the {self.name} ended too early: {self.last_words()}", await self._exit_code()
                        )
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise DemoError(f"the {self.name} did not answer within {timeout_s:.0f} s: {self.last_words()}") from None

    async def wait(self, timeout_s: float) -> int:
        """Return the exit code. Errors: DemoError when it does not end in time."""
        assert self._process is not None
        assert self._reader is not None
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.shield(self._reader)
                return await self._process.wait()
        except TimeoutError:
            raise DemoError(f"the {self.name} did not end: {self.last_words()}") from None

    async def stop(self) -> None:
        """Ask the command to end, and end it if it does not."""
        if self._process is None or self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), _STOP_TIMEOUT_S)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        if self._reader is not None:
            await self._reader

    def last_words(self) -> str:
        """Return the last thing the command said, for an error message."""
        for line in reversed(self.lines):
            if line.get("type") == "error":
                return str(line.get("message"))
        text = self._log_file.read_text(errors="replace").strip() if self._log_file.exists() else ""
        return text.splitlines()[-1] if text else "it said nothing"

    async def _exit_code(self) -> int | None:
        return None if self._process is None else await self._process.wait()

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async for raw in self._process.stdout:
            with contextlib.suppress(ValueError):
                line = json.loads(raw)
                if isinstance(line, dict):
                    self.lines.append(line)
                    for listener in self._listeners:
                        listener(line)
            self._changed.set()
        await self._process.wait()
        self._changed.set()

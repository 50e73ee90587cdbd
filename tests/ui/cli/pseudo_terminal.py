"""`lockstep` on a terminal of its own, as a person has it: keys in, a screen out."""

import contextlib
import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Mapping
from typing import Any

from tests.patience import WAIT_S


class PseudoTerminal:
    """A running command, what it has shown so far, and how the terminal was before."""

    def __init__(self, *arguments: object, environment: Mapping[str, str] | None = None) -> None:
        self._master, self._slave = pty.openpty()
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.before = self.modes()
        self.shown = ""
        self._more = threading.Condition()
        self._process = subprocess.Popen(
            [sys.executable, "-c", _RUN, *map(str, arguments)],
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env={**(environment or os.environ), "TERM": "xterm"},
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> "PseudoTerminal":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._slave)
        self._reader.join(WAIT_S)
        os.close(self._master)

    def modes(self) -> list[Any]:
        return termios.tcgetattr(self._slave)

    def wait_for(self, text: str) -> None:
        """Return when the text was shown; fail when the command ends without it."""
        with self._more:
            self._more.wait_for(lambda: text in self.shown or self._process.poll() is not None, WAIT_S)
        assert text in self.shown, self.shown

    def press(self, keys: str) -> None:
        self.shown = ""
        os.write(self._master, keys.encode())

    def interrupt(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def end(self) -> int:
        return self._process.wait(WAIT_S)

    def _read(self) -> None:
        # EIO is how a terminal without a process on it ends.
        with contextlib.suppress(OSError):
            while data := os.read(self._master, 4096):
                with self._more:
                    self.shown += data.decode(errors="replace")
                    self._more.notify_all()
        with self._more:
            self._more.notify_all()


#: The terminal becomes the session's own, so that Ctrl+C typed there is a signal.
_RUN = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
sys.argv[0] = "lockstep"
from ui.cli.entry import main
main()
"""

"""What the wrappers around other people's programs share: JSON lines, a script, and children that end with them."""

import contextlib
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from tests.bench.child_process import ending_with_parent

SYNC_S = 0.25
TICK_S = 0.005
STOP_TIMEOUT_S = 5.0
READ_OUT_S = 1.0
START_TIMEOUT_S = 30.0


def say(kind: str, **fields: object) -> None:
    """Write one line of what the bench reads."""
    print(json.dumps({"type": kind, "monoNs": time.perf_counter_ns(), **fields}), flush=True)


class WrapperError(Exception):
    """A wrapped program did not do what it was started for."""


class Program:
    """One wrapped program: what it prints goes to this process's standard error, and can be waited for."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name = name
        self._lines: list[str] = []
        self._news = threading.Condition()
        self.spawned_ns = time.perf_counter_ns()
        # A program that reads commands from its terminal must find a pipe that stays open.
        self.process = subprocess.Popen(
            ending_with_parent(command),
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_for(self, part: str, timeout_s: float = START_TIMEOUT_S) -> None:
        """Return when a line that holds the text (in any case) has been printed."""
        deadline_s = time.monotonic() + timeout_s
        with self._news:
            while not any(part in line.lower() for line in self._lines):
                left_s = deadline_s - time.monotonic()
                if left_s <= 0 or not self._reader.is_alive():
                    raise WrapperError(f"{self.name} did not say {part!r}: {' / '.join(self._lines[-4:])}")
                self._news.wait(min(left_s, 0.2))

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        # A child of the program's may still hold its output: it ends with the wrapper's process group.
        self._reader.join(READ_OUT_S)
        pipes = (self.process.stdin, None if self._reader.is_alive() else self.process.stdout)
        for pipe in pipes:
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if not self._lines:
                say("state", state="first_word", program=self.name)
            print(f"{self.name}: {line.rstrip()}", file=sys.stderr, flush=True)
            with self._news:
                self._lines.append(line)
                self._news.notify_all()


class Meeting:
    """Where a wrapped follower tells a wrapped leader that it is there."""

    def __init__(self, path: Path) -> None:
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def wait(self, timeout_s: float) -> None:
        """Return when the follower has come; raise WrapperError when it does not."""
        self._listener.settimeout(timeout_s)
        try:
            self._listener.accept()[0].close()
        except TimeoutError:
            raise WrapperError("no follower came") from None


def meet(path: Path) -> None:
    """Tell the leader that this follower is there; a leader that waits for nobody may be gone."""
    with socket.socket(socket.AF_UNIX) as peer, contextlib.suppress(OSError):
        peer.connect(str(path))


def wait_until(true: Callable[[], bool], what: str, timeout_s: float = START_TIMEOUT_S) -> None:
    """Return when it is true; raise WrapperError naming what never came."""
    deadline_s = time.monotonic() + timeout_s
    while not true():
        if time.monotonic() > deadline_s:
            raise WrapperError(f"{what} did not come")
        time.sleep(TICK_S)


def run_script(
    script: Path, seconds: float, act: Callable[[dict[str, Any]], None], sync: Callable[[], Mapping[str, object]]
) -> None:
    """Do a bench's script from now on, telling each action as it is done and the sync every 250 ms."""
    steps = sorted(json.loads(script.read_text()), key=lambda step: int(step["atMs"]))
    begun = time.monotonic()
    beats = 0
    while (elapsed := time.monotonic() - begun) < seconds:
        if steps and elapsed * 1000 >= steps[0]["atMs"]:
            step = steps.pop(0)
            if step["action"] == "end":
                return
            say("action", action=step["action"])
            act(step)
        if elapsed >= beats * SYNC_S:
            beats += 1
            say("sync", **sync())
        time.sleep(TICK_S)


def run_wrapper(work: Callable[[], None]) -> None:
    """Run a wrapper's work; SIGTERM and SIGINT end it politely, a failure is one line of standard error."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        work()
    except KeyboardInterrupt:
        return
    except (WrapperError, OSError) as error:
        print(error, file=sys.stderr, flush=True)
        raise SystemExit(1) from None


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt

"""A player of any kind as a process of its own, with all that it says; what a kind of player must be able to do."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tests.bench.child_process import ending_with_parent
from tests.bench.scenario import Scenario

LEADER_SINK, FOLLOWER_SINK = "left", "right"
STOP_TIMEOUT_S = 10.0
START_TIMEOUT_S = 30.0
#: A wrapper says this line when it has started the program that it wraps: `processes` names what is to be charged.
SPAWNED = "spawned"
PLAYER, SERVER = "player", "server"


class BenchError(Exception):
    """A player did not do what the bench asked."""


@dataclass(frozen=True, slots=True)
class Said:
    """One JSON line of a player, stamped when it arrived."""

    mono_ns: int
    line: dict[str, Any]

    @property
    def told_ns(self) -> int:
        """Return the instant that the line speaks of: its own, or that of its arrival."""
        return int(self.line.get("monoNs", self.mono_ns))


class Player:
    """A running player; its standard output is read line by line."""

    def __init__(self, name: str, command: Sequence[str], environment: dict[str, str], log: Path) -> None:
        self.name = name
        self.said: list[Said] = []
        self.log = log
        self._news = threading.Condition()
        self.spawned_ns = time.perf_counter_ns()
        with log.open("wb") as errors:
            self.process = subprocess.Popen(
                ending_with_parent(command),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                errors="replace",
                # A Ctrl+C in the terminal is the bench's, which then stops its players one by one.
                start_new_session=True,
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def first(self, kind: str, timeout_s: float = START_TIMEOUT_S) -> Said:
        """Return the first line of a type, waiting for it."""
        return self.wait_for(lambda line: line.get("type") == kind, f"a line of type {kind}", timeout_s)

    def first_word(self, timeout_s: float = START_TIMEOUT_S) -> Said:
        """Return the first line of all: the interpreter and the imports are behind it."""
        return self.wait_for(lambda line: line.get("type") != SPAWNED, "anything", timeout_s)

    @property
    def began_ns(self) -> int:
        """Return when the player's own program was started: a wrapper's start does not count."""
        return next((said.told_ns for said in self.of_type(SPAWNED)), self.spawned_ns)

    @property
    def roots(self) -> dict[str, list[int]]:
        """Return the processes to be charged: {"player": [pid, ...]}, with a wrapper what it names in its place."""
        named = self.of_type(SPAWNED)
        return named[-1].line["processes"] if named else {PLAYER: [self.process.pid]}

    def wait_for(self, wanted: Callable[[dict[str, Any]], bool], what: str, timeout_s: float) -> Said:
        deadline_s = time.monotonic() + timeout_s
        with self._news:
            while True:
                for said in self.said:
                    if wanted(said.line):
                        return said
                left_s = deadline_s - time.monotonic()
                if left_s <= 0 or not self._reader.is_alive():
                    raise BenchError(f"{self.name} did not say {what}: {self.last_words()}")
                self._news.wait(min(left_s, 0.5))

    def of_type(self, kind: str) -> list[Said]:
        return [said for said in self.said if said.line.get("type") == kind]

    def wait(self, timeout_s: float) -> int:
        try:
            code = self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise BenchError(f"{self.name} did not end in time: {self.last_words()}") from None
        self._reader.join(STOP_TIMEOUT_S)
        return code

    def stop(self) -> None:
        if self.process.poll() is None:
            # Not SIGINT: what a shell starts in the background ignores that, and so do its children.
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_TIMEOUT_S)
        # Whatever of its group is still there goes with it, also when it did not end in time.
        with contextlib.suppress(OSError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._reader.join(STOP_TIMEOUT_S)
        if self.process.stdout is not None:
            self.process.stdout.close()

    def last_words(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()[-5:]
        return " / ".join(lines) or (str(self.said[-1].line) if self.said else "no output")

    def _read(self) -> None:
        assert self.process.stdout is not None
        for text in self.process.stdout:
            mono_ns = time.perf_counter_ns()
            try:
                line = json.loads(text)
            except ValueError:
                continue
            with self._news:
                self.said.append(Said(mono_ns, line))
                self._news.notify_all()
        with self._news:
            self._news.notify_all()


class Pair(Protocol):
    """How to start a leader and a follower of one kind."""

    @property
    def name(self) -> str: ...

    @property
    def server(self) -> Player | None:
        """Return the server that both need, when it is a process of the pair's own."""

    def lead(self, script: Path, seconds: float, *, wait: bool, track: int = 0) -> Player:
        """Start a leader that does a script, from the playlist's track of that number on."""

    def follow(self, seconds: float, *, busy: bool = False) -> Player:
        """Start a follower."""

    def scenarios(self, vbr_end_ms: float, *, quick: bool) -> list[Scenario]:
        """Return what this kind can be made to do."""

    def close(self) -> None:
        """End every process."""


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_port(port: int, server: Player) -> None:
    """Return when something listens on the port; raise BenchError with the server's last words when nothing will."""
    deadline_s = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline_s and server.process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
            return
        time.sleep(0.05)
    words = server.last_words()
    server.stop()
    raise BenchError(f"{server.name} did not come up: {words}")

"""Two players as separate processes, each into its own sink, with all that they say: lockstep's and plain libVLC's."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from audio.measure.rig import PulseRig

LEADER_SINK, FOLLOWER_SINK = "left", "right"
STOP_TIMEOUT_S = 10.0
START_TIMEOUT_S = 30.0
REPORT_EVERY_S = 0.25


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
            self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def first(self, kind: str, timeout_s: float = START_TIMEOUT_S) -> Said:
        """Return the first line of a type, waiting for it."""
        return self.wait_for(lambda line: line.get("type") == kind, f"a line of type {kind}", timeout_s)

    def first_word(self, timeout_s: float = START_TIMEOUT_S) -> Said:
        """Return the first line of all: the interpreter and the imports are behind it."""
        return self.wait_for(lambda _: True, "anything", timeout_s)

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
            self.process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_TIMEOUT_S)
        if self.process.poll() is None:
            self.process.kill()
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

    name: str

    def lead(self, script: Path, seconds: float, *, wait: bool) -> Player: ...

    def follow(self, seconds: float, *, busy: bool = False) -> Player: ...

    def close(self) -> None: ...


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class LockstepPair:
    """`lockstep serve`, `lockstep lead` and `lockstep follow`, as a person would start them."""

    name = "lockstep"

    def __init__(self, rig: PulseRig, pairing: Path, room: Path) -> None:
        self._rig, self._pairing, self._room = rig, pairing, room
        room.mkdir(parents=True, exist_ok=True)
        self._program = str(Path(sys.executable).with_name("lockstep"))
        self._players: list[Player] = []
        port, self._ntp_port = free_port(), free_port(socket.SOCK_DGRAM)
        self._url = f"http://127.0.0.1:{port}"
        command = [self._program, "serve", "--host", "127.0.0.1", "--port", str(port), "--accounts", "local"]
        command += ["--ntp-port", str(self._ntp_port), "--database", f"sqlite+aiosqlite:///{room / 'server.sqlite'}"]
        self._server = Player("server", command, dict(os.environ), room / "server.log")
        self._await_port(port)

    def lead(self, script: Path, seconds: float, *, wait: bool) -> Player:
        extra = ["--script", str(script)] + ([] if wait else ["--no-wait"])
        return self._start("leader", LEADER_SINK, ["lead", str(self._pairing), *extra], seconds, busy=False)

    def follow(self, seconds: float, *, busy: bool = False) -> Player:
        command = ["follow", str(self._pairing), "--first"]
        return self._start("follower", FOLLOWER_SINK, command, seconds, busy=busy)

    def close(self) -> None:
        for player in (*self._players, self._server):
            player.stop()

    def _start(self, role: str, sink: str, command: list[str], seconds: float, *, busy: bool) -> Player:
        program = [sys.executable, "-m", "tests.bench.busy_player"] if busy else [self._program]
        options = ["--server", self._url, "--account", f"bench-{role}", "--ntp", f"127.0.0.1:{self._ntp_port}"]
        options += ["--seconds", str(seconds), "--data-dir", str(self._room / role), "--json"]
        options += ["--report-every", str(REPORT_EVERY_S)]
        log = self._room / f"{role}-{len(self._players)}.log"
        player = Player(role, [*program, *command, *options], self._rig.environment(sink), log)
        self._players.append(player)
        return player

    def _await_port(self, port: int) -> None:
        deadline_s = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline_s and self._server.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
                return
            time.sleep(0.05)
        words = self._server.last_words()
        self._server.stop()
        raise BenchError(f"lockstep serve did not come up: {words}")


class VlcPair:
    """Two plain libVLC players under the plan's rule."""

    name = "plain libVLC"

    def __init__(self, rig: PulseRig, pairing: Path, room: Path) -> None:
        self._rig, self._pairing, self._room = rig, pairing, room
        room.mkdir(parents=True, exist_ok=True)
        self._players: list[Player] = []
        self._socket = room / "socket"

    def lead(self, script: Path, seconds: float, *, wait: bool) -> Player:
        self._socket.unlink(missing_ok=True)
        return self._start("leader", LEADER_SINK, seconds, ["--script", str(script)] + ([] if wait else ["--no-wait"]))

    def follow(self, seconds: float, *, busy: bool = False) -> Player:
        if busy:
            raise BenchError("the plain libVLC players are not run under load")
        return self._start("follower", FOLLOWER_SINK, seconds, [])

    def close(self) -> None:
        for player in self._players:
            player.stop()

    def _start(self, role: str, sink: str, seconds: float, extra: list[str]) -> Player:
        command = [sys.executable, "-m", "tests.bench.vlc_peer", role, "--pairing", str(self._pairing)]
        command += ["--socket", str(self._socket), "--seconds", str(seconds), *extra]
        log = self._room / f"{role}-{len(self._players)}.log"
        player = Player(f"libVLC {role}", command, self._rig.environment(sink), log)
        self._players.append(player)
        return player

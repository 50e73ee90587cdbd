"""The command line as people use it: every command is a process of its own."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.patience import WAIT_S

DEMO = Path(__file__).parents[3] / "assets" / "demo"


@dataclass
class Command:
    """A running `lockstep`; `lines` grows as it speaks JSON."""

    process: subprocess.Popen[str]
    lines: list[dict[str, Any]] = field(default_factory=list)
    said: threading.Condition = field(default_factory=threading.Condition)
    reader: threading.Thread | None = None
    stderr: str = ""

    def read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self.said:
                self.lines.append(json.loads(line))
                self.said.notify_all()
        with self.said:
            self.said.notify_all()

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["type"] == kind]

    def states(self) -> list[str]:
        return [line["state"] for line in self.of_type("state")]

    def wait_for(self, condition: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Return the first line that fits; fail when the command ends without saying it."""
        with self.said:
            found = self.said.wait_for(
                lambda: next((line for line in self.lines if condition(line)), None) or self.process.poll() is not None,
                WAIT_S,
            )
        assert isinstance(found, dict), (self.lines, self.process.poll() is not None and self.end())
        return found

    def end(self) -> int:
        """Wait until it has ended and return its exit code."""
        assert self.reader is not None
        exit_code = self.process.wait(WAIT_S)
        self.reader.join(WAIT_S)
        assert self.process.stderr is not None
        if not self.process.stderr.closed:
            self.stderr += self.process.stderr.read()
            self.process.stderr.close()
            assert self.process.stdout is not None
            self.process.stdout.close()
        return exit_code

    def interrupt(self, number: int = signal.SIGINT) -> None:
        self.process.send_signal(number)


@contextlib.contextmanager
def commands() -> Iterator[Callable[..., Command]]:
    """Give a function that starts a `lockstep`; at the end all are killed that still run."""
    running: list[Command] = []

    def start(*arguments: object, **environment: str) -> Command:
        process = subprocess.Popen(
            [sys.executable, "-m", "ui.cli.app", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
        )
        command = Command(process)
        command.reader = threading.Thread(target=command.read, daemon=True)
        command.reader.start()
        running.append(command)
        return command

    yield start
    for command in running:
        if command.process.poll() is None:
            command.process.kill()
        command.end()


@pytest.fixture
def lockstep() -> Iterator[Callable[..., Command]]:
    with commands() as start:
        yield start


@dataclass
class Site:
    """A server, and what a player needs to reach it."""

    server: Command
    url: str
    ntp: str
    start: Callable[..., Command]
    folder: Path
    pairing: Path = DEMO / "pairing.json"

    def options(self, name: str) -> list[object]:
        return [
            *("--server", self.url, "--account", name, "--ntp", self.ntp),
            *("--audio", "none", "--data-dir", self.folder / name, "--json"),
        ]

    def lead(self, *more: object, pairing: Path = DEMO / "pairing.json") -> Command:
        return self.start("lead", pairing, *self.options("Al"), *more)

    def follow(self, *more: object, pairing: Path = DEMO / "pairing.json", name: str = "Bo") -> Command:
        return self.start("follow", pairing, *self.options(name), *more)

    def join_code(self, leader: Command) -> str:
        return leader.wait_for(lambda line: line["type"] == "session")["joinCode"]


def serve(start: Callable[..., Command], folder: Path) -> tuple[Command, dict[str, Any]]:
    """Start a server; return it and the line that says where it listens."""
    server = start(
        *("serve", "--port", 0, "--ntp-port", 0, "--accounts", "local", "--json", "--data-dir", folder),
        *("--leader-grace", "0.2"),
    )
    return server, server.wait_for(lambda line: line["type"] == "serving")


@pytest.fixture
def site(lockstep, tmp_path) -> Site:
    """Return a server of the test's own, with an empty billboard."""
    server, ready = serve(lockstep, tmp_path / "server")
    return Site(server, ready["url"], f"127.0.0.1:{ready['ntpPort']}", lockstep, tmp_path)


@pytest.fixture(scope="session")
def standing_server(tmp_path_factory) -> Iterator[tuple[Command, dict[str, Any]]]:
    with commands() as start:
        yield serve(start, tmp_path_factory.mktemp("server"))


@pytest.fixture
def shared_site(standing_server, lockstep, tmp_path) -> Site:
    """Return the one server of all tests that look at no billboard and stop no server: a start takes seconds."""
    server, ready = standing_server
    return Site(server, ready["url"], f"127.0.0.1:{ready['ntpPort']}", lockstep, tmp_path)


@pytest.fixture
def broken_pairing(tmp_path) -> Path:
    """Return the demo's pairing with the first of its files cut to nothing that sounds."""
    folder = tmp_path / "broken"
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    tracks = json.loads((folder / "pairing.json").read_text("utf-8"))["tracks"]
    (folder / tracks[0]["file"]).write_bytes(b"this is no music")
    return folder / "pairing.json"

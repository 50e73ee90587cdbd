"""`scripts/bench-server`: what one server process holds, on one core, with the load on another."""

import argparse
import contextlib
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.page import with_section
from tests.server.bench.report import (
    GOAL_IDLE_SOCKETS,
    GOAL_P99_MS,
    Found,
    Relay,
    between,
    goal_lines,
    relay_lines,
    sizing_lines,
    step_row,
)
from tests.server.postgres import free_port
from tests.server.redis_server import PROGRAM, running_redis

_ROOT = Path(__file__).parents[3]
_PAGE = _ROOT / "docs" / "benchmarks.md"
_MARK = "<!-- server: written by scripts/bench-server --write -->"
_DEPLOY = _ROOT / "docs" / "deploy.md"
_STEPS = [100, 300, 600, 1000, 1250, 1500, 2000, 2500, 3000]
_STEPS_QUICK = [50, 100]
#: Sessions of two sockets each.
_IDLE = [1000, 5000]
_IDLE_QUICK = [100]
_HOW = [
    "Real clients over loopback, 4 positions a second a session; the server on one core, the load on another.",
    "A relay's latency is from the leader's `send` until the follower has read it, in one clock. Memory is the",
    "process's, the kernel's buffers apart. Written by `scripts/bench-server --write`.",
]

#: `lockstep serve` as it is, on the first core.
_SERVER = """
import os
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from ui.cli.entry import main
main()
"""


class Measured:
    """One process under load: its port, and what it costs."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port

    @property
    def rss_kb(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])

    @property
    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def lockstep_server(folder: Path, *options: str) -> Iterator[Measured]:
    command = [sys.executable, "-c", _SERVER, "serve", "--port", "0", "--accounts", "local", "--no-rate-limits"]
    command += ["--data-dir", str(folder), "--log-stderr", "--json", *options]
    folder.mkdir(exist_ok=True)
    with (folder / "log").open("a") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=_ROOT)
    try:
        assert process.stdout is not None
        yield Measured(process, int(json.loads(process.stdout.readline())["port"]))
    finally:
        process.terminate()
        process.communicate()


@contextmanager
def flask_server() -> Iterator[Measured]:
    program = Path(__file__).parent / "flask_relay.py"
    core = str(min(os.sched_getaffinity(0)))
    command = ["taskset", "-c", core, sys.executable, str(program), str(free_port())]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        time.sleep(1)
        yield Measured(process, port)
    finally:
        process.kill()
        process.communicate()


def loaded(server: Measured, order: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the load's figures of each step, with what the server cost meanwhile."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.server.bench.load", json.dumps(order)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=_ROOT,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        for line in process.stdout:
            yield json.loads(line) | {"rssKb": server.rss_kb, "cpuS": server.cpu_s}
            process.stdin.write("\n")
            process.stdin.flush()
    except BrokenPipeError:
        pass
    finally:
        process.kill()
        process.communicate()


def relay(title: str, server: Measured, order: dict[str, Any]) -> Relay:
    print(f"== {title}", file=sys.stderr, flush=True)
    found = Relay(title, [], server.rss_kb)
    for step in loaded(server, order | {"stopAboveMs": 5 * GOAL_P99_MS}):
        found.steps.append(step)
        print(step_row(found, step), file=sys.stderr, flush=True)
    return found


def at(server: Measured, other: Measured | None = None) -> dict[str, Any]:
    return {"ports": [server.port, (other or server).port]}


def measure(folder: Path, seconds: float, quick: bool) -> Found:
    steps = {"steps": _STEPS_QUICK if quick else _STEPS, "seconds": seconds}
    with lockstep_server(folder / "one") as server:
        one = relay("One process, SQLite", server, steps | at(server))
    with lockstep_server(folder / "rest") as server:
        order = at(server) | {"restSeconds": max(1.0, seconds / 3)}
        rates = [found["requestsPerSecond"] for _ in range(3) for found in loaded(server, order)]
    with lockstep_server(folder / "idle") as server:
        empty_kb = server.rss_kb
        order = at(server) | {"idle": _IDLE_QUICK if quick else _IDLE, "seconds": seconds}
        for idle in loaded(server, order):
            print(f"{2 * idle['sessions']} idle sockets, {idle['lostSessions']} lost", file=sys.stderr, flush=True)
        idle_socket_kb = (idle["rssKb"] - empty_kb) / (2 * idle["sessions"])
    two = None
    if PROGRAM is not None:
        with (
            running_redis() as redis,
            lockstep_server(folder / "two", "--redis", redis.url) as first,
            lockstep_server(folder / "two", "--redis", redis.url) as second,
        ):
            title = "Two processes on the same core, leader at one and follower at the other, Redis between"
            two = relay(title, first, steps | at(first, second))
    with flask_server() as server:
        title = "The plan's choice: Flask + flask-sock, relaying and nothing else"
        flask = relay(title, server, steps | at(server) | {"kind": "flask"})
    rest_per_s = statistics.median(rates)
    return Found(one, two, flask, rest_per_s, 2 * idle["sessions"], idle["lostSessions"], idle_socket_kb)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0, help="how long each step is measured")
    parser.add_argument(
        "--write", action="store_true", help="write docs/benchmarks.md, and docs/deploy.md's sizing table"
    )
    parser.add_argument("--quick", action="store_true", help="few sessions and 2 s a step: whether it works at all")
    arguments = parser.parse_args()
    raise_file_limit()
    with tempfile.TemporaryDirectory(prefix="lockstep-bench-") as temporary:
        found = measure(Path(temporary), 2.0 if arguments.quick else arguments.seconds, arguments.quick)
    machine = surroundings()
    lines = [_MARK, "", "## The session server", "", *_HOW, "", *machine, "", *goal_lines(found)]
    for part in (found.one, found.two, found.flask):
        lines += relay_lines(part) if part is not None else ["Without redis-server: two processes not measured.", ""]
    page = "\n".join(lines)
    print(page)
    sizing = sizing_lines(found, machine)
    print("\n".join(sizing))
    if arguments.write and not arguments.quick:
        _PAGE.write_text(with_section(_PAGE.read_text(), page))
        _DEPLOY.write_text(between(_DEPLOY.read_text(), "sizing", sizing))


def raise_file_limit() -> None:
    """Let this process and those that it starts open as many files as may be: a socket is one at either end."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = GOAL_IDLE_SOCKETS + 2000
    # Only root may lift the hard limit, and not everywhere.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(most, wanted), max(most, wanted)))
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(f"only {most} open files: not all of {GOAL_IDLE_SOCKETS} idle sockets can be held", file=sys.stderr)


def surroundings() -> list[str]:
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        "?",
    )
    return [
        f"- date: {datetime.now(UTC).date()}",
        f"- CPU: {cpu}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end",
        f"- Python: {platform.python_version()}",
    ]


if __name__ == "__main__":
    main()

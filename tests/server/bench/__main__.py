"""`scripts/bench-server`: what one server process holds, on one core, with the load on another."""

import argparse
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
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.server.postgres import free_port
from tests.server.redis_server import PROGRAM, running_redis

_ROOT = Path(__file__).parents[3]
_PAGE = _ROOT / "docs" / "benchmarks.md"
_MARK = "<!-- server: written by scripts/bench-server --write -->"
_GOAL_P99_MS = 20.0
_STEPS = [50, 100, 200, 400, 600, 800, 1000, 1200, 1500, 2000]
_IDLE = [1000, 2500, 5000]
_IDLE_QUICK = [100]

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


def relay_table(title: str, server: Measured, order: dict[str, Any]) -> list[str]:
    lines = [
        f"### {title}",
        "",
        "| sessions | p50 | p99 | max | heard of sent | memory a session |",
        "|---|---|---|---|---|---|",
    ]
    empty_kb = server.rss_kb
    held = 0
    for found in loaded(server, order | {"stopAboveMs": 5 * _GOAL_P99_MS}):
        each_kb = (found["rssKb"] - empty_kb) / found["sessions"]
        figures = " | ".join(
            "-" if found[key] is None else f"{found[key]:.1f} ms" for key in ("p50Ms", "p99Ms", "maxMs")
        )
        heard = 100 * found["heard"] / found["sent"]
        lines.append(f"| {found['sessions']} | {figures} | {heard:.1f} % | {each_kb:.0f} KB |")
        print(lines[-1], file=sys.stderr, flush=True)
        if found["p99Ms"] is not None and found["p99Ms"] <= _GOAL_P99_MS and heard > 99.9 and not found["lostSessions"]:
            held = found["sessions"]
    return [*lines, "", f"Held at p99 <= {_GOAL_P99_MS:.0f} ms: **{held} sessions**.", ""]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each step is measured")
    parser.add_argument("--write", action="store_true", help="write the figures into docs/benchmarks.md")
    parser.add_argument("--quick", action="store_true", help="few sessions and 2 s a step: whether it works at all")
    arguments = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    lines: list[str] = []
    seconds = 2.0 if arguments.quick else arguments.seconds
    steps = {"steps": _STEPS[:2] if arguments.quick else _STEPS, "seconds": seconds}
    with tempfile.TemporaryDirectory(prefix="lockstep-bench-") as temporary, ExitStack() as stack:
        folder = Path(temporary)
        with lockstep_server(folder) as server:
            lines += relay_table("One process, SQLite", server, steps | {"ports": [server.port, server.port]})
        with lockstep_server(folder) as server:
            rates = [
                found["requestsPerSecond"]
                for _ in range(3)
                for found in loaded(server, {"ports": [server.port, server.port], "restSeconds": seconds / 3})
            ]
            lines += [f"Billboard by REST, 8 connections: **{statistics.median(rates):.0f} requests a second**.", ""]
        with lockstep_server(folder) as server:
            empty_kb = server.rss_kb
            for found in loaded(
                server,
                {
                    "ports": [server.port, server.port],
                    "idle": _IDLE_QUICK if arguments.quick else _IDLE,
                    "seconds": seconds,
                },
            ):
                each_kb = (found["rssKb"] - empty_kb) / (2 * found["sessions"])
                text = f"{2 * found['sessions']} idle sockets, {found['lostSessions']} lost, {each_kb:.0f} KB each."
                print(text, file=sys.stderr, flush=True)
            lines += [text, ""]
        if PROGRAM is not None:
            redis = stack.enter_context(running_redis())
            with (
                lockstep_server(folder, "--redis", redis.url) as one,
                lockstep_server(folder, "--redis", redis.url) as other,
            ):
                title = "Two processes on the same core, leader at one and follower at the other, Redis between"
                lines += relay_table(title, one, steps | {"ports": [one.port, other.port]})
        with flask_server() as server:
            order = steps | {"ports": [server.port, server.port], "kind": "flask"}
            lines += relay_table("The plan's choice: Flask + flask-sock, relaying and nothing else", server, order)
    page = "\n".join([_MARK, "", "## The session server", "", *surroundings(), "", *lines])
    print(page)
    if arguments.write and not arguments.quick:
        _PAGE.write_text(_PAGE.read_text().partition(_MARK)[0].rstrip() + "\n\n" + page)


def surroundings() -> list[str]:
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        "?",
    )
    return [
        "Real clients over loopback, 4 positions a second a session; the server on one core, the load on another.",
        "A relay's latency is from the leader's `send` until the follower has read it, in one clock.",
        "",
        f"- date: {datetime.now(UTC).date()}",
        f"- CPU: {cpu}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end",
        f"- Python: {platform.python_version()}",
    ]


if __name__ == "__main__":
    main()

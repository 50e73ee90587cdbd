"""The longest blocks of the event loop in four situations, one line each: a process of scripts/bench-app."""

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from client.pairing import load_pairing
from server.settings import sqlite_url
from tests.server.harness import RunningServer
from tests.server.processes import ServerProcess
from tests.ui.desktop import situations
from tests.ui.desktop.watchdog import LoopWatchdog
from tests.ui.desktop.windows import open_window
from ui.desktop.app import _application
from ui.desktop.event_loop import run
from ui.desktop.garbage import keep_what_is_there

_PAIRING = Path(__file__).parents[3] / "assets" / "demo" / "pairing.json"


def watch(what: str) -> situations.Watch:
    @contextmanager
    def watched() -> Iterator[None]:
        with LoopWatchdog() as watchdog:
            yield
        print(f"{what}\t{watchdog.worst_cpu_ms:.1f}\t{watchdog.worst_wall_ms:.1f}", flush=True)
        for block in sorted(watchdog.blocks, key=lambda block: -block.cpu_ms)[:3]:
            sys.stderr.write(f"{what}: {block.cpu_ms:.1f} of {block.wall_ms:.1f} ms\n{block.where}\n")

    return watched


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def leader(folder: Path, server: RunningServer) -> Iterator[str]:
    """Lead the demo's playlist in a process of its own; yield the join code."""
    command = [sys.executable, "-m", "ui.cli.app", "lead", str(_PAIRING), "--server", server.base_url, "--json"]
    command += ["--account", "Ana", "--ntp", f"127.0.0.1:{server.ntp_port}", "--audio", "none"]
    command += ["--data-dir", str(folder / "Ana")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield next(code for line in process.stdout if (code := json.loads(line).get("joinCode")))
        finally:
            process.terminate()


async def measure(folder: Path, files: int) -> int:
    pairing = load_pairing(_PAIRING)
    database = folder / "server.db"
    await situations.fill_billboard(database)
    ntp_port = free_udp_port()
    process = ServerProcess(
        folder / "server.log",
        database=sqlite_url(database),
        rate_limits=False,
        leader_grace_s=3600.0,
        ntp_port=ntp_port,
    )
    try:
        server = await asyncio.to_thread(lambda: process.server)
        server.ntp_port = ntp_port
        ben = await open_window(folder, "Ben", server, pairing)
        # As the app itself does when it is open.
        keep_what_is_there()
        await situations.scan(ben, folder / "music", watch(f"a scan of {files:,} files"))
        await situations.open_large_playlist(ben, watch(f"a playlist of {situations.ROWS:,} rows"))
        await situations.look_at_billboard(ben, watch(f"{situations.SESSIONS:,} sessions on the billboard"))
        with leader(folder, server) as join_code:
            await situations.join(ben, join_code, watch("joining a session"))
        await ben.close()
    finally:
        process.terminate()
    return 0


if __name__ == "__main__":
    run(_application(), lambda: measure(Path(sys.argv[1]), int(sys.argv[2])))

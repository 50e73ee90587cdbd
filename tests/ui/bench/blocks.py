"""The longest blocks of the event loop in four situations, one line each: a process of scripts/bench-app."""

import asyncio
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from client.pairing import load_pairing
from server.settings import sqlite_url
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
        ana, ben = [await open_window(folder, name, server, pairing) for name in ("Ana", "Ben")]
        # As the app itself does when it is open.
        keep_what_is_there()
        await situations.scan(ana, folder / "music", watch(f"a scan of {files:,} files"))
        await situations.open_large_playlist(ana, watch(f"a playlist of {situations.ROWS:,} rows"))
        await situations.look_at_billboard(ben, watch(f"{situations.SESSIONS:,} sessions on the billboard"))
        await situations.join(ana, ben, pairing, watch("joining a session"))
        for person in (ana, ben):
            await person.close()
    finally:
        process.terminate()
    return 0


if __name__ == "__main__":
    run(_application(), lambda: measure(Path(sys.argv[1]), int(sys.argv[2])))

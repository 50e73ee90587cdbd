"""The longest blocks of the event loop in four situations, one line each: a process of scripts/bench-app."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from client.pairing import load_pairing
from tests.server.processes import ServerProcess
from tests.ui.desktop import situations
from tests.ui.desktop.windows import open_window
from ui.desktop.app import _application
from ui.desktop.event_loop import run
from ui.desktop.watchdog import LoopWatchdog

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


async def measure(folder: Path, files: int) -> int:
    pairing = load_pairing(_PAIRING)
    database = folder / "server.db"
    await situations.fill_billboard(database)
    process = ServerProcess(
        folder / "server.log", database=f"sqlite+aiosqlite:///{database}", rate_limits=False, leader_grace_s=3600.0
    )
    try:
        server = await asyncio.to_thread(lambda: process.server)
        # The machine's own clock is the other's, too: nobody has to be asked for the time.
        ana, ben = [
            await open_window(folder, name, None, pairing, server_url=server.base_url) for name in ("Ana", "Ben")
        ]
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

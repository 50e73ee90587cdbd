"""The event loop waits for nothing but the next event: no pause, no disk and no lock holds it up where it does much."""

import asyncio
import contextlib

import pytest

from tests.server.harness import local_settings
from tests.server.processes import ServerProcess
from tests.ui.desktop.conftest import DEMO
from tests.ui.desktop.situations import fill_billboard, join, look_at_billboard, open_large_playlist, scan
from tests.ui.desktop.test_flows import lead
from tests.ui.desktop.watchdog import LoopWatchdog
from tests.ui.desktop.windows import open_window

pytestmark = pytest.mark.quiet

#: Seen as a stutter, and longer than the interpreter lets one thread wait for another.
NOTICED_MS = 50.0
SESSIONS = 100
ROWS = 500


def assert_never_waited(watchdogs):
    """Whoever waits has something to do: a loop that has nothing to do is in `run_forever` itself."""
    blocks = [it for watchdog in watchdogs for it in watchdog.blocks if it.asleep_ms > NOTICED_MS]
    held_up = [it for it in blocks if it.where and "run_forever" not in it.where.splitlines()[0]]
    told = [f"{it.asleep_ms:.1f} ms (of {it.wall_ms:.1f})\n" + "\n".join(it.where.splitlines()[:8]) for it in held_up]
    assert held_up == [], "\n".join(told)


def test_while_it_scans_opens_a_playlist_reads_the_billboard_and_joins(in_loop, tmp_path, server, demo_pairing):
    database = tmp_path / "full.db"
    asyncio.run(fill_billboard(database, SESSIONS))
    # A process of its own: a thread of it would hold up this one.
    busy = ServerProcess(
        tmp_path / "server.log", database=local_settings(database).database, rate_limits=False, leader_grace_s=3600.0
    )
    watchdogs = []

    def watch():
        watchdogs.append(LoopWatchdog())
        return watchdogs[-1]

    async def scenario():
        async with contextlib.AsyncExitStack() as stack:
            people = []
            for name in ("Ana", "Ben"):
                person = await open_window(
                    tmp_path, name, busy.server, demo_pairing, ntp_server=f"127.0.0.1:{server.ntp_port}"
                )
                stack.push_async_callback(person.close)
                people.append(person)
            leader, follower = people
            await scan(follower, DEMO, watch)
            await open_large_playlist(follower, watch, ROWS)
            await look_at_billboard(follower, watch, SESSIONS)
            await join(follower, await lead(leader, demo_pairing), watch)

    try:
        in_loop(scenario)
    finally:
        busy.kill()
    assert len(watchdogs) == 4
    assert_never_waited(watchdogs)

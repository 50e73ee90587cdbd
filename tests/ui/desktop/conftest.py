"""A real server, the demo's music, and people at windows."""

import contextlib
from pathlib import Path

import pytest

from client.pairing import Pairing, load_pairing
from tests.server.harness import RunningServer, local_settings, running
from tests.ui.desktop.windows import open_window

DEMO = Path(__file__).parents[3] / "assets" / "demo"


@pytest.fixture(scope="session")
def demo_pairing() -> Pairing:
    return load_pairing(DEMO / "pairing.json")


@pytest.fixture
def server(tmp_path) -> RunningServer:
    with running(local_settings(tmp_path / "server.db", ntp_port=0, leader_grace_s=5.0)) as server:
        yield server


@pytest.fixture
def at_windows(in_loop, tmp_path, server, demo_pairing):
    """Run a scenario with people at windows: `await open_(name)`, with another server or pairing, or none."""

    def run(scenario):
        async def main():
            async with contextlib.AsyncExitStack() as stack:

                async def open_(name, *, server=server, pairing=demo_pairing, **overrides):
                    person = await open_window(tmp_path, name, server, pairing, **overrides)
                    stack.push_async_callback(person.close)
                    return person

                await scenario(open_)

        in_loop(main)

    return run

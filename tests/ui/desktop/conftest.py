"""A real server, and the demo's music."""

from pathlib import Path

import pytest

from client.pairing import Pairing, load_pairing
from tests.server.harness import RunningServer, local_settings, running

DEMO = Path(__file__).parents[3] / "assets" / "demo"


@pytest.fixture(scope="session")
def demo_pairing() -> Pairing:
    return load_pairing(DEMO / "pairing.json")


@pytest.fixture
def server(tmp_path) -> RunningServer:
    with running(local_settings(tmp_path / "server.db", ntp_port=0, leader_grace_s=5.0)) as server:
        yield server

import asyncio
import os
import shutil
import socket
import subprocess

import pytest

from client.clock.clock import RunBuddyClock
from client.errors import ClockSyncError

CHRONYD = shutil.which("chronyd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")

pytestmark = pytest.mark.skipif(CHRONYD is None, reason="chronyd is not installed")


@pytest.fixture
def chronyd(tmp_path):
    """Start a real chronyd on an unprivileged port that serves this machine's clock and doesn't touch it."""
    processes = []

    def start(*directives):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        lines = [f"port {port}", "bindaddress 127.0.0.1", "allow 127.0.0.1", "cmdport 0", f"pidfile {tmp_path}/pid",
                 f"bindcmdaddress {tmp_path}/socket", *directives]  # fmt: skip
        config = tmp_path / "chrony.conf"
        config.write_text("\n".join(lines) + "\n")
        user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
        command = [CHRONYD, "-x", "-d", "-u", user, "-f", str(config)]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        processes.append(process)
        return f"127.0.0.1:{port}"

    yield start
    for process in processes:
        process.terminate()
        process.communicate(timeout=10)


async def synchronise(clock):
    """Measure until the server's socket is open."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await clock.synchronise()
            except ClockSyncError as error:
                if "can't be reached" not in str(error):
                    raise
            await asyncio.sleep(0.02)


async def test_chronyd_is_understood(chronyd):
    server = chronyd("local stratum 8")
    status = await synchronise(RunBuddyClock(server))
    assert status.synced
    # It serves the wall clock of this machine.
    assert abs(status.offset_ms) <= status.uncertainty_ms + 0.1


async def test_an_unsynchronised_chronyd_is_refused(chronyd):
    server = chronyd()
    with pytest.raises(ClockSyncError, match="not synchronised"):
        await synchronise(RunBuddyClock(server))

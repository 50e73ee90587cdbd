"""A real Redis for the tests: Debian's program on a port of its own, with nothing on disk."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.patience import WAIT_S
from tests.server.needs import do_without
from tests.server.postgres import free_port

PROGRAM = shutil.which("redis-server")


class RedisServer:
    """One server that can go away and come back, empty, at the same address."""

    def __init__(self) -> None:
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        assert PROGRAM is not None
        command = [PROGRAM, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd="/tmp")
        deadline_s = time.monotonic() + WAIT_S
        while not self._answers():
            assert time.monotonic() < deadline_s, "Redis does not start"
            time.sleep(0.01)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        return False


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    """Run Redis until the end of the block."""
    if PROGRAM is None:
        do_without("redis-server")
    server = RedisServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()

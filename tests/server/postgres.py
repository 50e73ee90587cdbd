"""A real PostgreSQL for the tests: Debian's programs, a cluster in a temporary directory, a port of its own."""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.server.needs import do_without

#: The newest that is installed.
PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), default=None)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Postgres:
    """One cluster; PostgreSQL refuses to run as root, so that root runs it as the user of the package."""

    def __init__(self, folder: Path) -> None:
        assert PROGRAMS is not None
        self.port = free_port()
        self._folder = folder / "cluster"
        self._user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self._folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self._folder, self._user)
        self._run("initdb", "-D", str(self._folder), "-U", "lockstep", "-A", "trust", "--no-sync", "-E", "UTF8")

    def start(self) -> None:
        options = f"-p {self.port} -h 127.0.0.1 -k '' -F"
        log = str(self._folder / "log")
        self._run("pg_ctl", "start", "-w", "-D", str(self._folder), "-o", options, "-l", log)

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "stop", "-w", "-D", str(self._folder), "-m", mode)

    def new_database(self, name: str) -> str:
        """Return the URL of a fresh database."""
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "lockstep", name)
        return f"postgresql://lockstep@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        assert PROGRAMS is not None
        user = {"user": self._user} if os.geteuid() == 0 else {}
        done = subprocess.run(
            [PROGRAMS / program, *arguments], capture_output=True, text=True, cwd="/", check=False, **user
        )
        assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def running_postgres(folder: Path) -> Iterator[Postgres]:
    """Run a cluster until the end of the block."""
    if PROGRAMS is None:
        do_without("PostgreSQL")
    postgres = Postgres(folder)
    postgres.start()
    try:
        yield postgres
    finally:
        postgres.stop()

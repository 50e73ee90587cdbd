"""Servers for the tests of this folder."""

import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.server.harness import OPENED, RunningServer, Start, local_settings, running
from tests.server.postgres import PROGRAMS, Postgres, running_postgres


@pytest.fixture(autouse=True)
async def hang_up_after_the_test() -> AsyncIterator[None]:
    yield
    while OPENED:
        await OPENED.pop().close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Return one server with the default times for all tests; each test makes its own people and sessions."""
    with running(local_settings(tmp_path_factory.mktemp("server") / "server.db")) as found:
        yield found


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return a function that starts a server with other settings, on a database of this test."""
    with ExitStack() as stack:

        def start_one(**changes: Any) -> RunningServer:
            return stack.enter_context(running(local_settings(tmp_path / "server.db", **changes)))

        yield start_one


def folder_for_postgres() -> Iterator[Path]:
    """Yield a folder that the user who runs PostgreSQL can reach: pytest's own are closed to others."""
    with tempfile.TemporaryDirectory(prefix="lockstep-pg-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def postgres_folder() -> Iterator[Path]:
    """Return a folder for a cluster of the test's own."""
    yield from folder_for_postgres()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres | None]:
    """Return a real PostgreSQL, None where it is not installed."""
    if PROGRAMS is None:
        yield None
        return
    for folder in folder_for_postgres():
        with running_postgres(folder) as found:
            yield found


@pytest.fixture
def postgres_url(postgres: Postgres | None) -> str | None:
    """Return the URL of a fresh PostgreSQL database, None where PostgreSQL is not installed."""
    return postgres.new_database(f"test_{uuid.uuid4().hex}") if postgres is not None else None

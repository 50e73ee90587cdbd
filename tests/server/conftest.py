"""Servers for the tests of this folder."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.server.harness import OPENED, RunningServer, Start, local_settings, running


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

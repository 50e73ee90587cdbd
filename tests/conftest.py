"""What every test of this project has in common."""

from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.quiet import Turns, is_quiet, turns_of

# A test that measures its own time fails on a busy machine: hypothesis is told not to.
settings.register_profile("lockstep", deadline=None)
settings.load_profile("lockstep")

TESTS = Path(__file__).parent
#: From the bottom up.
ROOMS = ("protocol", "client", "server", "assets", "audio", "bench", "ui", "acoustic")
TURNS = pytest.StashKey[Turns | None]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[TURNS] = turns_of(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    if (turns := config.stash.get(TURNS, None)) is not None:
        turns.close()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what everything else stands on; what needs the machine for itself is last: until then nobody waits."""
    rank = {room: number for number, room in enumerate(ROOMS)}
    items.sort(key=lambda item: (is_quiet(item), rank.get(item.path.relative_to(TESTS).parts[0], -1)))


# First of all hooks: a test's timeout does not run while it waits for its turn.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """Run a quiet test while no other worker runs any."""
    turns = item.config.stash[TURNS]
    if turns is None:
        return (yield)
    alone = is_quiet(item)
    turns.take(alone=alone)
    try:
        return (yield)
    finally:
        turns.leave(keep=alone and nextitem is not None and is_quiet(nextitem))

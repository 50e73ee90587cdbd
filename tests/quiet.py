"""Tests that need the machine for themselves, where others run side by side in workers (pytest-xdist).

Two locks in the run's own folder: ordinary tests share the first, a quiet one has it alone; whoever waits for it stands
in the second, so that a quiet test's turn comes. A worker keeps its turn until its next test is an ordinary one.
"""

import sys
from pathlib import Path
from typing import IO

import pytest

if sys.platform != "win32":
    import fcntl

#: What captures sound is quiet, too.
MARKERS = ("quiet", "acoustic")


def is_quiet(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) is not None for name in MARKERS)


class Turns:
    """One worker's place among the others."""

    def __init__(self, folder: Path) -> None:
        self._running = (folder / "running.lock").open("a")
        self._waiting = (folder / "waiting.lock").open("a")
        self._is_kept = False

    def take(self, *, alone: bool) -> None:
        """Wait until this worker's next test may run."""
        if self._is_kept:
            return
        _lock(self._waiting, fcntl.LOCK_EX)
        _lock(self._running, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        _lock(self._waiting, fcntl.LOCK_UN)

    def leave(self, *, keep: bool) -> None:
        """Let others run, unless the turn is kept for one more quiet test."""
        self._is_kept = keep
        if not keep:
            _lock(self._running, fcntl.LOCK_UN)

    def close(self) -> None:
        self._running.close()
        self._waiting.close()


def _lock(file: IO[str], operation: int) -> None:
    fcntl.flock(file, operation)


def turns_of(config: pytest.Config) -> Turns | None:
    """Return a worker's turns; None where tests run one after the other anyway, or where there is no flock."""
    if not hasattr(config, "workerinput") or sys.platform == "win32":
        return None
    return Turns(Path(config.option.basetemp).parent)

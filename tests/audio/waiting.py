"""Wait for what has to happen, never for how long it takes."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from tests.patience import WAIT_S


async def until(condition: Callable[[], object], what: str, timeout_s: float = WAIT_S) -> None:
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s, f"waited in vain until {what}"
        await asyncio.sleep(0.005)


def is_alive(pid: int) -> bool:
    """Return whether a process runs (a zombie does not)."""
    found = _state_and_parent(str(pid))
    return found is not None and found[0] not in "ZX"


def children_of(pid: int, module: str) -> list[int]:
    """Return the running children of a process that run a Python module, oldest first."""
    found = []
    for name in filter(str.isdigit, (path.name for path in Path("/proc").iterdir())):
        state = _state_and_parent(name)
        if state is not None and state[0] not in "ZX" and state[1] == str(pid):
            command = Path(f"/proc/{name}/cmdline").read_bytes().decode(errors="replace")
            if module in command.split("\0"):
                found.append(int(name))
    return sorted(found)


def _state_and_parent(pid: str) -> tuple[str, str] | None:
    try:
        state, parent, *_ = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return None
    return state, parent

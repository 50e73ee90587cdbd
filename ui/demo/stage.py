"""DemoStage: where the two players of the demo play, how they are started, and what is told of them."""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from audio.engine.client import EngineKind
from ui.demo.player_process import Line, LockstepProcess
from ui.demo.scenario import Step

LEADER_NAME: Final = "Ana"
FOLLOWER_NAME: Final = "Ben"
START_TIMEOUT_S: Final = 40.0
END_TIMEOUT_S: Final = 20.0
REPORT_EVERY_S: Final = 0.05

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Setting:
    """What both players are given: server, clock and sound; `device` None is the system's."""

    folder: Path
    pairing_file: Path
    server: str
    ntp: str
    device: str | None
    engine: EngineKind
    volume_percent: float


@dataclass(frozen=True, slots=True)
class Played:
    """What a leader and a follower have said, and how long the follower took from its command to ready."""

    leader: Sequence[Line]
    follower: Sequence[Line]
    join_ms: float


class DemoStage:
    """Start parts of the demo, and tell of it; what was started ends with the block.

    `environments` are the leader's and the follower's: each plays to a sound output of its own.
    """

    def __init__(
        self, folder: Path, environments: tuple[Mapping[str, str], Mapping[str, str]], tell: Tell, on_sync: Tell
    ) -> None:
        self._folder = folder
        self._environments = {"leader": environments[0], "follower": environments[1]}
        self._tell = tell
        self._on_sync = on_sync
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> "DemoStage":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def start(self, name: str, arguments: list[str], *, has_input: bool = False) -> LockstepProcess:
        """Start a `lockstep` command whose data directory and log have this name."""
        process = LockstepProcess(name, self._folder / f"{name}.log")
        self._stack.push_async_callback(process.stop)
        environment = self._environments.get(name, os.environ)
        await process.start([*arguments, "--data-dir", str(self._folder / name)], environment, has_input=has_input)
        return process

    def tell_code(self, join_code: str) -> None:
        """Tell that the session is there."""
        self._tell(f"{LEADER_NAME} leads; the join code is {join_code}")

    def tell_joined(self, join_ms: float, steps: Sequence[Step]) -> None:
        """Tell that the follower is ready, and from now on what the leader does."""
        self._tell(f"{FOLLOWER_NAME} found the session, joined, and is ready after {join_ms / 1000:.2f} s")
        narration = asyncio.create_task(self._narrate(steps))
        self._stack.callback(narration.cancel)

    def watch(self, follower: LockstepProcess) -> None:
        """Tell how the follower stands, with each of its reports."""
        follower.subscribe(lambda line: self._on_sync(_sync_text(line)) if line.get("type") == "sync" else None)

    async def _narrate(self, steps: Sequence[Step]) -> None:
        began_s = time.monotonic()
        for step in steps:
            await asyncio.sleep(began_s + step.at_ms / 1000 - time.monotonic())
            self._tell(f"{step.at_ms / 1000:4.0f} s  {LEADER_NAME}: {step.label}")


def _sync_text(line: Line) -> str:
    drift_ms = line.get("driftMs")
    drift = "—" if drift_ms is None else f"{drift_ms:+.3f} ms"
    return f"drift {drift}   position {(line.get('positionMs') or 0) / 1000:7.2f} s   {line.get('correction')}"

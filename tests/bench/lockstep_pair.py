"""`lockstep serve`, `lockstep lead` and `lockstep follow`, as a person would start them."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from audio.measure.rig import PulseRig
from tests.bench.players import FOLLOWER_SINK, LEADER_SINK, BenchError, Player, await_port, free_port
from tests.bench.scenario import Scenario, actions, few_actions

REPORT_EVERY_S = 0.25
LIBVLC = "libvlc"


class LockstepPair:
    """Two lockstep players and their server; `engine` None is the one that is used by default."""

    def __init__(
        self, rig: PulseRig, pairing: Path, room: Path, engine: str | None = None, name: str = "lockstep"
    ) -> None:
        self.name = name
        self._rig, self._pairing, self._room, self._engine = rig, pairing, room, engine
        room.mkdir(parents=True, exist_ok=True)
        self._program = program()
        self._players: list[Player] = []
        port, self._ntp_port = free_port(), free_port(socket.SOCK_DGRAM)
        self._url = f"http://127.0.0.1:{port}"
        command = [self._program, "serve", "--host", "127.0.0.1", "--port", str(port), "--accounts", "local"]
        command += ["--ntp-port", str(self._ntp_port), "--database", f"sqlite+aiosqlite:///{room / 'server.sqlite'}"]
        self.server = Player("lockstep serve", command, dict(os.environ), room / "server.log")
        await_port(port, self.server)

    def lead(self, script: Path, seconds: float, *, wait: bool, track: int = 0) -> Player:
        if track:
            raise BenchError("the script of a lockstep leader begins with the first track")
        extra = ["--script", str(script)] + ([] if wait else ["--no-wait"])
        return self._start("leader", LEADER_SINK, ["lead", str(self._pairing), *extra], seconds, busy=False)

    def follow(self, seconds: float, *, busy: bool = False) -> Player:
        command = ["follow", str(self._pairing), "--first"]
        return self._start("follower", FOLLOWER_SINK, command, seconds, busy=busy)

    def scenarios(self, vbr_end_ms: float, *, quick: bool) -> list[Scenario]:
        return [few_actions() if quick else actions(vbr_end_ms)]

    def close(self) -> None:
        for player in (*self._players, self.server):
            player.stop()

    def _start(self, role: str, sink: str, command: list[str], seconds: float, *, busy: bool) -> Player:
        start = [sys.executable, "-m", "tests.bench.busy_player"] if busy else [self._program]
        options = ["--server", self._url, "--account", f"bench-{role}", "--ntp", f"127.0.0.1:{self._ntp_port}"]
        options += ["--seconds", str(seconds), "--data-dir", str(self._room / role), "--json"]
        options += ["--report-every", str(REPORT_EVERY_S)]
        options += ["--engine", self._engine] if self._engine else []
        log = self._room / f"{role}-{len(self._players)}.log"
        player = Player(role, [*start, *command, *options], self._rig.environment(sink), log)
        self._players.append(player)
        return player


def program() -> str:
    """Return the path of the `lockstep` that belongs to this interpreter."""
    return str(Path(sys.executable).with_name("lockstep"))


def missing_engine(engine: str) -> str | None:
    """Return in a sentence why an engine can't be measured, or None when it can."""
    done = subprocess.run(
        [program(), "lead", "--help"], capture_output=True, text=True, check=False, env=os.environ | {"COLUMNS": "200"}
    )
    return None if "--engine" in done.stdout else f"this lockstep has no --engine {engine}"

"""Two Snapcast clients, one server: Debian's packages snapserver and snapclient."""

import sys
from pathlib import Path

import numpy as np

from audio.measure.correlation import Samples
from audio.measure.rig import PulseRig
from tests.bench.players import FOLLOWER_SINK, LEADER_SINK, BenchError, Player, free_port
from tests.bench.scenario import Scenario, start_and_pause


class SnapcastPair:
    """Snapcast as it comes, its source fed with the bench's music."""

    name = "Snapcast"
    programs = ("snapserver", "snapclient")
    #: The leader's wrapper runs the server, which names it apart.
    server: Player | None = None

    def __init__(self, rig: PulseRig, music: Samples, room: Path) -> None:
        self._rig, self._room, self._port = rig, room, 0
        room.mkdir(parents=True, exist_ok=True)
        self._players: list[Player] = []
        self._music = room / "music.raw"
        mono = np.round(np.clip(music, -1, 1) * 32767).astype("<i2")
        np.repeat(mono, 2).tofile(self._music)

    def lead(self, script: Path, seconds: float, *, wait: bool, track: int = 0) -> Player:
        if track:
            raise BenchError("the stream is of the first track")
        self._port = free_port()
        extra = ["--music", str(self._music), "--script", str(script)] + ([] if wait else ["--no-wait"])
        return self._start("leader", LEADER_SINK, seconds, extra)

    def follow(self, seconds: float, *, busy: bool = False) -> Player:
        if busy:
            raise BenchError("Snapcast is not run under load")
        return self._start("follower", FOLLOWER_SINK, seconds, [])

    def scenarios(self, vbr_end_ms: float, *, quick: bool) -> list[Scenario]:
        return [start_and_pause()]

    def close(self) -> None:
        for player in self._players:
            player.stop()

    def _start(self, role: str, sink: str, seconds: float, extra: list[str]) -> Player:
        # A room for each run: nothing is remembered from the last.
        room = self._room / str(self._port)
        room.mkdir(exist_ok=True)
        command = [sys.executable, "-m", "tests.bench.snapcast_peer", role, "--room", str(room)]
        command += ["--port", str(self._port), "--seconds", str(seconds), *extra]
        log = self._room / f"{role}-{len(self._players)}.log"
        player = Player(f"Snapcast {role}", command, self._rig.environment(sink), log)
        self._players.append(player)
        return player

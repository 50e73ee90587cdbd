"""Two Syncplay clients with mpv, one server: Debian's packages syncplay and mpv."""

import json
import os
import sys
from pathlib import Path

from audio.measure.rig import PulseRig
from tests.bench.players import FOLLOWER_SINK, LEADER_SINK, BenchError, Player, await_port, free_port
from tests.bench.scenario import Scenario, cbr_actions, vbr_actions


class SyncplayPair:
    """Syncplay as it comes; each run is of one file, which both sides open."""

    name = "Syncplay"
    programs = ("syncplay", "syncplay-server", "mpv")

    def __init__(self, rig: PulseRig, pairing: Path, room: Path) -> None:
        self._rig, self._room, self._port, self._track = rig, room, free_port(), 0
        room.mkdir(parents=True, exist_ok=True)
        self._files = [pairing.parent / track["file"] for track in json.loads(pairing.read_text())["tracks"]]
        self._players: list[Player] = []
        home = room / "server"
        home.mkdir(exist_ok=True)
        environment = os.environ | {"HOME": str(home), "XDG_CONFIG_HOME": str(home)}
        command = ["syncplay-server", "--port", str(self._port), "--isolate-rooms", "--salt", "bench"]
        self.server = Player("syncplay-server", command, environment, room / "server.log")
        await_port(self._port, self.server)

    def lead(self, script: Path, seconds: float, *, wait: bool, track: int = 0) -> Player:
        self._track = track
        extra = ["--script", str(script)] + ([] if wait else ["--no-wait"])
        return self._start("leader", LEADER_SINK, seconds, extra)

    def follow(self, seconds: float, *, busy: bool = False) -> Player:
        if busy:
            raise BenchError("Syncplay is not run under load")
        return self._start("follower", FOLLOWER_SINK, seconds, [])

    def scenarios(self, vbr_end_ms: float, *, quick: bool) -> list[Scenario]:
        return [cbr_actions(), vbr_actions(vbr_end_ms, quick=quick)]

    def close(self) -> None:
        for player in (*self._players, self.server):
            player.stop()

    def _start(self, role: str, sink: str, seconds: float, extra: list[str]) -> Player:
        command = [sys.executable, "-m", "tests.bench.syncplay_peer", role, "--file", str(self._files[self._track])]
        command += ["--track", str(self._track), "--room", str(self._room), "--port", str(self._port)]
        command += ["--seconds", str(seconds), *extra]
        log = self._room / f"{role}-{len(self._players)}.log"
        player = Player(f"Syncplay {role}", command, self._rig.environment(sink), log)
        self._players.append(player)
        return player

"""Two plain libVLC players under the plan's rule (see vlc_peer.py)."""

import sys
from pathlib import Path

from audio.measure.rig import PulseRig
from tests.bench.players import FOLLOWER_SINK, LEADER_SINK, BenchError, Player
from tests.bench.scenario import Scenario, actions, few_actions


class PlanPair:
    """The plan, section 2, taken literally."""

    name = "plan's rule"
    server: Player | None = None

    def __init__(self, rig: PulseRig, pairing: Path, room: Path) -> None:
        self._rig, self._pairing, self._room = rig, pairing, room
        room.mkdir(parents=True, exist_ok=True)
        self._players: list[Player] = []
        self._socket = room / "socket"

    def lead(self, script: Path, seconds: float, *, wait: bool, track: int = 0) -> Player:
        if track:
            raise BenchError("the script of a plain libVLC leader begins with the first track")
        self._socket.unlink(missing_ok=True)
        return self._start("leader", LEADER_SINK, seconds, ["--script", str(script)] + ([] if wait else ["--no-wait"]))

    def follow(self, seconds: float, *, busy: bool = False) -> Player:
        if busy:
            raise BenchError("the plain libVLC players are not run under load")
        return self._start("follower", FOLLOWER_SINK, seconds, [])

    def scenarios(self, vbr_end_ms: float, *, quick: bool) -> list[Scenario]:
        return [few_actions() if quick else actions(vbr_end_ms)]

    def close(self) -> None:
        for player in self._players:
            player.stop()

    def _start(self, role: str, sink: str, seconds: float, extra: list[str]) -> Player:
        command = [sys.executable, "-m", "tests.bench.vlc_peer", role, "--pairing", str(self._pairing)]
        command += ["--socket", str(self._socket), "--seconds", str(seconds), *extra]
        log = self._room / f"{role}-{len(self._players)}.log"
        player = Player(f"libVLC {role}", command, self._rig.environment(sink), log)
        self._players.append(player)
        return player

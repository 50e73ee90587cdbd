"""The rule of the plan (section 2) taken literally: a plain libVLC player, without a server in between.

Leader: position heartbeat every 250 ms from `get_time`, transport events as they happen. Follower: the plan's drift,
and `set_time` when it exceeds 30 ms. Both read one wall clock and one socket of one machine: better than any network.

    python -m tests.bench.vlc_peer leader --pairing P --socket S --script J --seconds N [--no-wait]
    python -m tests.bench.vlc_peer follower --pairing P --socket S --seconds N
"""

import argparse
import contextlib
import json
import signal
import socket
import threading
import time
from pathlib import Path

import vlc

from protocol.timeline import Timeline, drift_ms

HEARTBEAT_S = 0.25
TICK_S = 0.01
THRESHOLD_MS = 30.0
DEBOUNCE_S = 0.5
CONNECT_TIMEOUT_S = 20.0


def say(kind: str, **fields: object) -> None:
    print(json.dumps({"type": kind, **fields}), flush=True)


def say_sync(player: "Player", drift: float | None = None) -> None:
    say(
        "sync",
        monoNs=time.perf_counter_ns(),
        positionMs=player.position_ms,
        driftMs=drift,
        playlistPosition=player.track,
        isPlaying=player.playing,
    )


def now_ms() -> float:
    return time.time_ns() / 1e6


class Player:
    """One libVLC media player and its playlist."""

    def __init__(self, pairing: Path) -> None:
        self._instance = vlc.Instance(["--no-video", "--aout=pulse", "--intf=dummy", "--quiet"])
        self._player = self._instance.media_player_new()
        tracks = json.loads(pairing.read_text())["tracks"]
        self._files = [str((pairing.parent / track["file"]).resolve()) for track in tracks]
        self.track = 0
        self.playing = False
        self.jumps = 0
        self._load(0)

    @property
    def count(self) -> int:
        return len(self._files)

    @property
    def position_ms(self) -> int:
        return max(0, self._player.get_time())

    @property
    def ended(self) -> bool:
        return self._player.get_state() == vlc.State.Ended

    def play(self) -> None:
        self.playing = True
        self._player.play()

    def pause(self) -> None:
        self.playing = False
        self._player.set_pause(1)

    def seek(self, position_ms: float) -> None:
        self.jumps += 1
        self._player.set_time(max(0, round(position_ms)))

    def go_to(self, track: int) -> None:
        self._player.stop()
        self._load(track)
        if self.playing:
            self._player.play()

    def close(self) -> None:
        self._player.stop()

    def _load(self, track: int) -> None:
        self.track = track % self.count
        self._player.set_media(self._instance.media_new_path(self._files[self.track]))


class Leader:
    """Plays the script and tells whoever connects."""

    def __init__(self, player: Player, path: Path) -> None:
        self._player = player
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(1)
        self._peer: socket.socket | None = None
        self.ready = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def run(self, script: list[dict[str, object]], seconds: float) -> None:
        begun = time.monotonic()
        steps = sorted(script, key=lambda step: int(str(step["atMs"])))
        beat = 0
        while (elapsed := time.monotonic() - begun) < seconds:
            while steps and elapsed * 1000 >= int(str(steps[0]["atMs"])):
                step = steps.pop(0)
                if step["action"] == "end":
                    return
                self._act(str(step["action"]), step)
            if self._player.ended:
                self._player.go_to(self._player.track + 1)
                self._send("transport", action="track_change")
            if elapsed >= beat * HEARTBEAT_S:
                beat += 1
                self._send("position")
                say_sync(self._player)
            time.sleep(TICK_S)

    def _act(self, action: str, step: dict[str, object]) -> None:
        player = self._player
        position_ms: int | None = None
        if action == "play":
            player.play()
        elif action == "pause":
            player.pause()
        elif action == "seek":
            position_ms = int(str(step["positionMs"]))
            player.seek(position_ms)
        elif action == "track_change":
            player.go_to(int(str(step["playlistPosition"])))
            position_ms = 0
        else:
            player.go_to(player.track + (1 if action == "skip_next" else -1))
            position_ms = 0
        say("action", action=action)
        self._send("transport", action=action, position_ms=position_ms)

    def _send(self, kind: str, action: str | None = None, position_ms: int | None = None) -> None:
        event = {
            "type": kind,
            "action": action,
            "correctedMs": now_ms(),
            "positionMs": self._player.position_ms if position_ms is None else position_ms,
            "isPlaying": self._player.playing,
            "playlistPosition": self._player.track,
        }
        if self._peer is not None:
            with contextlib.suppress(OSError):
                self._peer.sendall(json.dumps(event).encode() + b"\n")

    def _accept(self) -> None:
        self._peer, _ = self._listener.accept()
        self.ready.set()


class Follower:
    """The plan's rule: seek when the drift exceeds 30 ms."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self._ignore_until = 0.0
        self._said = 0.0

    def run(self, path: Path, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        peer = connect(path)
        peer.settimeout(1.0)
        with peer, contextlib.suppress(TimeoutError, OSError), peer.makefile() as lines:
            for line in lines:
                self._on_event(json.loads(line))
                if time.monotonic() > deadline:
                    return

    def _on_event(self, event: dict[str, object]) -> None:
        player = self._player
        moved = event["type"] == "transport"
        if not moved and time.monotonic() < self._ignore_until:
            return
        playing = bool(event["isPlaying"])
        line = Timeline(float(str(event["positionMs"])), float(str(event["correctedMs"])), playing)
        if event["playlistPosition"] != player.track:
            player.playing = playing
            player.go_to(int(str(event["playlistPosition"])))
            moved = True
        if playing != player.playing:
            if playing:
                player.play()
            else:
                player.pause()
            moved = True
        if moved:
            self._ignore_until = time.monotonic() + DEBOUNCE_S
        target_ms = line.position_at(now_ms())
        drift = drift_ms(line, now_ms(), player.position_ms)
        if abs(drift) > THRESHOLD_MS:
            player.seek(target_ms)
        if time.monotonic() - self._said >= 1.0:
            self._said = time.monotonic()
            say_sync(player, drift)


def connect(path: Path) -> socket.socket:
    """Return a connection to the leader, which may not listen yet."""
    deadline = time.monotonic() + CONNECT_TIMEOUT_S
    while True:
        peer = socket.socket(socket.AF_UNIX)
        try:
            peer.connect(str(path))
        except OSError:
            peer.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(TICK_S)
        else:
            return peer


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=("leader", "follower"))
    parser.add_argument("--pairing", type=Path, required=True)
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--script", type=Path)
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--no-wait", action="store_true")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    say("state", state="leading" if options.role == "leader" else "following")
    player = Player(options.pairing)
    try:
        if options.role == "follower":
            Follower(player).run(options.socket, options.seconds)
        else:
            leader = Leader(player, options.socket)
            say("session")
            if not options.no_wait:
                leader.ready.wait(options.seconds)
            leader.run(json.loads(options.script.read_text()), options.seconds)
    finally:
        say("summary", jumps=player.jumps)
        player.close()


if __name__ == "__main__":
    main()

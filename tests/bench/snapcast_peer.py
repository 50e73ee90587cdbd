"""Snapcast as a pair of the bench: a server that reads the music from a pipe, and a client for each sink.

The leader's wrapper runs the server, feeds it and runs the first client; the follower's runs the second. Everything
stays on loopback, with a configuration of its own. Pausing is the source's: nothing more comes out of the pipe.

    python -m tests.bench.snapcast_peer leader --music M.raw --room R --port N --script J --seconds N [--no-wait]
    python -m tests.bench.snapcast_peer follower --room R --port N --seconds N
"""

import argparse
import contextlib
import fcntl
import os
import threading
import time
from pathlib import Path
from typing import Any

from tests.bench.wrapped_program import Meeting, Program, meet, run_script, run_wrapper, say, wait_until

RATE_HZ = 44_100
FRAME_BYTES = 4
PIECE_BYTES = RATE_HZ // 50 * FRAME_BYTES
#: Less than 0.1 s of music: what lies in the pipe is still played after a pause.
PIPE_BYTES = 16_384
F_SETPIPE_SZ = 1031
CONFIGURATION = """[server]
datadir = {room}/data
[http]
enabled = false
[tcp]
enabled = false
[stream]
bind_to_address = 127.0.0.1
port = {port}
source = pipe://{pipe}?name=music&mode=create&sampleformat={rate}:16:2
"""


class Feeder:
    """Writes the music into the server's pipe, as fast as it is read; while it pauses, nothing."""

    def __init__(self, music: Path, pipe: Path) -> None:
        self._music, self._pipe = music, pipe
        self._playing = threading.Event()
        threading.Thread(target=self._feed, daemon=True).start()

    def act(self, step: dict[str, Any]) -> None:
        if step["action"] == "play":
            self._playing.set()
        elif step["action"] == "pause":
            self._playing.clear()

    @property
    def playing(self) -> bool:
        return self._playing.is_set()

    def _feed(self) -> None:
        with self._music.open("rb") as music, self._pipe.open("wb", buffering=0) as pipe:
            fcntl.fcntl(pipe.fileno(), F_SETPIPE_SZ, PIPE_BYTES)
            with contextlib.suppress(BrokenPipeError):
                while piece := music.read(PIECE_BYTES):
                    self._playing.wait()
                    left = memoryview(piece)
                    while left:
                        left = left[pipe.write(left) :]


def environment(room: Path) -> dict[str, str]:
    """Return this process's environment with a home of its own."""
    room.mkdir(parents=True, exist_ok=True)
    return os.environ | {"HOME": str(room), "XDG_CONFIG_HOME": str(room)}


def client(role: str, options: argparse.Namespace) -> Program:
    """Start a client that plays into the sink which the environment names."""
    number = {"leader": "1", "follower": "2"}[role]
    command = ["snapclient", "-h", "127.0.0.1", "-p", str(options.port), "--hostID", f"bench-{role}", "-i", number]
    return Program("snapclient", [*command, "--player", "pulse", "--logsink", "stdout"], environment(options.room))


def lead(options: argparse.Namespace) -> None:
    room: Path = options.room
    (room / "data").mkdir(parents=True, exist_ok=True)
    pipe = room / "music.pipe"
    configuration = room / "snapserver.conf"
    configuration.write_text(CONFIGURATION.format(room=room, port=options.port, pipe=pipe, rate=RATE_HZ))
    meeting_path = room / "meeting"
    meeting_path.unlink(missing_ok=True)
    with contextlib.ExitStack() as stack:
        meeting = stack.enter_context(Meeting(meeting_path))
        server = Program("snapserver", ["snapserver", "-c", str(configuration)], environment(room))
        stack.callback(server.close)
        server.wait_for("number of threads")
        wait_until(pipe.exists, "the server's pipe")
        feeder = Feeder(options.music, pipe)
        player = client("leader", options)
        stack.callback(player.close)
        say(
            "spawned",
            monoNs=player.spawned_ns,
            processes={"player": [player.process.pid], "server": [server.process.pid]},
        )
        player.wait_for("serversettings")
        say("session")
        if not options.no_wait:
            meeting.wait(options.seconds)
        run_script(options.script, options.seconds, feeder.act, lambda: {"isPlaying": feeder.playing})


def follow(options: argparse.Namespace) -> None:
    player = client("follower", options)
    with contextlib.closing(player):
        say("spawned", monoNs=player.spawned_ns, processes={"player": [player.process.pid]})
        player.wait_for("serversettings")
        meet(options.room / "meeting")
        say("sync")
        time.sleep(options.seconds)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=("leader", "follower"))
    parser.add_argument("--music", type=Path)
    parser.add_argument("--room", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--script", type=Path)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--no-wait", action="store_true")
    options = parser.parse_args()
    run_wrapper(lambda: lead(options) if options.role == "leader" else follow(options))


if __name__ == "__main__":
    main()

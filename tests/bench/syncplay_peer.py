"""Syncplay as a pair of the bench: `syncplay --no-gui` with an mpv of its own on each side.

What the leader does is done in its mpv, through mpv's own control socket, as with a remote control; Syncplay sees it
there and tells the other side.

    python -m tests.bench.syncplay_peer ROLE --file F --track N --room R --port N --seconds N [--script J] [--no-wait]
"""

import argparse
import contextlib
import json
import os
import socket
import threading
import time
from pathlib import Path
from typing import Any

from tests.bench.wrapped_program import Meeting, Program, WrapperError, meet, run_script, run_wrapper, say, wait_until

ANSWER_S = 3.0
#: Syncplay's own exchange takes a second a turn: both sides know of each other before the first action.
ACQUAINTED_S = 2.5
#: Asked once, and remembered with everything else in a file that ends with the run.
CONFIGURATION = """[client_settings]
forceguiprompt = False
readyatstart = True
unpauseaction = Always
sharedplaylistenabled = False
[general]
language = en
checkforupdatesautomatically = False
"""


class Mpv:
    """mpv's control socket: one JSON command, one answer."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(ANSWER_S)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile()
        self._number = 0
        self._lock = threading.Lock()

    def ask(self, *command: object) -> Any:
        """Return the data of mpv's answer; None when it has none or refuses."""
        with self._lock:
            self._number += 1
            self._socket.sendall(json.dumps({"command": command, "request_id": self._number}).encode() + b"\n")
            for line in self._lines:
                answer = json.loads(line)
                if answer.get("request_id") == self._number:
                    return answer.get("data") if answer.get("error") == "success" else None
        raise WrapperError("mpv is gone")

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


class Side:
    """One Syncplay client and its mpv, paused at the beginning of the file."""

    def __init__(self, role: str, options: argparse.Namespace, stack: contextlib.ExitStack) -> None:
        room: Path = options.room / role
        room.mkdir(parents=True, exist_ok=True)
        (room / "syncplay.ini").write_text(CONFIGURATION)
        self.track: int = options.track
        path = room / "control"
        path.unlink(missing_ok=True)
        environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
        environment |= {"HOME": str(room), "XDG_CONFIG_HOME": str(room), "PYTHONUNBUFFERED": "1"}
        command = ["syncplay", "--no-gui", "--no-store", "-a", f"127.0.0.1:{options.port}", "-n", role, "-r", "bench"]
        command += ["--player-path", "mpv", str(options.file), "--", "--ao=pulse", "--vid=no", "--config=no"]
        self.program = Program("syncplay", [*command, f"--input-ipc-server={path}"], environment)
        stack.callback(self.program.close)
        # mpv is a child of syncplay's, and so charged with it.
        say("spawned", monoNs=self.program.spawned_ns, processes={"player": [self.program.process.pid]})
        wait_until(lambda: _connects(path) or self.program.process.poll() is not None, "mpv's control socket")
        if self.program.process.poll() is not None:
            raise WrapperError("syncplay ended by itself, see its words above")
        self.mpv = Mpv(path)
        stack.callback(self.mpv.close)
        stack.callback(self._quit)
        self.program.wait_for("successfully connected")
        wait_until(lambda: self.mpv.ask("get_property", "duration") is not None, "the file in mpv")

    def act(self, step: dict[str, Any]) -> None:
        """Do what a person would do in mpv."""
        if step["action"] in ("play", "pause"):
            self.mpv.ask("set_property", "pause", step["action"] == "pause")
        elif step["action"] == "seek":
            self.mpv.ask("seek", step["positionMs"] / 1000, "absolute")
        else:
            raise WrapperError(f"{step['action']} is not driven here")

    def sync(self) -> dict[str, object]:
        """Return what mpv tells of its position, and when it was told."""
        before_ns = time.perf_counter_ns()
        position_s = self.mpv.ask("get_property", "time-pos")
        mono_ns = (before_ns + time.perf_counter_ns()) // 2
        position_ms = None if position_s is None else position_s * 1000
        return {"monoNs": mono_ns, "positionMs": position_ms, "playlistPosition": self.track}

    def _quit(self) -> None:
        with contextlib.suppress(WrapperError, OSError):
            self.mpv.ask("quit")


def _connects(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def work(options: argparse.Namespace) -> None:
    meeting_path = options.room / "meeting"
    with contextlib.ExitStack() as stack:
        if options.role == "follower":
            side = Side("follower", options, stack)
            meet(meeting_path)
            deadline_s = time.monotonic() + options.seconds
            while time.monotonic() < deadline_s:
                say("sync", **side.sync())
                time.sleep(1.0)
            return
        meeting_path.unlink(missing_ok=True)
        meeting = stack.enter_context(Meeting(meeting_path))
        side = Side("leader", options, stack)
        say("session")
        if not options.no_wait:
            meeting.wait(options.seconds)
            time.sleep(ACQUAINTED_S)
        run_script(options.script, options.seconds, side.act, side.sync)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=("leader", "follower"))
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--track", type=int, default=0)
    parser.add_argument("--room", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--script", type=Path)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--no-wait", action="store_true")
    options = parser.parse_args()
    run_wrapper(lambda: work(options))


if __name__ == "__main__":
    main()

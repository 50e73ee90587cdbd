"""A private PulseAudio: two stereo sinks side by side in one four-channel null sink, so that one capture hears both.

It never touches a sound server that the user runs: own runtime directory, own socket, own home.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from audio.errors import AudioError
from audio.measure.capture import Capture

RATE_HZ = 44_100
SINKS = ("left", "right")
CHANNELS = "front-left,front-right,rear-left,rear-right"
READY_TIMEOUT_S = 10.0
READY_POLL_S = 0.05
CAPTURE_LATENCY_MS = 20
# If this process is killed the daemon goes away by itself; in use it is never idle for that long.
EXIT_IDLE_S = 300
# DESIGN: a null sink just woken gives fictitious times for up to 2 s.
WAKE_S = 2.5
PACKAGES = {
    "pulseaudio": "pulseaudio",
    "pactl": "pulseaudio-utils",
    "parec": "pulseaudio-utils",
    "pacat": "pulseaudio-utils",
}


class RigUnavailableError(AudioError):
    """The acoustic rig can't be had on this machine."""


def require_rig() -> None:
    """Raise RigUnavailableError naming what is missing and the packages to install; otherwise do nothing."""
    missing = [program for program in PACKAGES if shutil.which(program) is None]
    if missing:
        packages = " ".join(sorted({PACKAGES[program] for program in missing}))
        raise RigUnavailableError(
            f"Acoustic measurement needs {', '.join(missing)}, not found here: install {packages} (Debian and Ubuntu)."
        )


class PulseRig:
    """The private daemon as a context manager: sinks `left` and `right`, captured together.

    Raises RigUnavailableError when a program is missing or the daemon does not come up.
    """

    def __init__(self) -> None:
        self._directory: Path | None = None
        self._daemon: subprocess.Popen[bytes] | None = None
        self._captures = contextlib.ExitStack()

    def __enter__(self) -> "PulseRig":
        require_rig()
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def directory(self) -> Path:
        """Return the rig's own temporary directory, removed at the end; captures may be kept there."""
        if self._directory is None:
            raise RigUnavailableError("The acoustic rig is not running.")
        return self._directory

    @property
    def server(self) -> str:
        """Return the daemon's address for PULSE_SERVER."""
        return f"unix:{self.directory / 'native'}"

    def environment(self, sink: str | None = None) -> dict[str, str]:
        """Return this process's environment for a child that plays into the rig, into one sink when named."""
        environment = {name: value for name, value in os.environ.items() if name not in ("PULSE_SINK", "PULSE_SOURCE")}
        environment |= {"PULSE_SERVER": self.server, "PULSE_COOKIE": str(self.directory / "cookie")}
        if sink is not None:
            environment["PULSE_SINK"] = sink
        return environment

    def wake(self, seconds: float = WAKE_S) -> None:
        """Play silence into both sinks, so that their times are true when the first player comes."""
        silence = bytes(round(seconds * RATE_HZ) * 4)
        with contextlib.ExitStack() as players:
            running = []
            for sink in SINKS:
                command = ["pacat", "--raw", "--format=s16le", f"--rate={RATE_HZ}", "--channels=2", "--latency-msec=50"]
                player = subprocess.Popen(  # noqa: S603
                    [*command, f"--device={sink}"],
                    stdin=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env=self.environment(),
                )
                players.callback(player.wait)
                players.callback(player.terminate)
                running.append(player)
            step = RATE_HZ // 10 * 4
            for start in range(0, len(silence), step):
                for player in running:
                    if player.stdin is not None:
                        player.stdin.write(silence[start : start + step])
            for player in running:
                if player.stdin is not None:
                    player.stdin.close()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    player.wait(seconds + READY_TIMEOUT_S)

    def capture(self, path: Path) -> Capture:
        """Start recording both sinks to a raw file; it ends with the context or with the rig."""
        command = ["parec", "--raw", "--device=room.monitor", "--format=s16le", f"--rate={RATE_HZ}", "--channels=4"]
        command += [f"--channel-map={CHANNELS}", f"--latency-msec={CAPTURE_LATENCY_MS}"]
        capture = Capture(command, self.environment(), path, SINKS, rate_hz=RATE_HZ)
        self._captures.enter_context(capture)
        capture.wait_started()
        return capture

    def close(self) -> None:
        """End captures and daemon and remove every trace; safe to call twice."""
        self._captures.close()
        if self._daemon is not None:
            self._daemon.terminate()
            try:
                self._daemon.wait(READY_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._daemon.kill()
                self._daemon.wait()
            self._daemon = None
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)
            self._directory = None

    def _start(self) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="lockstep-rig-"))
        for name in ("run", "pulse", "home"):
            (self._directory / name).mkdir(mode=0o700)
        self._launch()

    def kill(self) -> None:
        """Let the daemon die as in a crash; captures end with it."""
        if self._daemon is not None:
            self._daemon.kill()
            self._daemon.wait()

    def restart(self) -> None:
        """Start the daemon again, at the same address, after it was killed."""
        (self.directory / "native").unlink(missing_ok=True)
        self._launch()

    def _launch(self) -> None:
        directory = self.directory
        environment = os.environ | {
            "HOME": str(directory / "home"),
            "XDG_RUNTIME_DIR": str(directory / "run"),
            "PULSE_RUNTIME_PATH": str(directory / "pulse"),
        }
        for name in ("PULSE_SERVER", "PULSE_SINK", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "XDG_CONFIG_HOME"):
            environment.pop(name, None)
        modules = [
            f"module-native-protocol-unix socket={directory / 'native'} auth-anonymous=1",
            f"module-null-sink sink_name=room rate={RATE_HZ} channels=4 channel_map={CHANNELS}",
        ]
        for sink, side in zip(SINKS, ("front", "rear"), strict=True):
            modules.append(
                f"module-remap-sink sink_name={sink} master=room channels=2 remix=no "
                f"master_channel_map={side}-left,{side}-right channel_map=front-left,front-right"
            )
        command = ["pulseaudio", "-n", f"--exit-idle-time={EXIT_IDLE_S}", "--daemonize=no", "--use-pid-file=no"]
        command += [f"--load={module}" for module in modules]
        log = (directory / "log").open("wb")
        with log:
            self._daemon = subprocess.Popen(  # noqa: S603
                command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self._await_sinks()

    def _await_sinks(self) -> None:
        deadline_s = time.monotonic() + READY_TIMEOUT_S
        while time.monotonic() < deadline_s and self._daemon is not None and self._daemon.poll() is None:
            listing = subprocess.run(
                ["pactl", "list", "short", "sinks"],  # noqa: S607
                env=self.environment(),
                capture_output=True,
                check=False,
                timeout=READY_TIMEOUT_S,
            )
            if all(f"\t{sink}\t".encode() in listing.stdout for sink in SINKS):
                return
            time.sleep(READY_POLL_S)
        last = (self.directory / "log").read_text(errors="replace").strip().splitlines()[-3:]
        raise RigUnavailableError("PulseAudio did not come up for the acoustic rig: " + (" / ".join(last) or "no log"))

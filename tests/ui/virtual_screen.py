"""A screen that nobody sees, with windows, a keyboard and a mouse: Xvfb."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

WIDTH, HEIGHT = 1600, 1000


@contextmanager
def virtual_screen() -> Iterator[str]:
    """Run an X server until the end of the block; yield its DISPLAY. Errors: FileNotFoundError without Xvfb."""
    program = shutil.which("Xvfb")
    if program is None:
        raise FileNotFoundError("Xvfb")
    ours, theirs = os.pipe()
    command = [program, "-displayfd", str(theirs), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=(theirs,), stderr=subprocess.DEVNULL) as server:
        os.close(theirs)
        with os.fdopen(ours) as told:
            display = told.readline().strip()
        try:
            yield f":{display}"
        finally:
            server.terminate()


def screen_environment(display: str) -> dict[str, str]:
    """Return this process's environment for an app on that screen, without a desktop around it."""
    left_out = {"QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"}
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return kept | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "QT_ACCESSIBILITY": "0"}

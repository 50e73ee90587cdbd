"""Whether there is a screen to open a window on: Qt would end the whole process where there is none."""

import contextlib
import ctypes
import os
import socket
import sys
from pathlib import Path

from ui.desktop.errors import NoDisplayError


def require_display() -> None:
    """Raise NoDisplayError with what to do when no window can be opened here."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return
    if _wayland_answers() or _x11_answers():
        return
    what = "no screen to open a window on"
    if os.environ.get("DISPLAY"):
        what = f"no screen at DISPLAY={os.environ['DISPLAY']}"
    raise NoDisplayError(
        f"there is {what}; start Lockstep on a desktop, or use it in this terminal: see “lockstep --help”"
    )


def _wayland_answers() -> bool:
    name, runtime = os.environ.get("WAYLAND_DISPLAY"), os.environ.get("XDG_RUNTIME_DIR")
    if not name or not (runtime or Path(name).is_absolute()):
        return False
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2.0)
        probe.connect(str(Path(runtime or "/", name)))
        return True
    return False


def _x11_answers() -> bool:
    """Ask by libxcb, which knows all forms of DISPLAY and how to prove who asks; Qt needs it for X11 anyway."""
    if not os.environ.get("DISPLAY"):
        return False
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return False
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    try:
        return bool(xcb.xcb_connection_has_error(connection) == 0)
    finally:
        xcb.xcb_disconnect(connection)

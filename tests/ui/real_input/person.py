"""Somebody at a screen of their own, with keyboard, mouse and media keys: what they do goes through the X server."""

import subprocess
import time
from pathlib import Path
from typing import Any

from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import open_dbus_connection

from tests.patience import WAIT_S
from tests.ui.observed_process import ObservedProcess
from tests.ui.virtual_screen import screen_environment
from ui.desktop.mpris import OBJECT_PATH, PLAYER_INTERFACE, SERVICE

_TYPING_MS = "4"


class PersonAtScreen:
    """Sees only what can be seen: a control is found by its words, and clicked where it is."""

    def __init__(self, display: str, bus: str, folder: Path, *arguments: str) -> None:
        self._environment = screen_environment(display)
        self._bus = bus
        self.app = ObservedProcess(folder, self._environment | {"DBUS_SESSION_BUS_ADDRESS": bus}, *arguments)

    def sees(self, words: str, *, enabled: bool = True) -> dict[str, Any]:
        """Wait until a control with these words is there (and can be used); return where."""
        until_s = time.monotonic() + WAIT_S
        while True:
            controls = [it for it in self.app.ask(find=words)["found"] if it["control"]]
            found = [it for it in controls if it["enabled"] or not enabled]
            if found:
                return found[0]
            assert time.monotonic() < until_s, f"{words!r} is not to be seen: {self.app.state()} {self.app.said()}"
            time.sleep(0.05)

    def no_longer_reads(self, words: str) -> None:
        """Wait until these words are nowhere to be seen."""
        until_s = time.monotonic() + WAIT_S
        while self.app.ask(find=words)["found"]:
            assert time.monotonic() < until_s, f"{words!r} is still to be read: {self.app.state()} {self.app.said()}"
            time.sleep(0.05)

    def click(self, words: str, *, enabled: bool = True, at: tuple[int, int] | None = None) -> None:
        """Click on what bears these words: in its middle, or so far from its corner."""
        # What fades or grows is clicked where it ends up.
        place, before = self.sees(words, enabled=enabled), None
        while place != before:
            time.sleep(0.1)
            place, before = self.sees(words, enabled=enabled), place
        x, y = (place["x"], place["y"]) if at is None else (place["left"] + at[0], place["top"] + at[1])
        self._xdotool("mousemove", "--sync", str(x), str(y))
        self._xdotool("click", "1")

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, on the window in front."""
        self._look_at_front()
        self._xdotool("key", "--clearmodifiers", *keys)

    def type(self, text: str, *, instead: bool = False) -> None:
        """Type a text and Enter; instead of what is there, if asked for."""
        self._look_at_front()
        if instead:
            self._xdotool("key", "ctrl+a")
        self._xdotool("type", "--delay", _TYPING_MS, text)
        self._xdotool("key", "Return")

    def media_key(self, method: str) -> None:
        """Press a media key: a desktop hands it to the player by D-Bus."""
        with open_dbus_connection(bus=self._bus) as connection:
            player = DBusAddress(OBJECT_PATH, SERVICE, PLAYER_INTERFACE)
            connection.send_and_get_reply(new_method_call(player, method), timeout=WAIT_S)

    def choose_file(self, path: Path) -> None:
        """Name a file in the dialog that has opened, and wait until it is gone."""
        self.app.until(lambda state: state["dialog"])
        self.type(str(path))
        self.app.until(lambda state: not state["dialog"])

    def _look_at_front(self) -> None:
        # There is no window manager that would do so.
        self._xdotool("windowfocus", "--sync", str(self.app.state()["front"]))

    def _xdotool(self, *arguments: str) -> None:
        subprocess.run(["xdotool", *arguments], env=self._environment, check=True, capture_output=True, timeout=WAIT_S)

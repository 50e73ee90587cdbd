"""The demo's windows in front of somebody who closes one of them: it asks, and the demo ends with a sentence."""

import contextlib
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.patience import WAIT_S
from tests.server.needs import do_without
from tests.ui.virtual_screen import screen_environment, virtual_screen

if not sys.platform.startswith("linux"):
    pytest.skip("there is an X server on Linux only", allow_module_level=True)


class DemoAtScreen:
    """`lockstep demo` on a screen of its own, and a keyboard in front of it."""

    def __init__(self, display, folder):
        self._environment = screen_environment(display)
        # Its sound is nobody's business here.
        silent = {"PATH": str(Path(sys.executable).parent), "PULSE_SERVER": f"unix:{folder}/nobody"}
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "ui.cli.app", "demo", "--windows", "--report", str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self._environment | silent,
        )

    def until_said(self, words):
        for line in self.process.stdout:
            if words in line:
                return
        pytest.fail(f"{words!r} was not said: {self.process.communicate()}")

    def press(self, title, *keys):
        """Press keys on the window of this title as soon as it is there."""
        window = self.window(title)
        # There is no window manager that would do so.
        self._xdotool("windowfocus", "--sync", window)
        self._xdotool("key", "--clearmodifiers", *keys)

    def window(self, title):
        until_s = time.monotonic() + WAIT_S
        while not (found := self.windows(title)):
            assert time.monotonic() < until_s, f"no window {title!r}: {self.process.poll()}"
            time.sleep(0.05)
        return found[0]

    def windows(self, title):
        command = ["xdotool", "search", "--onlyvisible", "--name", f"^{title}$"]
        found = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)
        return found.stdout.split()

    def until_gone(self, title):
        until_s = time.monotonic() + WAIT_S
        while self.windows(title):
            assert time.monotonic() < until_s, f"the window {title!r} stays"
            time.sleep(0.05)

    def _xdotool(self, *arguments):
        subprocess.run(["xdotool", *arguments], env=self._environment, check=True, capture_output=True, timeout=WAIT_S)


@pytest.fixture
def demo(tmp_path):
    for program in ("Xvfb", "xdotool"):
        if shutil.which(program) is None:
            do_without(program)
    with contextlib.ExitStack() as stack:
        demo = DemoAtScreen(stack.enter_context(virtual_screen()), tmp_path)
        yield demo
        demo.process.kill()
        demo.process.communicate()


@pytest.mark.parametrize(("name", "question"), [("Ana", "End the session\\?"), ("Ben", "Leave the session\\?")])
def test_closing_a_window_is_asked_about_and_ends_the_demo(demo, tmp_path, name, question):
    demo.until_said("Ana: play")
    demo.press(f"{name} · Lockstep", "ctrl+q")
    # Cancel has the focus.
    demo.press(question, "Return")
    demo.until_gone(question)
    assert demo.windows(f"{name} · Lockstep")
    assert demo.process.poll() is None
    demo.press(f"{name} · Lockstep", "ctrl+q")
    demo.press(question, "Tab", "space")
    said, errors = demo.process.communicate(timeout=WAIT_S)
    assert said.splitlines()[-1] == f"{name}'s window was closed, so the demo ends here and has nothing to show."
    assert (demo.process.returncode, errors) == (130, "")
    assert not (tmp_path / "result.json").exists()

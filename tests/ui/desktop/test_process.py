"""`lockstep` as a process of its own: one instance, a polite end, and no word where all is well."""

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.patience import WAIT_S

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")


def environment(**changes):
    wanted = {**os.environ, "QT_QPA_PLATFORM": "offscreen", **changes}
    wanted.pop("DBUS_SESSION_BUS_ADDRESS", None)
    return {name: value for name, value in wanted.items() if value is not None}


@pytest.fixture
def start(tmp_path):
    running = []

    def start_(*arguments, **changes):
        process = subprocess.Popen(
            [sys.executable, "-m", "ui.cli.app", "--data-dir", str(tmp_path / "data"), "--audio", "none", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(**changes),
        )
        running.append(process)
        return process

    yield start_
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def until_open(folder):
    """Wait until the window is there and the sound behind it has been opened."""
    until_s = time.monotonic() + WAIT_S
    while not (folder / "pcm").exists():
        assert time.monotonic() < until_s
        time.sleep(0.05)


def test_it_opens_is_found_by_a_second_start_and_ends_politely(start, tmp_path):
    first = start()
    until_open(tmp_path / "data")
    second = start()
    _, said = second.communicate(timeout=WAIT_S)
    assert second.returncode == 0
    assert "is open already" in said
    first.send_signal(signal.SIGTERM)
    out, said = first.communicate(timeout=WAIT_S)
    # Its place is kept for the next start, whoever ended it.
    assert (tmp_path / "data" / "window.json").exists()
    assert (first.returncode, out, said) == (0, "", "")
    log = (tmp_path / "data" / "lockstep.log").read_text("utf-8")
    assert "ERROR" not in log
    # The platform without a screen can't bring anything to the front.
    assert [line for line in log.splitlines() if "WARNING" in line and "does not support raise" not in line] == []


def test_without_a_screen_it_says_so_and_what_to_do(start):
    process = start(QT_QPA_PLATFORM=None, DISPLAY=None, WAYLAND_DISPLAY=None)
    _, said = process.communicate(timeout=WAIT_S)
    assert process.returncode == 14
    assert said.startswith("lockstep: there is no screen to open a window on; start Lockstep on a desktop, or")
    assert said.count("\n") == 1


def test_a_screen_that_does_not_answer_is_named(start):
    process = start(QT_QPA_PLATFORM=None, DISPLAY=":4711", WAYLAND_DISPLAY=None)
    _, said = process.communicate(timeout=WAIT_S)
    assert process.returncode == 14
    assert "DISPLAY=:4711" in said


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--ntp", "a clock:99999", "'a clock:99999' is not an NTP server"),
        ("--server", "foo bar", "the server's address must look like http://HOST:PORT or https://HOST"),
        ("--account", "x" * 301, "display name can't be set to that"),
        ("--spotify-url", "nowhere", "must look like http://HOST:PORT"),
    ],
)
def test_an_option_that_can_not_be_used_is_said_before_there_is_a_window(start, tmp_path, option, value, sentence):
    process = start(option, value)
    _, said = process.communicate(timeout=WAIT_S)
    assert process.returncode == 2
    assert sentence in said
    assert said.count("\n") == 1
    assert not (tmp_path / "data").exists()


def test_a_data_directory_that_cannot_be_written_is_said(tmp_path, start):
    (tmp_path / "data").write_text("", "utf-8")
    process = start()
    _, said = process.communicate(timeout=WAIT_S)
    assert process.returncode == 13
    assert "can't be written" in said


def test_what_is_loaded_before_the_window_is_seen(tmp_path):
    """Each of these would take longer to load than the window itself."""
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from ui.desktop.app import App, AppOptions, _application\n"
        "application = _application()\n"
        "import asyncio\n"
        "async def main():\n"
        f"    App(AppOptions(Path({str(tmp_path)!r})))\n"
        "asyncio.run(main())\n"
        "print(*sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(), timeout=WAIT_S, check=True
    )
    loaded = set(done.stdout.split())
    assert "ui.screens.first_run.screen" in loaded
    assert "ui.screens.library" not in loaded
    heavy = {"pyqtgraph", "numpy", "sqlalchemy", "fastapi", "keyring", "httpx", "websockets", "mutagen", "rapidfuzz"}
    assert heavy & loaded == set()

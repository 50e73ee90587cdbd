"""From a first start to one music, by real keys and clicks on two screens; and a follower's keys do nothing."""

import asyncio
import contextlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from client.pairing import load_pairing
from tests.server.harness import local_settings, running
from tests.server.needs import do_without
from tests.ui.virtual_screen import virtual_screen
from ui.demo.window_players import prepare_app
from ui.desktop.settings import Settings

if not sys.platform.startswith("linux"):
    pytest.skip("there is an X server on Linux only", allow_module_level=True)

DEMO = Path(__file__).parents[3] / "assets" / "demo"
#: What was on the screens when it failed.
PICTURES = Path(__file__).parents[3] / "screenshots" / "real-input"
TRANSPORT_KEYS = (
    "space",
    "Right",
    "Left",
    "ctrl+Right",
    "ctrl+Left",
    "XF86AudioPlay",
    "XF86AudioNext",
    "XF86AudioStop",
)
MEDIA_KEYS = ("PlayPause", "Pause", "Stop", "Next", "Previous")


@contextlib.contextmanager
def screens(tmp_path):
    """Let people open apps, each on a screen and a session bus of its own; pictures are kept if it fails."""
    for program in ("Xvfb", "xdotool", "dbus-daemon"):
        if shutil.which(program) is None:
            do_without(program)
    from tests.ui.real_input.person import PersonAtScreen

    people = []
    with contextlib.ExitStack() as stack:

        def open_(name, *arguments):
            display = stack.enter_context(virtual_screen())
            bus = stack.enter_context(session_bus(tmp_path / f"{name}.bus"))
            person = PersonAtScreen(display, bus, tmp_path / name, "--audio", "none", *arguments)
            people.append((name, person))
            stack.callback(person.app.end)
            return person

        try:
            yield open_
        except BaseException:
            PICTURES.mkdir(parents=True, exist_ok=True)
            for name, person in people:
                person.app.ask(picture=str(PICTURES / f"{name}.png"))
            raise


@contextlib.contextmanager
def session_bus(config):
    config.write_text(
        "<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>"
        '<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>'
        '<allow own="*"/></policy></busconfig>'
    )
    command = ["dbus-daemon", f"--config-file={config}", "--print-address", "--nofork"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as bus:
        assert bus.stdout is not None
        try:
            yield bus.stdout.readline().strip()
        finally:
            bus.terminate()


def first_run(person, server):
    person.click("Choose folder…")
    person.choose_file(DEMO)
    person.click("Continue")
    person.click("Import a playlist…")
    person.choose_file(DEMO / "pairing.json")
    person.click("Continue")
    person.click("Session server")
    person.type(server.base_url, instead=True)
    person.click("Your name")
    # Enter in the last field goes on.
    person.type("Ana", instead=True)
    person.sees("Open Lockstep")
    person.no_longer_reads("Not ready yet: see Settings")
    person.click("Open Lockstep")


def test_from_the_first_start_to_one_music(tmp_path):
    with running(local_settings(tmp_path / "server.db", ntp_port=0)) as server, screens(tmp_path) as at_screen:
        clock = ("--ntp", f"127.0.0.1:{server.ntp_port}")
        ben_settings = Settings(display_name="Ben", server=server.base_url, first_run_done=True)
        ana = at_screen("Ana", *clock)
        asyncio.run(prepare_app(tmp_path / "Ben", load_pairing(DEMO / "pairing.json"), ben_settings))
        ben = at_screen("Ben", *clock)
        for person in (ana, ben):
            person.app.until(lambda state: state["loaded"])
        first_run(ana, server)
        ana.click("Playlists", at=(90, 90))
        ana.click("Start RunBuddy")
        code = ana.app.until(lambda state: state["code"])["code"]

        ben.press("ctrl+2")
        ben.click("Join code")
        ben.type(code.lower())
        for person in (ana, ben):
            person.app.until(lambda state: state["screen"] == "now_playing" and state["playing"] and state["place"])
        assert (ana.app.state()["role"], ben.app.state()["role"]) == ("leader", "follower")

        before = ben.app.state()["place"]
        ben.press(*TRANSPORT_KEYS)
        for key in MEDIA_KEYS:
            ben.media_key(key)
        for words in ("Pause", "Next track"):
            ben.click(words, enabled=False)
            assert not ben.sees(words, enabled=False)["enabled"]
        after, leader = ben.app.state(), ana.app.state()
        assert after["playing"]
        assert leader["playing"]
        assert after["place"][0] == leader["place"][0]
        assert after["place"] > before

        # The same keys are the leader's, and reach both.
        ana.press("space")
        for person in (ana, ben):
            person.app.until(lambda state: not state["playing"])
        ana.media_key("PlayPause")
        for person in (ana, ben):
            person.app.until(lambda state: state["playing"])
        track = ana.app.state()["place"][0]
        ana.press("ctrl+Right")
        for person in (ana, ben):
            person.app.until(lambda state: state["place"][0] > track)

        ben.click("Leave")
        ben.app.until(lambda state: not state["role"])
        ana.click("End session")
        ana.app.until(lambda state: not state["role"])
        for person in (ana, ben):
            assert person.app.said() == ""

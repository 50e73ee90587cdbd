"""One real run over AT-SPI: what Qt hands to a screen reader is what a screen reader gets, and nothing breaks by it."""

import shutil
import sys

import pytest

from tests.server.needs import do_without

if not sys.platform.startswith("linux"):
    pytest.skip("AT-SPI is Linux's", allow_module_level=True)

from tests.ui.accessibility.screen_reader import LAUNCHER, ScreenReader, accessibility_bus
from tests.ui.observed_process import ObservedProcess
from tests.ui.real_input.test_first_run_to_session import session_bus
from tests.ui.virtual_screen import screen_environment, virtual_screen

PRESSED = {"push button", "check box", "page tab", "slider", "text", "combo box", "list"}


@pytest.fixture
def started(tmp_path):
    """Return an app at its first start and a screen reader that follows it."""
    for program in ("Xvfb", "dbus-daemon"):
        if shutil.which(program) is None:
            do_without(program)
    if not LAUNCHER.exists():
        do_without("at-spi-bus-launcher")
    with (
        virtual_screen() as display,
        session_bus(tmp_path / "bus.conf") as bus,
        accessibility_bus(bus) as address,
    ):
        environment = screen_environment(display) | {
            "DBUS_SESSION_BUS_ADDRESS": bus,
            "QT_ACCESSIBILITY": "1",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
        }
        app = ObservedProcess(tmp_path / "data", environment, "--audio", "none")
        reader = ScreenReader(address)
        try:
            yield app, reader
        finally:
            reader.close()
            app.end()


def test_an_app_is_gone_through_by_a_screen_reader_alone(started):
    app, reader = started
    app.until(lambda state: state["loaded"])
    reader.until("heading", "Where is your music?")
    reader.press(reader.until("push button", "Skip"))
    assert reader.hears_next() == "Step 2 of 4. Bring your playlists"
    for heading in ("Bring your playlists", "Play with a buddy"):
        reader.until("heading", heading)
        reader.press(reader.until("push button", "Skip"))
    reader.until("heading", "Ready")
    reader.press(reader.until("push button", "Open Lockstep"))
    for name, screen in (("RunBuddy", "runbuddy"), ("Now Playing", "now_playing"), ("Settings", "settings")):
        reader.press(reader.until("page tab", name))
        app.until(lambda state, screen=screen: state["screen"] == screen)
        showing = [thing for thing in reader.tree() if thing.showing]
        assert [thing.name for thing in showing if thing.role == "page tab" and thing.selected] == [name]
        assert [str(one) for one in showing if one.role in PRESSED and not one.name] == []
        assert [str(one) for one in showing if "<qt>" in one.description] == []
    assert app.said() == ""
    assert app.end() == 0

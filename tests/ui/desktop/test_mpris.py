"""The player on a session bus of its own, asked by another D-Bus implementation as a desktop asks."""

import contextlib
import queue
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import shiboken6

if not sys.platform.startswith("linux"):
    pytest.skip("there is a session bus on Linux only", allow_module_level=True)
if shutil.which("dbus-daemon") is None:
    pytest.skip("needs dbus-daemon", allow_module_level=True)

from jeepney import DBusAddress, MatchRule, MessageType, Properties, message_bus, new_method_call
from jeepney.io.blocking import Proxy, open_dbus_connection
from PySide6.QtDBus import QDBusConnection

from tests.patience import WAIT_S
from ui.desktop.media_keys import NoMediaKeys, PlayerFacts, open_media_keys
from ui.desktop.mpris import OBJECT_PATH, PLAYER_INTERFACE, ROOT_INTERFACE, SERVICE, MprisPlayer, track_path

PLAYING = PlayerFacts(
    track=3,
    title="Morning Mile <b>",
    artists=("Ann", "Ben"),
    album="Runs",
    cover_url="file:///tmp/cover.png",
    duration_ms=180_000.5,
    playing=True,
    can_go_next=True,
    can_go_previous=True,
    volume=0.5,
)
CONTROLS = ("play", "pause", "toggle_pause", "skip_next", "skip_prev", "seek", "set_volume", "show_window", "quit")


class Controls:
    """Remembers what it was asked for."""

    def __init__(self):
        self.asked = []
        self.at_ms = 60_000.0

    def __getattr__(self, name):
        if name not in CONTROLS:
            raise AttributeError(name)
        return lambda *arguments: self.asked.append((name, *arguments))

    def position_ms(self):
        return self.at_ms


class Desktop:
    """A desktop on the other end of the bus; its calls wait in a thread, for the player answers in this one."""

    def __init__(self, address, qtbot):
        self._connection = open_dbus_connection(bus=address)
        self._thread = ThreadPoolExecutor(1)
        self._qtbot = qtbot

    def call(self, interface, method, signature="", *arguments):
        player = DBusAddress(OBJECT_PATH, SERVICE, interface)
        return self._ask(new_method_call(player, method, signature or None, arguments))

    def properties(self, interface=PLAYER_INTERFACE):
        return self._ask(Properties(DBusAddress(OBJECT_PATH, SERVICE, interface)).get_all())[0]

    def set_volume(self, volume):
        self._ask(Properties(DBusAddress(OBJECT_PATH, SERVICE, PLAYER_INTERFACE)).set("Volume", "d", volume))

    def close(self):
        self._connection.close()
        self._thread.shutdown()

    def ask(self, interface, method):
        """Begin a call; the answer comes while the loop goes on."""
        message = new_method_call(DBusAddress(OBJECT_PATH, SERVICE, interface), method)
        return self._thread.submit(self._connection.send_and_get_reply, message, timeout=WAIT_S)

    def _ask(self, message):
        asking = self._thread.submit(self._connection.send_and_get_reply, message, timeout=WAIT_S)
        self._qtbot.waitUntil(asking.done)
        reply = asking.result()
        assert reply.header.message_type is MessageType.method_return, reply.body
        return reply.body


class Ear:
    """Hears what the player announces."""

    def __init__(self, address):
        self.heard = queue.Queue()
        self._connection = open_dbus_connection(bus=address)
        bus = Proxy(message_bus, self._connection)
        bus.AddMatch(MatchRule(type="signal", path=OBJECT_PATH))
        threading.Thread(target=self._listen, daemon=True).start()

    def next(self):
        return self.heard.get(timeout=WAIT_S)

    def _listen(self):
        while True:
            try:
                message = self._connection.receive()
            except (OSError, ValueError):
                return
            if message.header.fields.get(1) == OBJECT_PATH:
                self.heard.put(message.body)

    def close(self):
        self._connection.close()


@contextlib.contextmanager
def running_bus(folder):
    """Run a session bus of our own and return its address."""
    config = folder / "session.conf"
    config.write_text(
        "<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>"
        '<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>'
        '<allow own="*"/></policy></busconfig>',
        "utf-8",
    )
    process = subprocess.Popen(
        ["dbus-daemon", f"--config-file={config}", "--print-address", "--nofork"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.communicate()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with running_bus(tmp_path_factory.mktemp("bus")) as found:
        yield found


@pytest.fixture
def player_on_bus(qapp, address):
    connection = QDBusConnection.connectToBus(address, "player")
    controls = Controls()
    player = MprisPlayer(connection, controls)
    assert player.begin()
    yield player, controls
    player.close()
    QDBusConnection.disconnectFromBus("player")
    # Now and here: the garbage collector might come by in the thread of a later test's desktop.
    shiboken6.delete(player)


@pytest.fixture
def player(player_on_bus):
    return player_on_bus[0]


@pytest.fixture
def controls(player_on_bus):
    return player_on_bus[1]


@pytest.fixture
def desktop(player, address, qtbot):
    found = Desktop(address, qtbot)
    yield found
    found.close()


def test_the_application_is_named(desktop):
    assert desktop.properties(ROOT_INTERFACE) == {
        "CanQuit": ("b", True),
        "CanRaise": ("b", True),
        "HasTrackList": ("b", False),
        "Identity": ("s", "Lockstep"),
        "DesktopEntry": ("s", "lockstep"),
        "SupportedUriSchemes": ("as", []),
        "SupportedMimeTypes": ("as", []),
    }


def test_what_is_played_is_told_in_the_types_and_units_of_the_specification(player, desktop):
    player.show(PLAYING)
    properties = desktop.properties()
    kind, metadata = properties.pop("Metadata")
    assert kind == "a{sv}"
    assert metadata == {
        "mpris:trackid": ("o", track_path(3)),
        "mpris:length": ("x", 180_000_500),
        "xesam:title": ("s", "Morning Mile <b>"),
        "xesam:artist": ("as", ["Ann", "Ben"]),
        "xesam:album": ("s", "Runs"),
        "mpris:artUrl": ("s", "file:///tmp/cover.png"),
    }
    can = {name: properties.pop(name) for name in tuple(properties) if name.startswith("Can")}
    assert set(can.values()) == {("b", True)}
    assert properties == {
        "PlaybackStatus": ("s", "Playing"),
        "Position": ("x", 60_000_000),
        "Volume": ("d", 0.5),
        "Rate": ("d", 1.0),
        "MinimumRate": ("d", 1.0),
        "MaximumRate": ("d", 1.0),
    }


@pytest.mark.parametrize("duration_ms", [0.0, 1.0, 35 * 60_000.0, 36 * 60_000.0, 2.0**63])
def test_a_length_is_an_int64_however_long_the_track_is(player, desktop, duration_ms):
    player.show(replace(PLAYING, duration_ms=duration_ms))
    length_us = min(2**63 - 1, round(1000 * duration_ms))
    assert desktop.properties()["Metadata"][1]["mpris:length"] == ("x", length_us)


def test_before_anything_is_loaded_it_is_stopped_and_can_do_nothing(desktop):
    properties = desktop.properties()
    assert properties["PlaybackStatus"] == ("s", "Stopped")
    can = {name for name, (_, value) in properties.items() if name.startswith("Can") and value}
    assert can == {"CanControl"}


@pytest.mark.parametrize(
    ("method", "asked"),
    [
        ("Play", ("play",)),
        ("Pause", ("pause",)),
        ("PlayPause", ("toggle_pause",)),
        ("Stop", ("pause",)),
        ("Next", ("skip_next",)),
        ("Previous", ("skip_prev",)),
    ],
)
def test_each_key_does_what_it_says(player, controls, desktop, method, asked):
    player.show(PLAYING)
    desktop.call(PLAYER_INTERFACE, method)
    assert controls.asked == [asked]


def test_seeking_stays_in_the_track_that_was_meant(player, controls, desktop):
    player.show(PLAYING)
    desktop.call(PLAYER_INTERFACE, "Seek", "x", 5_000_000)
    desktop.call(PLAYER_INTERFACE, "Seek", "x", -70_000_000)
    desktop.call(PLAYER_INTERFACE, "Seek", "x", 500_000_000)
    desktop.call(PLAYER_INTERFACE, "SetPosition", "ox", track_path(3), 90_000_000)
    desktop.call(PLAYER_INTERFACE, "SetPosition", "ox", track_path(2), 90_000_000)
    desktop.call(PLAYER_INTERFACE, "SetPosition", "ox", track_path(3), 999_000_000)
    desktop.call(PLAYER_INTERFACE, "SetPosition", "ox", track_path(3), -1)
    desktop.call(PLAYER_INTERFACE, "OpenUri", "s", "file:///etc/passwd")
    assert controls.asked == [("seek", 65_000.0), ("seek", 0.0), ("skip_next",), ("seek", 90_000.0)]


def test_volume_is_set_within_its_bounds(player, controls, desktop):
    player.show(PLAYING)
    for volume in (0.25, -3.0, 7.0, float("nan")):
        desktop.set_volume(volume)
    assert controls.asked == [("set_volume", 0.25), ("set_volume", 0.0), ("set_volume", 1.0)]


def test_a_follower_can_do_nothing_but_raise_and_quit(player, controls, desktop):
    player.show(replace(PLAYING, can_control=False))
    assert not any(value for name, (_, value) in desktop.properties().items() if name.startswith("Can"))
    for method in ("Play", "Pause", "PlayPause", "Stop", "Next", "Previous"):
        desktop.call(PLAYER_INTERFACE, method)
    desktop.call(PLAYER_INTERFACE, "Seek", "x", 5_000_000)
    desktop.call(PLAYER_INTERFACE, "SetPosition", "ox", track_path(3), 90_000_000)
    desktop.set_volume(0.1)
    assert controls.asked == []
    desktop.call(ROOT_INTERFACE, "Raise")
    desktop.call(ROOT_INTERFACE, "Quit")
    assert controls.asked == [("show_window",), ("quit",)]


def test_changes_are_announced_and_only_changes(player, address):
    ear = Ear(address)
    player.show(PLAYING)
    player.show(replace(PLAYING, playing=False))
    player.show(replace(PLAYING, playing=False))
    player.seeked(1234.5)
    interface, first, invalidated = ear.next()
    assert (interface, invalidated) == (PLAYER_INTERFACE, [])
    assert first["PlaybackStatus"] == ("s", "Playing")
    assert first["Metadata"][1]["mpris:trackid"] == ("o", track_path(3))
    assert first["Metadata"][1]["mpris:length"] == ("x", 180_000_500)
    assert ear.next()[1] == {"PlaybackStatus": ("s", "Paused")}
    assert ear.next() == (1_234_500,)
    ear.close()


def test_a_second_player_has_a_name_of_its_own(player, address):
    connection = QDBusConnection.connectToBus(address, "second")
    second = MprisPlayer(connection, Controls())
    assert second.begin()
    names = connection.interface().registeredServiceNames().value()
    assert len([name for name in names if name.startswith(SERVICE)]) == 2
    second.close()
    QDBusConnection.disconnectFromBus("second")


def test_without_a_bus_there_are_no_keys_and_no_word(qapp, monkeypatch, tmp_path):
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    keys = open_media_keys(Controls())
    assert isinstance(keys, NoMediaKeys)
    keys.show(PLAYING)
    keys.close()
    dead = QDBusConnection.connectToBus(f"unix:path={tmp_path}/nobody", "dead")
    assert MprisPlayer(dead, Controls()).begin() is False

import json
import shutil
import subprocess
import sys

import pytest

if shutil.which("dbus-daemon") is None:
    pytest.skip("needs dbus-daemon", allow_module_level=True)

from PySide6.QtDBus import QDBusConnection

from ui.theme.motion import portal_reduces_motion, system_reduces_motion

CONFIG = (
    "<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>"
    '<policy context="default"><allow send_destination="*" eavesdrop="true"/>'
    '<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>'
)
PORTAL = """
import json, sys
from jeepney import MessageType, message_bus, new_error, new_method_return
from jeepney.io.blocking import open_dbus_connection

settings = json.loads(sys.argv[2])
connection = open_dbus_connection(sys.argv[1])
connection.send_and_get_reply(message_bus.RequestName("org.freedesktop.portal.Desktop"))
print("ready", flush=True)
while True:
    message = connection.receive()
    if message.header.message_type is MessageType.method_call:
        print(json.dumps(message.body), flush=True)
        value = settings.get(message.body[1])
        unknown = new_error(message, "org.freedesktop.portal.Error.NotFound")
        connection.send(unknown if value is None else new_method_return(message, "v", (tuple(value),)))
"""


@pytest.fixture
def address(tmp_path):
    (tmp_path / "session.conf").write_text(CONFIG)
    command = ["dbus-daemon", f"--config-file={tmp_path / 'session.conf'}", "--print-address", "--nofork"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    yield process.stdout.readline().strip()
    process.terminate()
    process.communicate()


@pytest.fixture
def bus(qapp, address):
    yield QDBusConnection.connectToBus(address, "motion")
    QDBusConnection.disconnectFromBus("motion")


@pytest.fixture
def portal(address):
    """Return a function that starts a portal on the bus, which knows these settings: key to type and value.

    It is a process: while Qt waits for the answer, no thread of this one runs.
    """
    started = []

    def start(settings):
        command = [sys.executable, "-c", PORTAL, address, json.dumps(settings)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("settings", "reduced"),
    [
        ({"enable-animations": ("b", False)}, True),
        ({"enable-animations": ("b", True)}, False),
        ({"enable-animations": ("b", True), "reduced-motion": ("u", 1)}, True),
        ({"enable-animations": ("b", True), "reduced-motion": ("u", 0)}, False),
        ({"reduced-motion": ("u", 1)}, True),
        ({}, False),
    ],
)
def test_the_desktops_setting_is_followed(bus, portal, settings, reduced):
    process = portal(settings)
    assert portal_reduces_motion(bus) is reduced
    assert json.loads(process.stdout.readline()) == ["org.gnome.desktop.interface", "enable-animations"]


def test_without_a_portal_there_is_movement(bus):
    assert portal_reduces_motion(bus) is False


def test_without_a_bus_there_is_movement(qapp):
    assert portal_reduces_motion(QDBusConnection("no such bus")) is False
    assert system_reduces_motion() in (True, False)

"""What a screen reader does on Linux, by D-Bus alone: asks an app's tree over AT-SPI, presses, and hears what it says.

The interfaces are those of at-spi2-core (xml/Accessible.xml, Action.xml, Event.xml).
"""

import contextlib
import subprocess
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jeepney import DBusAddress, HeaderFields, MatchRule, message_bus, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from tests.ui.observed_process import WAIT_S

LAUNCHER: Final = Path("/usr/libexec/at-spi-bus-launcher")
_ROOT: Final = "/org/a11y/atspi/accessible/root"
_ACCESSIBLE: Final = "org.a11y.atspi.Accessible"
_ACTION: Final = "org.a11y.atspi.Action"
_OBJECT_EVENTS: Final = "org.a11y.atspi.Event.Object"
#: AtspiStateType: bits of the two words of GetState.
_SELECTED: Final = 23
_SHOWING: Final = 25


@dataclass(frozen=True)
class Thing:
    """One accessible: where it is on the bus, and what it says of itself."""

    service: str
    path: str
    role: str
    name: str
    description: str
    states: int

    def has(self, state: int) -> bool:
        return bool(self.states >> state & 1)

    @property
    def showing(self) -> bool:
        return self.has(_SHOWING)

    @property
    def selected(self) -> bool:
        return self.has(_SELECTED)


@contextlib.contextmanager
def accessibility_bus(session_bus: str) -> Iterator[str]:
    """Run the accessibility bus of a session until the end of the block; yield its address."""
    command = [str(LAUNCHER), "--launch-immediately"]
    environment = {"DBUS_SESSION_BUS_ADDRESS": session_bus, "PATH": "/usr/bin:/bin"}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as launcher:
        try:
            yield _address(session_bus)
        finally:
            launcher.terminate()


def _address(session_bus: str) -> str:
    bus = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
    with open_dbus_connection(bus=session_bus) as connection:
        until_s = time.monotonic() + WAIT_S
        while not connection.send_and_get_reply(message_bus.NameHasOwner("org.a11y.Bus")).body[0]:
            assert time.monotonic() < until_s
            time.sleep(0.05)
        return str(connection.send_and_get_reply(new_method_call(bus, "GetAddress"), timeout=WAIT_S).body[0])


class ScreenReader:
    """Follows the one app on an accessibility bus."""

    def __init__(self, address: str) -> None:
        self._bus: DBusConnection = open_dbus_connection(bus=address)
        registry = DBusAddress("/org/a11y/atspi/registry", "org.a11y.atspi.Registry", "org.a11y.atspi.Registry")
        self._ask(new_method_call(registry, "RegisterEvent", "s", ("object:announcement",)))
        rule = MatchRule(type="signal", interface=_OBJECT_EVENTS, member="Announcement")
        self._ask(message_bus.AddMatch(rule))
        # From now on: what is said comes between the answers to other questions.
        self._listening = self._bus.filter(rule, queue=deque())
        self._said = self._listening.__enter__()

    def close(self) -> None:
        """Leave the bus."""
        self._listening.close()
        self._bus.close()

    def tree(self) -> list[Thing]:
        """Return the app's tree, from the top, without what is under something hidden; nothing before it is there."""
        apps = self._children("org.a11y.atspi.Registry", _ROOT)
        return [thing for service, path in apps for thing in self._below(service, path)]

    def until(self, role: str, name: str) -> Thing:
        """Wait until something of this role and name is showing; return it."""
        until_s = time.monotonic() + WAIT_S
        while True:
            # What is asked about may be gone by then.
            with contextlib.suppress(LookupError):
                for one in self.tree():
                    if (one.role, one.name) == (role, name) and one.showing:
                        return one
            if time.monotonic() > until_s:
                raise AssertionError(f"no {role} {name!r}, but {[f'{one.role} {one.name}' for one in self.tree()]}")
            time.sleep(0.1)

    def press(self, thing: Thing) -> None:
        """Do what pressing does, without mouse and keyboard."""
        action = DBusAddress(thing.path, thing.service, _ACTION)
        names = self._ask(new_method_call(action, "GetActions")).body[0]
        place = next(place for place, (name, *_rest) in enumerate(names) if name == "Press")
        assert self._ask(new_method_call(action, "DoAction", "i", (place,))).body == (True,)

    def hears_next(self) -> str:
        """Wait until the app says something by itself, and return it."""
        message = self._bus.recv_until_filtered(self._said, timeout=WAIT_S)
        return str(message.body[3][1])

    def _below(self, service: str, path: str) -> Iterator[Thing]:
        accessible = DBusAddress(path, service, _ACCESSIBLE)
        role = self._ask(new_method_call(accessible, "GetRoleName")).body[0]
        low, high = self._ask(new_method_call(accessible, "GetState")).body[0]
        name, description = self._property(accessible, "Name"), self._property(accessible, "Description")
        thing = Thing(service, path, role, name, description, low | high << 32)
        yield thing
        if thing.showing or role == "application":
            for child in self._children(service, path):
                yield from self._below(*child)

    def _children(self, service: str, path: str) -> list[tuple[str, str]]:
        return list(self._ask(new_method_call(DBusAddress(path, service, _ACCESSIBLE), "GetChildren")).body[0])

    def _property(self, accessible: DBusAddress, name: str) -> str:
        properties = DBusAddress(accessible.object_path, accessible.bus_name, "org.freedesktop.DBus.Properties")
        return str(self._ask(new_method_call(properties, "Get", "ss", (_ACCESSIBLE, name))).body[0][1])

    def _ask(self, message: Any) -> Any:
        reply = self._bus.send_and_get_reply(message, timeout=WAIT_S)
        if HeaderFields.error_name in reply.header.fields:
            raise LookupError(reply.body)
        return reply

"""Sound devices that are unplugged in mid-session, at the windows of leader and follower, on a real PulseAudio."""

import contextlib
import os
import subprocess

import pytest

from audio.measure.activity import heard_at
from audio.measure.rig import CHANNELS, RATE_HZ, SINKS, PulseRig, RigUnavailableError
from client.session_state import Following, Leading
from tests.ui.desktop.test_flows import follow, lead
from tests.ui.desktop.windows import open_window, until

pytestmark = [pytest.mark.acoustic, pytest.mark.timeout(180)]

REQUIRED = "LOCKSTEP_REQUIRE_ACOUSTIC"
PLACES = {"left": "front", "right": "rear"}


class Devices(PulseRig):
    """A private sound server whose devices can be pulled out, and plugged in again at the same place."""

    def pactl(self, *command):
        done = subprocess.run(["pactl", *command], env=self.environment(), check=True, capture_output=True, text=True)
        return done.stdout

    def plug_in(self, sink, side):
        place = [f"master_channel_map={side}-left,{side}-right", "channel_map=front-left,front-right"]
        self.pactl(
            "load-module", "module-remap-sink", f"sink_name={sink}", "master=room", "channels=2", "remix=no", *place
        )

    def plug_in_room(self):
        self.pactl(
            "load-module",
            "module-null-sink",
            "sink_name=room",
            f"rate={RATE_HZ}",
            "channels=4",
            f"channel_map={CHANNELS}",
        )

    def unplug(self, sink):
        modules = [line.split("\t") for line in self.pactl("list", "short", "modules").splitlines()]
        (module,) = [it[0] for it in modules if len(it) > 2 and f"sink_name={sink} " in f"{it[2]} "]
        self.pactl("unload-module", module)


@pytest.fixture
def devices(monkeypatch):
    with contextlib.ExitStack() as stack:
        try:
            running = stack.enter_context(Devices())
        except RigUnavailableError as error:
            if os.environ.get(REQUIRED) == "1":
                pytest.fail(f"{REQUIRED}=1, but: {error}")
            pytest.skip(str(error))
        for name, value in running.environment().items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("PULSE_SINK", raising=False)
        yield running


def pill(person):
    return person.app.screens.now_playing._pill.accessibleName().removeprefix("Sync: ")


def in_lockstep(person):
    return pill(person).startswith("In lockstep")


def notice(person):
    """Return what stands under the music, as far as it can be seen."""
    page = person.app.screens.now_playing
    return next((it.text() for it in (page._notice, page._trouble) if it.isVisible()), "")


async def hears(devices, tmp_path, sink):
    """Wait until music is heard at a device."""
    with devices.capture(tmp_path / "heard.raw") as capture:
        await until(lambda: heard_at(capture.recording().channel(sink)) is not None)


async def unplug_one(leader, follower, devices, tmp_path):
    """The follower's device is pulled out: the music goes on at the default, and returns."""
    devices.plug_in("spare", "rear")
    devices.pactl("set-default-sink", "spare")
    devices.unplug("right")
    await until(lambda: notice(follower), follower.toasts)
    assert notice(follower).startswith("There is no sound device “right” (there is: ")
    assert notice(follower).endswith("it is used as soon as it is there.")
    assert notice(leader) == ""
    await until(lambda: follower.playback.health().device == "spare")
    await until(lambda: in_lockstep(follower), lambda: pill(follower))
    await hears(devices, tmp_path, "right")
    assert isinstance(follower.state, Following)
    # It stands there for as long as it is so.
    leader.view_model.transport.skip_next()
    await until(lambda: follower.playback.current.playlist_position == 1 and in_lockstep(follower))
    assert notice(follower)
    devices.plug_in("right", "rear")
    await until(lambda: notice(follower) == "", lambda: notice(follower))
    assert follower.playback.health().device == "right"
    await until(lambda: in_lockstep(follower), lambda: pill(follower))
    devices.unplug("spare")


async def unplug_all(leader, follower, devices, tmp_path):
    """No device is left: it is said on every page until there is one, and the session goes on unheard."""
    leader.window.show_screen("library")
    for sink in (*SINKS, "room"):
        devices.unplug(sink)
    silence = "Nothing is heard: no sound device is connected."
    await until(lambda: notice(follower) == silence, lambda: notice(follower))
    await until(lambda: silence in leader.toasts(), leader.toasts)
    for act, playing in ((leader.view_model.transport.pause, False), (leader.view_model.transport.play, True)):
        act()
        await until(lambda playing=playing: follower.playback.playing is playing)
    await until(lambda: pill(follower) == "No sound", lambda: pill(follower))
    assert notice(follower) == silence
    leader.window.show_screen("now_playing")
    await until(lambda: notice(leader) == silence, lambda: notice(leader))
    devices.plug_in_room()
    for sink, side in PLACES.items():
        devices.plug_in(sink, side)
    for person, sink in zip((leader, follower), SINKS, strict=True):
        await until(lambda person=person: notice(person) == "", lambda person=person: notice(person))
        await until(lambda person=person, sink=sink: person.playback.health().device == sink)
        await hears(devices, tmp_path, sink)
    await until(lambda: in_lockstep(follower), lambda: pill(follower))
    assert isinstance(leader.state, Leading)


def test_an_unplugged_device_is_said_and_the_music_is_where_it_can_be_heard(
    in_loop, tmp_path, server, demo_pairing, devices
):
    async def main():
        async with contextlib.AsyncExitStack() as stack:
            people = []
            for name, sink in zip(("Ana", "Ben"), SINKS, strict=True):
                person = await open_window(tmp_path, name, server, demo_pairing, sound_device=sink)
                stack.push_async_callback(person.close)
                people.append(person)
            leader, follower = people
            await follow(follower, await lead(leader, demo_pairing))
            await until(lambda: in_lockstep(follower), lambda: pill(follower))
            await hears(devices, tmp_path, "right")
            await unplug_one(leader, follower, devices, tmp_path)
            await unplug_all(leader, follower, devices, tmp_path)

    in_loop(main)

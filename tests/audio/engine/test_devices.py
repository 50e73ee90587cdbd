"""The devices as the app hears of them, from real child processes and a real sound server."""

import contextlib
import subprocess
import sys

import pytest

from audio.engine.device_watch import DeviceWatch
from audio.engine.devices import Device, output_devices, read_listing
from audio.engine.pulse_connection import API
from audio.errors import EngineError
from audio.measure.rig import PulseRig, RigUnavailableError
from tests.audio.waiting import until


def pactl(rig: PulseRig, *command: str) -> None:
    subprocess.run(["pactl", *command], env=rig.environment(), check=True)


def says(program: str) -> tuple[str, ...]:
    return (sys.executable, "-c", program)


async def test_the_sinks_of_the_sound_server_are_listed_with_their_labels_and_the_default_first(monkeypatch):
    with contextlib.ExitStack() as stack:
        try:
            rig = stack.enter_context(PulseRig())
        except RigUnavailableError as error:
            pytest.skip(str(error))
        for name, value in rig.environment().items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("PULSE_SINK", raising=False)
        pactl(rig, "set-default-sink", "right")
        devices = await output_devices()
        assert {device.name for device in devices} == {"room", "left", "right"}
        assert devices[0].name == "right"
        assert [device.is_default for device in devices] == [True, False, False]
        assert all(device.label for device in devices)
        assert all(device.label != device.name for device in devices), "a description, not an identifier"
        monkeypatch.setenv("PULSE_SINK", "left")
        assert (await output_devices())[0].name == "left", "the environment's wish goes before the server's default"


async def test_a_watch_tells_when_another_device_has_become_the_default(monkeypatch):
    with contextlib.ExitStack() as stack:
        try:
            rig = stack.enter_context(PulseRig())
        except RigUnavailableError as error:
            pytest.skip(str(error))
        for name, value in rig.environment().items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("PULSE_SINK", raising=False)
        pactl(rig, "set-default-sink", "left")
        watch = DeviceWatch({"left"}, API, None, interval_s=0.05)
        satisfied = DeviceWatch({"left", "right"}, API, "right", interval_s=0.05)
        pactl(rig, "set-default-sink", "right")
        await until(lambda: watch.outdated, "it is noticed")
        assert not satisfied.outdated
        satisfied.close()


async def test_without_a_sound_server_there_is_a_list_or_a_reason_in_time(monkeypatch, tmp_path):
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path / 'nobody'}")
    with contextlib.suppress(EngineError):
        assert all(isinstance(device, Device) for device in await output_devices())


async def test_a_listing_that_hangs_is_ended_and_told():
    with pytest.raises(EngineError, match=r"longer than 0\.2 s"):
        await output_devices(0.2, says("import time; time.sleep(600)"))


@pytest.mark.parametrize(
    "program", ["", "print('{}')", "print('[]')", "print('{\"devices\": [{}]}')", "import os; os.abort()"]
)
async def test_a_listing_that_breaks_off_is_a_sentence(program):
    with pytest.raises(EngineError, match="broke off"):
        await output_devices(20.0, says(program))


async def test_a_reason_is_passed_on():
    with pytest.raises(EngineError, match=r"^no library$"):
        await output_devices(20.0, says('print(\'{"error": "no library"}\')'))


async def test_a_program_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(EngineError, match="can't be listed"):
        await output_devices(5.0, (str(tmp_path / "nothing"),))


def test_what_is_listed_is_read_back():
    line = b'{"devices": [{"name": "a", "label": "A", "is_default": true, "api": "x"}]}'
    assert read_listing(line) == [Device("a", "A", True, "x")]

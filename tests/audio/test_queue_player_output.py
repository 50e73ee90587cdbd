"""The player's output settings and click with real processes, on a silent clock."""

import os
import signal

import pytest

from audio.device_profiles import DeviceProfiles
from audio.engine.messages import Click, DeviceProfile, SetProfile, SetVolume
from audio.queue_player import QueuePlayer
from tests.audio.waiting import until


@pytest.fixture
async def player(tmp_path, monkeypatch):
    """A player that knows a device, and what it sends to its audio process."""
    DeviceProfiles(tmp_path).keep("headset", output_delay_ms=180.0, ppm=3.0)
    opened = QueuePlayer.begin(device="none", data_dir=tmp_path)
    opened.sent, send = [], opened._engine.send
    monkeypatch.setattr(opened._engine, "send", lambda command: (opened.sent.append(command), send(command)))
    await opened.opened()
    yield opened
    await opened.aclose()


async def test_what_is_known_of_the_devices_reaches_the_process_before_its_output_is_open(player):
    assert player._engine._profiles == {"headset": SetProfile(DeviceProfile("headset", 180.0, 3.0))}
    assert player.output.profile is None, "a silent clock is no device"


async def test_the_volume_is_there_from_the_start_and_again_after_a_restart(player):
    player.output.set_volume(50)
    assert player._engine._volume == SetVolume(0.125)
    assert player.output.volume_percent == 50


async def test_the_click_goes_on_in_a_restarted_process(player):
    player.click()
    assert [type(command) for command in player.sent] == [Click]
    pid = player.engine_pid
    os.kill(pid, signal.SIGKILL)
    await until(lambda: len(player.sent) > 1, "it clicks again")
    assert player.engine_pid != pid
    first, again = player.sent
    assert isinstance(again, Click)
    assert again.at_ns > first.at_ns

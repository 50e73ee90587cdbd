"""The audio process on a real PulseAudio of its own."""

import contextlib
import os
import signal
import subprocess
import time

import pytest

from audio.engine import output
from audio.engine.output import open_output
from audio.measure.rig import PulseRig, RigUnavailableError
from audio.playback_events import SoundChanged
from tests.audio.test_service import Buddy, heard, playing_service
from tests.audio.waiting import until


@pytest.fixture
def rig():
    with contextlib.ExitStack() as stack:
        try:
            running = stack.enter_context(PulseRig())
        except RigUnavailableError as error:
            pytest.skip(str(error))
        yield running


@pytest.fixture
def on_the_rig(rig, monkeypatch):
    for name, value in rig.environment("right").items():
        monkeypatch.setenv(name, value)
    return rig


def sink_inputs(rig) -> str:
    listing = subprocess.run(
        ["pactl", "list", "sink-inputs"], env=rig.environment(), capture_output=True, text=True, check=True
    )
    return listing.stdout


def sinks(rig) -> dict[str, str]:
    listing = subprocess.run(
        ["pactl", "list", "short", "sinks"], env=rig.environment(), capture_output=True, text=True, check=True
    )
    return {line.split("\t")[1]: line.split("\t")[0] for line in listing.stdout.splitlines()}


async def test_the_sound_server_is_chosen_and_the_wanted_sink_is_played_to(on_the_rig, tmp_path):
    async with playing_service(tmp_path, 20.0, device=None) as service:
        health = service.health()
        assert not health.silent
        assert health.error is None
        assert "right" in health.device
        assert f"Sink: {sinks(on_the_rig)['right']}\n" in sink_inputs(on_the_rig)
    assert "Lockstep" not in sink_inputs(on_the_rig)


async def test_a_sound_server_that_dies_in_mid_song_leaves_a_silent_player_that_says_so(
    on_the_rig, tmp_path, monkeypatch
):
    async with playing_service(tmp_path, 60.0, device=None) as service:
        if service.health().silent:
            pytest.skip(service.health().error)
        buddy = Buddy()
        service.attach_runbuddy(buddy)
        service.play()
        said = buddy.told[-1]
        await heard(service, said.mono_ns + 300_000_000)
        os.kill(on_the_rig._daemon.pid, signal.SIGKILL)
        await until(lambda: any(isinstance(event, SoundChanged) and event.restarted for event in service.events), "up")
        health = service.health()
        assert health.silent
        assert health.error
        at_ns = time.perf_counter_ns() + 500_000_000
        found = await heard(service, at_ns)
        assert found.position_ms == pytest.approx((at_ns - said.mono_ns) / 1e6, abs=15), "it goes on in step"
        assert len(buddy.told) == 1


def test_a_sound_server_that_does_not_move_is_given_up_in_time(on_the_rig, monkeypatch):
    monkeypatch.setattr(
        output, "open_portaudio", lambda _: (_ for _ in ()).throw(output.OutputUnavailableError("no sound device"))
    )
    os.kill(on_the_rig._daemon.pid, signal.SIGSTOP)
    try:
        chosen = open_output("pulse")
    finally:
        os.kill(on_the_rig._daemon.pid, signal.SIGCONT)
    assert chosen.silent
    assert "sound server" in chosen.reason

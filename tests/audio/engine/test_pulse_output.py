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
from tests.audio.playing import Buddy, heard, playing_service
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


def pactl(rig, *command: str) -> None:
    subprocess.run(["pactl", *command], env=rig.environment(), check=True, capture_output=True)


def sink_input_numbers(rig) -> list[str]:
    """Return the numbers of the player's own streams; the rig's sinks have some, too."""
    streams = sink_inputs(rig).split("Sink Input #")[1:]
    return [stream.split("\n")[0] for stream in streams if "Lockstep" in stream]


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


async def some_reports(service) -> None:
    """Wait for the next few reports: what the audio process does by itself, it has done by then."""
    seen = []

    def enough() -> bool:
        if not seen or service._sound._report is not seen[-1]:
            seen.append(service._sound._report)
        return len(seen) > 5

    await until(enough, "reports have come")


def changes(service) -> list[SoundChanged]:
    return [event for event in service.events if isinstance(event, SoundChanged)]


async def assert_in_step(service, said) -> None:
    """Show that the music is where it would be had nothing happened."""
    found, at_ns = None, 0
    while found is None:
        at_ns = time.perf_counter_ns() + 500_000_000
        found = await heard(service, at_ns)
    assert found.position_ms == pytest.approx((at_ns - said.mono_ns) / 1e6, abs=15), "it goes on in step"


async def test_a_sound_server_that_dies_in_mid_song_leaves_a_silent_player_that_says_so_until_it_is_back(
    on_the_rig, tmp_path
):
    async with playing_service(tmp_path, 60.0, device=None) as service:
        if service.health().silent:
            pytest.skip(service.health().error)
        process = service.engine_pid
        buddy = Buddy()
        service.attach_runbuddy(buddy)
        service.play()
        said = buddy.told[-1]
        await heard(service, said.mono_ns + 300_000_000)
        on_the_rig.kill()
        await until(lambda: len(changes(service)) == 1, "it is silent")
        health = service.health()
        assert health.silent
        assert "server" in health.error
        await assert_in_step(service, said)
        on_the_rig.restart()
        await until(lambda: len(changes(service)) == 2, "it plays again")
        assert (service.health().device, service.health().error) == ("right", None)
        await assert_in_step(service, said)
        assert len(buddy.told) == 1
        assert service.engine_pid == process, "all in the same process"


async def test_without_a_wish_the_default_is_followed_while_it_plays(rig, tmp_path, monkeypatch):
    for name, value in rig.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PULSE_SINK", raising=False)
    pactl(rig, "set-default-sink", "left")
    async with playing_service(tmp_path, 60.0, device=None) as service:
        assert service.health().device == "left"
        buddy = Buddy()
        service.attach_runbuddy(buddy)
        service.play()
        said = buddy.told[-1]
        await heard(service, said.mono_ns + 300_000_000)
        pactl(rig, "set-default-sink", "right")
        await until(lambda: len(changes(service)) == 1, "it plays elsewhere")
        assert (service.health().device, service.health().error) == ("right", None)
        await assert_in_step(service, said)
        assert len(buddy.told) == 1, "nobody but the listener has to know"


async def test_a_wanted_device_that_is_missing_is_replaced_by_the_default_and_taken_when_it_appears(
    rig, tmp_path, monkeypatch
):
    for name, value in rig.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PULSE_SINK", raising=False)
    pactl(rig, "set-default-sink", "left")
    async with playing_service(tmp_path, 60.0, device="HEADSET") as service:
        assert service.health().device == "left"
        assert not service.health().silent
        assert "HEADSET" in service.health().error
        buddy = Buddy()
        service.attach_runbuddy(buddy)
        service.play()
        said = buddy.told[-1]
        await heard(service, said.mono_ns + 300_000_000)
        pactl(rig, "load-module", "module-null-sink", "sink_name=annas_headset_1")
        await until(lambda: len(changes(service)) == 1, "it plays there")
        assert (service.health().device, service.health().error) == ("annas_headset_1", None)
        await assert_in_step(service, said)


async def test_a_stream_that_a_person_moves_in_the_mixer_stays_there(on_the_rig, tmp_path):
    async with playing_service(tmp_path, 60.0, device=None) as service:
        assert service.health().device == "right"
        (stream,) = sink_input_numbers(on_the_rig)
        pactl(on_the_rig, "move-sink-input", stream, "left")
        await until(lambda: len(changes(service)) == 1, "it is told")
        assert (service.health().device, service.health().error) == ("left", None)
        pactl(on_the_rig, "load-module", "module-null-sink", "sink_name=another")
        await some_reports(service)
        assert service.health().device == "left"
        assert len(changes(service)) == 1


async def test_a_device_that_the_server_suspends_is_silence_until_it_is_back(on_the_rig, tmp_path):
    async with playing_service(tmp_path, 60.0, device=None) as service:
        buddy = Buddy()
        service.attach_runbuddy(buddy)
        service.play()
        said = buddy.told[-1]
        await heard(service, said.mono_ns + 300_000_000)
        pactl(on_the_rig, "suspend-sink", "right", "1")
        await until(lambda: changes(service), "it is told")
        assert service.health().silent
        assert "suspended" in service.health().error
        await assert_in_step(service, said)
        pactl(on_the_rig, "suspend-sink", "right", "0")
        await until(lambda: len(changes(service)) == 2, "it plays again")
        assert (service.health().device, service.health().silent) == ("right", False)
        await assert_in_step(service, said)


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

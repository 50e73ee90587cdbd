"""Two `lockstep click` heard side by side: one click, and the output delay in numbers."""

import asyncio
import contextlib
from pathlib import Path

import numpy as np
import pytest

from audio.device_profiles import DeviceProfiles
from audio.measure.capture import Recording
from audio.measure.offset import ChannelPair
from audio.measure.rig import SINKS, PulseRig
from tests.audio.waiting import until
from tests.patience import WAIT_S
from tests.ui.cli.pseudo_terminal import PseudoTerminal
from ui.demo.player_process import Line, LockstepProcess

pytestmark = [pytest.mark.acoustic, pytest.mark.timeout(180)]

CLICKS = 6
#: The DAC clock of a stream just opened is true after a few seconds.
SETTLING_CLICKS = 5
#: A null sink renders a block ahead of what it calls heard (measured: 20 ms), and a busy recorder is late.
EARLY_MS, LATE_MS = 40.0, 25.0


async def clicks_heard(rig: PulseRig, folder: Path, *delays: str) -> tuple[Recording, list[list[Line]]]:
    """Return what was captured, and what the two players said of their last clicks."""
    async with contextlib.AsyncExitStack() as stack:
        click = ["click", "--ntp", await a_server(stack, folder), "--audio", "pulse", "--json"]
        capture = stack.enter_context(rig.capture(folder / "clicks.raw"))
        players = []
        for sink, delay in zip(SINKS, delays, strict=True):
            players.append(player := LockstepProcess(sink, folder / f"{sink}.log"))
            stack.push_async_callback(player.stop)
            arguments = [*click, "--delay", delay, "--data-dir", str(folder / sink)]
            await player.start(arguments, rig.environment(sink))
        begun = max([(await player.line(is_click, WAIT_S))["second"] for player in players])
        wanted = begun + SETTLING_CLICKS + CLICKS
        for player in players:
            await player.line(lambda line: is_click(line) and line["second"] > wanted, WAIT_S)
        await asyncio.sleep(0.5)
        capture.stop()
        seconds = range(wanted - CLICKS, wanted)
        said = [[line for line in player.lines if is_click(line) and line["second"] in seconds] for player in players]
        return capture.recording(), said


async def a_server(stack: contextlib.AsyncExitStack, folder: Path) -> str:
    """Start a server that tells the time and return its NTP address."""
    server = LockstepProcess("server", folder / "server.log")
    stack.push_async_callback(server.stop)
    serve = ["serve", "--port", "0", "--ntp-port", "0", "--accounts", "local", "--json"]
    await server.start([*serve, "--data-dir", str(folder / "server")])
    serving = await server.line(lambda line: line["type"] == "serving", WAIT_S)
    return f"127.0.0.1:{serving['ntpPort']}"


def is_click(line: Line) -> bool:
    return line["type"] == "click"


def offsets_ms(recording: Recording, clicks: list[Line]) -> list[float]:
    """Return by how much the second player's clicks come later than the first one's."""
    pair = ChannelPair(*(recording.channel(sink) for sink in SINKS), recording.rate_hz)
    found = [pair.offset_at(recording.clock.frame_at(click["monoNs"]) - 4410, 200.0, 50.0) for click in clicks]
    assert len([offset for offset in found if offset.offset_ms is not None]) >= CLICKS - 1, found
    return [offset.offset_ms for offset in found if offset.offset_ms is not None]


def clocks_apart_ms(left: list[Line], right: list[Line]) -> float:
    """Return by how much the second player's clock says each second later; a busy machine's NTP samples scatter."""
    offset_ms = [float(np.median([click["clockOffsetMs"] for click in clicks])) for clicks in (left, right)]
    return offset_ms[1] - offset_ms[0]


def onset_ms(recording: Recording, sink: str, click: Line) -> float:
    """Return how long after its second a click is captured, or before (negative)."""
    frame = recording.clock.frame_at(click["monoNs"])
    sound = np.abs(recording.channel(sink, frame - 4410, frame + 4410))
    loud = np.flatnonzero(sound > 0.1)
    assert loud.size, f"no click at {click['second']}"
    return float(loud[0] - 4410) * 1000 / recording.rate_hz


async def test_two_laptops_are_one_click_at_every_second_of_ntp_time(rig: PulseRig, tmp_path: Path) -> None:
    recording, (left, right) = await clicks_heard(rig, tmp_path, "0", "0")
    assert np.median(offsets_ms(recording, left)) == pytest.approx(clocks_apart_ms(left, right), abs=0.5)
    for sink, clicks in zip(SINKS, (left, right), strict=True):
        assert {click["device"] for click in clicks} == {sink}
        late = [onset_ms(recording, sink, click) for click in clicks]
        assert -EARLY_MS < np.median(late) < LATE_MS, late


async def test_more_output_delay_makes_a_laptop_click_earlier_by_as_much(rig: PulseRig, tmp_path: Path) -> None:
    recording, (left, right) = await clicks_heard(rig, tmp_path, "0", "20")
    assert np.median(offsets_ms(recording, left)) == pytest.approx(clocks_apart_ms(left, right) - 20.0, abs=0.5)
    assert {click["outputDelayMs"] for click in right} == {20.0}
    kept = DeviceProfiles(tmp_path / "right").read()["right"]
    assert kept.output_delay_ms == 20.0


async def test_a_delay_for_a_device_that_is_not_there_is_set_for_no_other(rig: PulseRig, tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as stack:
        server = await a_server(stack, tmp_path)
        click = LockstepProcess("click", tmp_path / "click.log")
        stack.push_async_callback(click.stop)
        arguments = ["click", "--ntp", server, "--audio", "headset", "--delay", "180", "--json"]
        await click.start([*arguments, "--data-dir", str(tmp_path / "left")], rig.environment("left"))
        assert await click.wait(WAIT_S) == 11
        assert "the output delay was not set: there is no sound device “headset”" in click.last_words()
        assert kept(tmp_path / "left") is None


async def test_keys_trim_the_delay_and_it_is_kept_at_once(rig: PulseRig, tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as stack:
        arguments = ("click", "--ntp", await a_server(stack, tmp_path), "--data-dir", str(tmp_path / "left"))
        terminal = stack.enter_context(PseudoTerminal(*arguments, environment=rig.environment("left")))
        for keys, shown in (
            ("", "0 ms"),
            ("+", "+1 ms"),
            ("\x1b[1;2A\x1b[A", "+12 ms"),
            ("<-", "+1 ms"),
            ("0", "0 ms"),
        ):
            if keys:
                terminal.press(keys)
            await asyncio.to_thread(terminal.wait_for, f"\x1b[1m{shown}")
            if keys:
                wanted = float(shown.removesuffix(" ms"))
                await until(lambda wanted=wanted: kept(tmp_path / "left") == wanted, f"{wanted} ms are kept")
        terminal.press("q")
        assert await asyncio.to_thread(terminal.end) == 0
        assert terminal.modes() == terminal.before


def kept(folder: Path) -> float | None:
    profile = DeviceProfiles(folder).read().get("left")
    return None if profile is None else profile.output_delay_ms

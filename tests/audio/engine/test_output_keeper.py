"""What becomes of the output when devices and servers come and go, tick by tick."""

import numpy as np
import pytest

from audio.engine.output_keeper import OPEN_LIMIT_S, SERVER_GRACE_S, STANDSTILL_S, TICK_S, OutputKeeper
from audio.engine.silent_output import SILENT_DEVICE


class Place:
    """An output that plays when it is asked to."""

    silent = False
    rate = 44_100
    latency_ms = 100.0
    underruns = 0
    ppm = 0.0

    def __init__(self, device: str, *, by_server: bool = True, fallback: bool = False) -> None:
        self.device = self.label = device
        self.by_server, self.fallback = by_server, fallback
        self.reason: str | None = None
        self.generation = 0
        self.failed = self.outdated = self.closed = False
        self.runs = True
        self.render = None

    def start(self, render) -> None:
        self.render = render

    def close(self) -> None:
        self.closed = True

    def block(self) -> np.ndarray:
        """Ask for one block, as the device does."""
        block = np.full((16, 2), 7, dtype=np.int16)
        self.render(block, 0)
        return block


class Silence(Place):
    silent = True

    def __init__(self, reason: str) -> None:
        super().__init__(SILENT_DEVICE, by_server=False, fallback=True)
        self.reason = reason


class World:
    """What there is to play to, and what the keeper made of it."""

    def __init__(self) -> None:
        self.server: list[str] = ["speakers"]
        self.portaudio: list[str] = []
        self.now_s = 1000.0
        self.opened: list[tuple[float, bool, bool]] = []
        self.shown: list[Place] = []
        self.keeper = OutputKeeper(self._open, self.shown.append, self._render)
        self.run(TICK_S)

    def _open(self, *, portaudio: bool = True, again: bool = False) -> Place:
        self.opened.append((self.now_s, portaudio, again))
        if self.server:
            return Place(self.server[0])
        if portaudio and self.portaudio:
            return Place(self.portaudio[0], by_server=False, fallback=True)
        return Silence("nothing there")

    def _render(self, block: np.ndarray, _dac_ns: int) -> None:
        block[:] = 1

    @property
    def output(self) -> Place:
        return self.keeper.output

    def run(self, seconds: float, *, slept: bool = False) -> None:
        """Let time pass in which everything that runs is asked for blocks."""
        for _ in range(round(seconds / TICK_S)):
            output = self.output
            if output is None or output.silent:
                # Its own clock, which is not this test's.
                self.keeper._blocks += 1
            elif output.runs and not output.failed:
                output.block()
            self.keeper.step(self.now_s, slept=slept)
            slept = False
            self.now_s += TICK_S

    def devices_shown(self) -> list[str]:
        return [output.device for output in self.shown]


@pytest.fixture
def world(monkeypatch):
    monkeypatch.setattr("audio.engine.output_keeper.SilentOutput", Silence)
    return World()


def test_what_plays_is_left_alone(world):
    world.run(60)
    assert world.devices_shown() == ["speakers"]
    assert len(world.opened) == 1
    assert world.output.block()[0, 0] == 1


def test_a_lost_device_is_replaced_at_once(world):
    world.run(10)
    lost = world.output
    world.server = ["headphones"]
    lost.failed = True
    world.run(TICK_S)
    assert world.devices_shown() == ["speakers", "headphones"]
    assert lost.closed


def test_with_nothing_left_it_is_silent_until_the_server_is_back(world):
    world.run(10)
    world.server = []
    world.output.failed = True
    world.run(30)
    assert world.devices_shown() == ["speakers", SILENT_DEVICE], "told once"
    assert len(world.opened) <= 35, "it asks about once a second"
    world.server = ["speakers"]
    world.run(1.1)
    assert world.devices_shown() == ["speakers", SILENT_DEVICE, "speakers"]


def test_portaudio_waits_a_moment_for_a_server_that_may_come_back(world):
    world.run(10)
    world.server, world.portaudio = [], ["card"]
    world.output.failed = True
    world.run(SERVER_GRACE_S - 0.1)
    assert world.output.silent
    world.run(1.2)
    assert world.output.device == "card"
    assert [call[1:] for call in world.opened].count((True, True)) == 1, "devices are looked for anew"
    world.run(5)
    assert all(not portaudio for _, portaudio, _ in world.opened[-4:]), "nobody ends a stream to look for another"
    world.server = ["speakers"]
    card = world.output
    world.run(1.1)
    assert world.output.device == "speakers"
    assert card.closed


def test_a_device_of_portaudio_that_is_lost_is_looked_for_at_once(world):
    world.run(10)
    world.server, world.portaudio = [], ["card"]
    world.output.failed = True
    world.run(10)
    world.portaudio = ["other card"]
    world.output.failed = True
    world.run(TICK_S)
    assert world.output.device == "other card"


def test_a_better_device_is_moved_to(world):
    world.run(10)
    former = world.output
    former.outdated = True
    world.server = ["headphones"]
    world.run(TICK_S)
    assert world.devices_shown() == ["speakers", "headphones"]
    assert former.closed


def test_where_the_server_moves_the_stream_nothing_is_heard_until_the_app_was_told(world):
    world.run(10)
    output = world.output
    output.generation += 1
    assert output.block()[0, 0] == 0
    world.run(TICK_S)
    assert world.shown == [output, output]
    assert output.block()[0, 0] == 1
    assert not output.closed


def test_after_a_sleep_everything_is_opened_anew(world):
    world.run(10)
    world.run(TICK_S, slept=True)
    assert len(world.shown) == 2


def test_an_output_that_stands_still_is_replaced(world):
    world.run(10)
    world.output.runs = False
    world.run(STANDSTILL_S - 0.1)
    assert len(world.opened) == 1
    world.run(0.2)
    assert len(world.opened) == 2


def test_a_process_that_itself_stood_still_blames_nobody(world):
    world.run(10)
    world.output.runs = False
    world.now_s += 60
    world.run(1)
    assert len(world.opened) == 1


def test_a_device_that_keeps_failing_is_tried_less_and_less(world):
    world.run(10)
    for _ in range(round(600 / TICK_S)):
        world.output.failed = not world.output.silent
        world.run(TICK_S)
    waits = np.diff([at_s for at_s, _, _ in world.opened[1:]])
    assert waits[0] < 2
    assert waits[-1] >= 30
    assert len(world.opened) < 40


def test_an_opening_that_hangs_is_noticed(world):
    seen = []

    def hang(*, portaudio: bool = True, again: bool = False) -> Place:
        seen.append((keeper.hangs(world.now_s + OPEN_LIMIT_S - 1), keeper.hangs(world.now_s + OPEN_LIMIT_S + 1)))
        return Place("slow")

    keeper = OutputKeeper(hang, lambda _: None, lambda *_: None)
    keeper.step(world.now_s)
    assert seen == [(False, True)]
    assert not keeper.hangs(world.now_s + 100)

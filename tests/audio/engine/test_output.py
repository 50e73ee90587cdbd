"""Which output is chosen, and the clock that plays silence."""

import sys
import threading
import time

import numpy as np
import pytest

from audio.engine import output, silent_output
from audio.engine.output import open_output
from audio.engine.output_api import OutputUnavailableError
from audio.engine.silent_output import SilentOutput


def test_silence_that_is_asked_for_needs_no_reason():
    chosen = open_output("none")
    assert (chosen.silent, chosen.reason, chosen.device) == (True, None, "none")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="PulseAudio is Linux's")
def test_a_sound_server_that_does_not_answer_is_silence_with_a_reason(monkeypatch, tmp_path):
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path / 'nobody'}")
    chosen = open_output("pulse")
    assert chosen.silent
    assert "no PulseAudio or PipeWire server answers" in chosen.reason


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="PulseAudio is Linux's")
def test_without_any_sound_the_reason_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path / 'nobody'}")
    asked = []

    def open_portaudio(wanted, prior_ppm, *, again):
        asked.append((wanted, again))
        raise OutputUnavailableError("no sound device")

    monkeypatch.setattr(output, "open_portaudio", open_portaudio)
    chosen = open_output("Stadium PA")
    assert (chosen.silent, chosen.reason, chosen.fallback) == (True, "no sound device", True)
    assert asked == [("Stadium PA", False)]
    assert "server" in open_output(None, portaudio=False).reason
    assert len(asked) == 1, "PortAudio is left alone when it is not its turn"


class Collector:
    """Take blocks until there are enough."""

    def __init__(self, wanted: int) -> None:
        self.times: list[int] = []
        self.sizes: set[int] = set()
        self._wanted = wanted
        self._enough = threading.Event()

    def __call__(self, block: np.ndarray, dac_ns: int) -> None:
        self.times.append(dac_ns)
        self.sizes.add(len(block))
        if len(self.times) >= self._wanted:
            self._enough.set()

    def wait(self) -> None:
        assert self._enough.wait(20)


def test_the_silent_clock_is_exact():
    collector = Collector(8)
    silent = SilentOutput(None)
    silent.start(collector)
    collector.wait()
    silent.close()
    (frames,) = collector.sizes
    steps = np.diff(collector.times)
    assert np.abs(steps - frames / silent.rate * 1e9).max() <= 1 or silent.underruns


def test_after_a_sleep_the_silent_clock_goes_on_from_now(monkeypatch):
    asleep_ns = 0
    real = time.perf_counter_ns

    class Time:
        @staticmethod
        def perf_counter_ns() -> int:
            return real() + asleep_ns

    monkeypatch.setattr(silent_output, "time", Time)
    collector = Collector(4)
    silent = SilentOutput(None)
    silent.start(collector)
    collector.wait()
    asleep_ns = 3_600_000_000_000
    before = len(collector.times)
    late = Collector(before + 6)
    late.times = collector.times
    collector._wanted = before + 6
    collector._enough.clear()
    collector.wait()
    silent.close()
    assert silent.underruns >= 1
    assert np.diff(collector.times).max() > 3_500e9
    assert (np.diff(collector.times) > 0).all()

"""A clock without sound, for machines that have no output, and for those who want none (thin shell)."""

import threading
import time
from typing import Final

import numpy as np

from audio.decode.pcm import CHANNELS
from audio.engine.output_api import BLOCK_FRAMES, PREFERRED_RATE, RenderBlock

_LATENCY_S: Final = 0.1


class SilentOutput:
    """A clock without sound: asks for blocks at the pace of the machine's own clock."""

    silent = True

    def __init__(self, reason: str | None) -> None:
        self.reason = reason
        self.device = "none"
        self.rate = PREFERRED_RATE
        self.latency_ms = _LATENCY_S * 1000
        self.underruns = 0
        self.ppm = 0.0
        self.failed = False
        self._closed = threading.Event()

    def start(self, render: RenderBlock) -> None:
        """Begin to ask for blocks."""
        threading.Thread(target=self._run, args=(render,), name="silent-output", daemon=True).start()

    def close(self) -> None:
        """Stop."""
        self._closed.set()

    def _run(self, render: RenderBlock) -> None:
        block = np.zeros((BLOCK_FRAMES, CHANNELS), dtype=np.int16)
        latency_ns = round(_LATENCY_S * 1e9)
        start_ns = time.perf_counter_ns() + latency_ns
        frames = 0
        while not self._closed.is_set():
            dac_ns = start_ns + frames * 1_000_000_000 // self.rate
            wait_ns = dac_ns - latency_ns - time.perf_counter_ns()
            if wait_ns > 0:
                self._closed.wait(wait_ns / 1e9)
            elif wait_ns < -latency_ns:
                # The machine slept or stood still: what should have been heard meanwhile is lost, as on a real device.
                self.underruns += 1
                start_ns -= wait_ns
                dac_ns -= wait_ns
            render(block, dac_ns)
            frames += BLOCK_FRAMES

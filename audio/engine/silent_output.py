"""A clock without sound, for machines that have no output, and for those who want none (thin shell)."""

import threading
import time
from typing import Final

import numpy as np

from audio.decode.pcm_file import CHANNELS
from audio.engine.output_api import BLOCK_FRAMES, PREFERRED_RATE, RenderBlock

_LATENCY_S: Final = 0.1
SILENT_DEVICE: Final = "none"


class SilentOutput:
    """A clock without sound: asks for blocks at the pace of the machine's own clock."""

    silent = True
    device = SILENT_DEVICE
    label = "silence"
    rate = PREFERRED_RATE
    latency_ms = _LATENCY_S * 1000
    ppm = 0.0
    generation = 0
    failed = False
    outdated = False
    by_server = False

    def __init__(self, reason: str | None) -> None:
        """Take the reason why there is no sound; None: nobody wants any."""
        self.reason = reason
        self.fallback = reason is not None
        self.underruns = 0
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, render: RenderBlock) -> None:
        """Begin to ask for blocks."""
        self._thread = threading.Thread(target=self._run, args=(render,), name="silent-output", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join()

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

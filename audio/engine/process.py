"""The audio process: `python -m audio.engine.process DEVICE` (thin shell around the renderer)."""

import contextlib
import gc
import os
import sys
import threading
import time
from collections import deque
from typing import Any, Final

from audio.decode.pcm import Pcm, open_pcm
from audio.engine.messages import Load, Report, Started, from_message, to_message
from audio.engine.output import open_output
from audio.engine.output_api import Output
from audio.engine.renderer import Renderer
from audio.parent_pipe import ParentPipe

_TICK_S: Final = 0.01
_REPORT_INTERVAL_S: Final = 0.2
#: Exit code by which the supervisor knows that the device is gone rather than the program broken.
EXIT_OUTPUT_LOST: Final = 3


class AudioProcess:
    """Commands in, blocks out, status back: three threads that share two queues."""

    def __init__(self, pipe: ParentPipe, device: str | None) -> None:
        self._pipe = pipe
        self._output: Output = open_output(device)
        self._renderer = Renderer(self._output.rate)
        self._commands: deque[Any] = deque()
        self._parent_gone = threading.Event()

    def run(self) -> int:
        """Work until the parent goes away (0) or the output stops by itself (EXIT_OUTPUT_LOST)."""
        output = self._output
        output.start(self._render)
        self._pipe.send(
            to_message(Started(output.rate, output.latency_ms, output.device, output.silent, output.reason))
        )
        threading.Thread(target=self._read_commands, name="commands", daemon=True).start()
        gc.freeze()
        next_report_s = 0.0
        while not self._parent_gone.wait(_TICK_S):
            if output.failed:
                return EXIT_OUTPUT_LOST
            events = self._renderer.events
            while events:
                self._pipe.send(to_message(events.popleft()))
            if time.monotonic() >= next_report_s:
                next_report_s = time.monotonic() + _REPORT_INTERVAL_S
                self._pipe.send(to_message(self._report()))
        output.close()
        return 0

    def _read_commands(self) -> None:
        for message in self._pipe.messages():
            command = from_message(message)
            if isinstance(command, Load):
                # Opening a file is not for the callback.
                command = (command.slot, open_pcm(command.pcm))
            self._commands.append(command)
        self._parent_gone.set()

    def _render(self, block: Pcm, dac_ns: int) -> None:
        while self._commands:
            match self._commands.popleft():
                case (slot, pcm):
                    self._renderer.music.load(slot, pcm)
                case command:
                    self._renderer.command(command)
        self._renderer.render(block, dac_ns)

    def _report(self) -> Report:
        return Report(
            correction=str(self._renderer.correction),
            error_ms=self._renderer.error_ms,
            underruns=self._output.underruns,
            jumps=self._renderer.jumps,
            latency_ms=self._output.latency_ms,
            ppm=self._output.ppm,
        )


def main() -> None:
    """Run the audio process; an empty DEVICE means the best there is."""
    pipe = ParentPipe()
    if hasattr(os, "nice"):
        # Not allowed without privileges; measured to be enough without.
        with contextlib.suppress(OSError):
            os.nice(-10)
    sys.exit(AudioProcess(pipe, sys.argv[1] or None).run())


if __name__ == "__main__":
    main()

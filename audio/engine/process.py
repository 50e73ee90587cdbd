"""The audio process: `python -m audio.engine.process DEVICE` (thin shell around the renderer)."""

import contextlib
import gc
import logging
import os
import sys
import threading
import time
from collections import deque
from functools import partial
from typing import Any, Final

from audio.decode.pcm import Pcm
from audio.engine.messages import (
    Follow,
    Free,
    Hold,
    Load,
    Report,
    Segment,
    SetOrder,
    SetProfile,
    Started,
    from_message,
    to_message,
)
from audio.engine.output import open_output
from audio.engine.output_api import Output
from audio.engine.output_keeper import OutputKeeper
from audio.engine.pcm_map import PcmMaps
from audio.engine.profiles import ProfileTable
from audio.engine.renderer import Renderer
from audio.parent_pipe import ParentPipe

_log = logging.getLogger(__name__)

_TICK_S: Final = 0.01
_REPORT_INTERVAL_S: Final = 0.2
_LET_GO_INTERVAL_S: Final = 1.0
#: Exit code when nobody looks after the output any more: opening a device hangs.
EXIT_OUTPUT_LOST: Final = 3


class AudioProcess:
    """Commands in, blocks out, status back: threads that share the renderer of the output in use."""

    def __init__(self, pipe: ParentPipe, device: str | None) -> None:
        self._pipe = pipe
        self._profiles = ProfileTable()
        self._keeper = OutputKeeper(partial(open_output, device, self._profiles.ppm), self._show, self._render)
        self._commands: deque[Any] = deque()
        self._maps = PcmMaps()
        self._showing = threading.Lock()
        self._renderer: Renderer | None = None
        self._delay_ns = 0
        self._underruns = 0
        self._ended = threading.Event()

    def run(self) -> int:
        """Work until the parent goes away (0), or until a device can't be opened or left (EXIT_OUTPUT_LOST)."""
        # What is known of the devices comes before one of them is opened.
        threading.Thread(target=self._read_commands, name="commands", daemon=True).start()
        keeper = threading.Thread(target=self._keeper.run, args=(self._ended,), name="output", daemon=True)
        keeper.start()
        next_report_s = next_letting_go_s = 0.0
        while not self._ended.wait(_TICK_S):
            now_s = time.monotonic()
            if self._keeper.hangs(now_s) or not keeper.is_alive():
                return EXIT_OUTPUT_LOST
            self._send_events()
            if now_s >= next_report_s:
                next_report_s = now_s + _REPORT_INTERVAL_S
                self._send_report()
            if now_s >= next_letting_go_s:
                next_letting_go_s = now_s + _LET_GO_INTERVAL_S
                self._maps.let_go()
        keeper.join()
        return 0

    def _read_commands(self) -> None:
        for message in self._pipe.messages():
            command = from_message(message)
            if isinstance(command, SetProfile):
                self._profiles.keep(command.profile)
                self._set_delay()
                continue
            match command:
                # Opening and reading files is not for the callback.
                case Load(slot, pcm, source):
                    try:
                        command = (slot, self._maps.load(slot, pcm), pcm.complete)
                    except (OSError, ValueError) as error:
                        _log.error("the decoded music of %s can't be read: %s", source, error)
                        continue
                case SetOrder(slots):
                    self._maps.keep(slots)
            self._commands.append(command)
            match command:
                # A command has an instant to meet; what it needs from the disk is read on its way there.
                case Free(slot, position_ms) | Hold(slot, position_ms):
                    self._maps.go(slot, position_ms)
                case Follow(slot, timeline, jump) if jump:
                    self._maps.go(slot, timeline.position_ms)
        self._ended.set()

    def _show(self, output: Output) -> None:
        """Begin with a new renderer: the app sends music, clock and program again whenever it hears `Started`."""
        with self._showing:
            self._renderer = Renderer(output.rate)
            self._set_delay()
            started = Started(
                rate=output.rate,
                latency_ms=self._latency_ms(output),
                device=output.device,
                label=output.label,
                silent=output.silent,
                reason=output.reason,
            )
            self._pipe.send(to_message(started))
        gc.freeze()

    def _set_delay(self) -> None:
        output = self._keeper.output
        self._delay_ns = 0 if output is None else self._profiles.delay_ns(output.device)

    def _latency_ms(self, output: Output) -> float:
        return max(0.0, output.latency_ms + self._profiles.delay_ms(output.device))

    def _render(self, block: Pcm, dac_ns: int) -> None:
        renderer = self._renderer
        assert renderer is not None
        while self._commands:
            match self._commands.popleft():
                case (slot, pcm, complete):
                    renderer.music.load(slot, pcm, complete=complete)
                case command:
                    renderer.command(command)
        output = self._keeper.output
        if output is not None and output.underruns > self._underruns:
            renderer.interrupted()
        self._underruns = 0 if output is None else output.underruns
        renderer.render(block, dac_ns + self._delay_ns)

    def _send_events(self) -> None:
        with self._showing:
            renderer = self._renderer
            while renderer is not None and renderer.events:
                event = renderer.events.popleft()
                self._pipe.send(to_message(event))
                if isinstance(event, Segment):
                    self._maps.go(event.slot, event.position_ms)

    def _send_report(self) -> None:
        with self._showing:
            output, renderer = self._keeper.output, self._renderer
            if output is None or renderer is None:
                return
            report = Report(
                correction=str(renderer.correction),
                error_ms=renderer.error_ms,
                underruns=output.underruns,
                jumps=renderer.jumps,
                latency_ms=self._latency_ms(output),
                ppm=output.ppm,
                rates=renderer.rate_record,
            )
            self._pipe.send(to_message(report))


def main() -> None:
    """Run the audio process; an empty DEVICE means the default."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s audio: %(message)s")
    pipe = ParentPipe()
    if hasattr(os, "nice"):
        # Not allowed without privileges; measured to be enough without.
        with contextlib.suppress(OSError):
            os.nice(-10)
    code = AudioProcess(pipe, sys.argv[1] or None).run()
    if code:
        # A thread that hangs in a library would hold up every other way out.
        os._exit(code)


if __name__ == "__main__":
    main()

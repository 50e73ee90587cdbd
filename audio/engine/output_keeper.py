"""Keep an output open: another one when it is lost, or when a better one appears, and silence meanwhile."""

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

from audio.engine.output_api import Output
from audio.engine.silent_output import SilentOutput
from audio.engine.wake import SleepWatch, sleepless_clock

if TYPE_CHECKING:
    from audio.decode.pcm import Pcm

_log = logging.getLogger(__name__)

TICK_S: Final = 0.02
#: A sound server is asked for this often, PortAudio (which looks at every device anew) less.
SERVER_RETRY_S: Final = 1.0
PORTAUDIO_RETRY_S: Final = 5.0
#: A sound server that went away is mostly back at once, and PortAudio would hold the card that it needs.
SERVER_GRACE_S: Final = 3.0
#: An output that asks for nothing for so long, though this thread runs, stands still.
STANDSTILL_S: Final = 3.0
#: An output that lives for less than this is opened again at once, but only the first time; then the wait doubles.
_STEADY_S: Final = 5.0
_FIRST_WAIT_S: Final = 1.0
_LONGEST_WAIT_S: Final = 30.0
#: What takes longer to open hangs.
OPEN_LIMIT_S: Final = 10.0


class OpenOutput(Protocol):
    """Open the best output there is now; silence at worst."""

    def __call__(self, *, portaudio: bool = True, again: bool = False) -> Output:
        """See `audio.engine.output.open_output`."""


class OutputKeeper:
    """Decide, once a tick, whether to go on with the output; `run` is the thread that does so.

    `show` is called with every output before it asks for the first block, and with one that began anew by itself: what
    was rendered before no longer counts. `render` is asked for blocks, never for two at a time.
    """

    def __init__(
        self, open_output: OpenOutput, show: Callable[[Output], None], render: Callable[["Pcm", int], None]
    ) -> None:
        self._open_output = open_output
        self._show = show
        self._render_block = render
        self._output: Output | None = None
        self._generation = 0
        self._blocks, self._blocks_seen, self._idle_s = 0, 0, 0.0
        self._since_s = 0.0
        self._quick_losses = 0
        self._not_before_s = 0.0
        self._next_server_s = 0.0
        self._next_portaudio_s = 0.0
        self._opening_since_s: float | None = None
        self._told: str | None = None

    @property
    def output(self) -> Output | None:
        """Return what plays; None before the first output is open."""
        return self._output

    def hangs(self, now_s: float) -> bool:
        """Return whether opening an output takes so long that only another process helps."""
        since_s = self._opening_since_s
        return since_s is not None and now_s - since_s > OPEN_LIMIT_S

    def run(self, closed: threading.Event) -> None:
        """Keep the output until `closed`, then close it."""
        sleep, sleepless = SleepWatch(), sleepless_clock() or time.perf_counter_ns
        while not closed.wait(TICK_S):
            self.step(time.monotonic(), slept=sleep.slept(time.perf_counter_ns(), sleepless()))
        if self._output is not None:
            self._output.close()

    def step(self, now_s: float, *, slept: bool = False) -> None:
        """Do what is to be done at `now_s`, on the monotonic clock."""
        output = self._output
        if output is None:
            self._begin(self._open(now_s), now_s)
            return
        self._count(output)
        if output.failed or self._idle_s >= STANDSTILL_S:
            self._lost(output, now_s)
        elif output.generation != self._generation:
            generation = output.generation
            self._announce(output)
            self._generation = generation
        elif slept or output.outdated:
            self._replace(output, now_s)
        elif output.fallback:
            self._look_for_better(output, now_s)

    def _count(self, output: Output) -> None:
        """Measure a standstill in ticks of this thread: a process that itself stood still has nobody to blame."""
        blocks = self._blocks
        self._idle_s = 0.0 if blocks != self._blocks_seen or output.failed else self._idle_s + TICK_S
        self._blocks_seen = blocks

    def _render(self, block: "Pcm", dac_ns: int) -> None:
        self._blocks += 1
        output = self._output
        if output is None or output.generation != self._generation:
            # It plays elsewhere, and nobody has been told yet: what is rendered now would be out of place.
            block[:] = 0
            return
        self._render_block(block, dac_ns)

    def _open(self, now_s: float, *, portaudio: bool = True, again: bool = False) -> Output:
        self._opening_since_s = now_s
        try:
            return self._open_output(portaudio=portaudio, again=again)
        finally:
            self._opening_since_s = None

    def _begin(self, output: Output, now_s: float) -> None:
        self._output, self._generation = output, output.generation
        self._since_s, self._idle_s = now_s, 0.0
        self._next_server_s, self._next_portaudio_s = now_s + SERVER_RETRY_S, now_s + PORTAUDIO_RETRY_S
        self._announce(output)
        output.start(self._render)

    def _announce(self, output: Output) -> None:
        told = f"playing to {output.label}" + ("" if output.reason is None else f": {output.reason}")
        if told != self._told:
            self._told = told
            _log.warning("%s", told)
        self._show(output)

    def _lost(self, output: Output, now_s: float) -> None:
        reason = output.reason if output.failed else f"{output.label} stands still"
        output.close()
        if now_s - self._since_s >= _STEADY_S:
            self._quick_losses = 0
        wait_s = min(_FIRST_WAIT_S * 2 ** (self._quick_losses - 1), _LONGEST_WAIT_S) if self._quick_losses else 0.0
        self._quick_losses += 1
        self._not_before_s = now_s + wait_s
        if wait_s:
            self._begin(SilentOutput(reason), now_s)
            return
        # The card that a lost server needs is left alone for a while; where PortAudio played it looks at once.
        self._begin(self._open(now_s, portaudio=not output.by_server, again=not output.by_server), now_s)
        self._next_portaudio_s = now_s + SERVER_GRACE_S

    def _replace(self, output: Output, now_s: float) -> None:
        output.close()
        self._begin(self._open(now_s, again=True), now_s)

    def _look_for_better(self, output: Output, now_s: float) -> None:
        if now_s < max(self._next_server_s, self._not_before_s):
            return
        self._next_server_s = now_s + SERVER_RETRY_S
        portaudio = output.silent and now_s >= self._next_portaudio_s
        if portaudio:
            self._next_portaudio_s = now_s + PORTAUDIO_RETRY_S
        found = self._open(now_s, portaudio=portaudio, again=portaudio)
        if found.silent and found.fallback:
            found.close()
            return
        output.close()
        self._begin(found, now_s)

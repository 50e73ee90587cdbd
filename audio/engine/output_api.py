"""What an output is: it asks for blocks, each with the time at which its first frame is at the DAC."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from audio.decode.pcm import Pcm

PREFERRED_RATE: Final = 44_100
BLOCK_FRAMES: Final = 1024

RenderBlock = Callable[["Pcm", int], None]
"""Called with (block to fill, DAC time in ns of its first frame)."""

PriorPpm = Callable[[str], float]
"""Called with a device's name; what is known of its DAC's rate error in ppm, 0 for nothing."""


def no_prior(_device: str) -> float:
    """Know nothing of any device."""
    return 0.0


class OutputUnavailableError(Exception):
    """This output can't be had; the text says why and what to do."""


class Output(Protocol):
    """An open output: `device` is its stable name, `label` the one for people; `reason` says what is not as wanted.

    `generation` counts the times that it went on playing elsewhere, or after a gap: nothing rendered before counts.
    `outdated`: opened again it would be better. `fallback`: it does not notice by itself when it could be better.
    `by_server`: a sound server plays it.
    """

    rate: int
    latency_ms: float
    device: str
    label: str
    silent: bool
    reason: str | None
    underruns: int
    generation: int
    fallback: bool
    by_server: bool

    def start(self, render: RenderBlock) -> None:
        """Begin to ask for blocks from a thread of the output's own."""

    @property
    def ppm(self) -> float:
        """Return the DAC's rate error in ppm; 0 while nothing is known."""

    @property
    def failed(self) -> bool:
        """Return whether it has stopped by itself; `reason` then says why."""

    @property
    def outdated(self) -> bool:
        """Return whether there is a better place by now."""

    def close(self) -> None:
        """Stop; from then on no block is asked for."""

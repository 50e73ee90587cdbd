"""What an output is: it asks for blocks, each with the time at which its first frame is at the DAC."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from audio.decode.pcm import Pcm

PREFERRED_RATE: Final = 44_100
BLOCK_FRAMES: Final = 1024

RenderBlock = Callable[["Pcm", int], None]
"""Called with (block to fill, DAC time in ns of its first frame)."""


class OutputUnavailableError(Exception):
    """This output can't be had; the text says why and what to do."""


class Output(Protocol):
    """A running output; `ppm` is its DAC's rate error against this machine's clock."""

    rate: int
    latency_ms: float
    device: str
    silent: bool
    reason: str | None
    underruns: int

    def start(self, render: RenderBlock) -> None:
        """Begin to ask for blocks from a thread of the output's own."""

    @property
    def ppm(self) -> float:
        """Return the DAC's rate error in ppm."""

    @property
    def failed(self) -> bool:
        """Return whether it has stopped by itself."""

    def close(self) -> None:
        """Stop."""

"""How the sound is doing, over all restarts of the audio process (pure)."""

from typing import Final

from audio.engine.messages import Report, Started
from audio.engine.output_api import BLOCK_FRAMES, PREFERRED_RATE
from protocol.correction import Correction
from protocol.playback import PlaybackHealth

#: Two blocks may be asked for in one go, so a change has to be this many blocks ahead of the buffer to be in time.
_BLOCKS_AHEAD: Final = 3


class SoundState:
    """What the audio process last said of itself."""

    def __init__(self) -> None:
        self._output: Started | None = None
        self._report: Report | None = None
        self._earlier_underruns = 0
        self._earlier_jumps = 0

    @property
    def rate(self) -> int:
        """Return the output's rate in Hz; before it is open, the one that it will most likely have."""
        return PREFERRED_RATE if self._output is None else self._output.rate

    @property
    def lead_ms(self) -> float:
        """Return how far ahead a change has to be ordered so that it is not yet rendered over."""
        known = self._report or self._output
        return (0.0 if known is None else known.latency_ms) + _BLOCKS_AHEAD * BLOCK_FRAMES * 1000 / self.rate

    def on_started(self, started: Started) -> bool:
        """Take in a newly opened output; return whether it replaces an earlier one."""
        restarted = self._output is not None
        self._output = started
        if self._report is not None:
            self._earlier_underruns += self._report.underruns
            self._earlier_jumps += self._report.jumps
            self._report = None
        return restarted

    def on_report(self, report: Report) -> None:
        """Take in the running figures."""
        self._report = report

    def health(self, problem: str | None) -> PlaybackHealth:
        """Return all of it; `problem` is a sentence that matters more than a silent output."""
        report, output = self._report, self._output
        return PlaybackHealth(
            correction=Correction.NONE if report is None else Correction(report.correction),
            underruns=self._earlier_underruns + (0 if report is None else report.underruns),
            jumps=self._earlier_jumps + (0 if report is None else report.jumps),
            silent=output is None or output.silent,
            device="none" if output is None else output.device,
            error=problem or (None if output is None else output.reason),
            glide_share=0.0 if report is None else report.glide_share,
            rate_std_ppm=0.0 if report is None else report.rate_std_ppm,
        )

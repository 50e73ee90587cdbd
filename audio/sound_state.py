"""How the sound is doing, over all restarts of the audio process (pure)."""

from dataclasses import dataclass, field
from typing import Final

from audio.engine.messages import Report, Started
from audio.engine.output_api import BLOCK_FRAMES, PREFERRED_RATE
from audio.engine.rate_record import RateRecord
from protocol.correction import Correction
from protocol.playback import PlaybackHealth

#: Two blocks may be asked for in one go, so a change has to be this many blocks ahead of the buffer to be in time.
_BLOCKS_AHEAD: Final = 3


@dataclass(frozen=True, slots=True)
class _Count:
    """What adds up while music is played."""

    underruns: int = 0
    jumps: int = 0
    rates: RateRecord = field(default_factory=RateRecord)

    def __add__(self, other: "_Count") -> "_Count":
        return _Count(self.underruns + other.underruns, self.jumps + other.jumps, self.rates + other.rates)

    def __sub__(self, other: "_Count") -> "_Count":
        return _Count(self.underruns - other.underruns, self.jumps - other.jumps, self.rates - other.rates)


class SoundState:
    """What the audio process last said of itself."""

    def __init__(self) -> None:
        self._output: Started | None = None
        self._report: Report | None = None
        self._earlier = _Count()
        self._begun = _Count()

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
            self._earlier = self._counted()
            self._report = None
        return restarted

    def on_report(self, report: Report) -> None:
        """Take in the running figures."""
        self._report = report

    def begin_session(self) -> None:
        """Count from now on: what broke before is not this session's."""
        self._begun = self._counted()

    def health(self, problem: str | None) -> PlaybackHealth:
        """Return all of it; `problem` is a sentence that matters more than a silent output."""
        report, output = self._report, self._output
        count = self._counted() - self._begun
        return PlaybackHealth(
            correction=Correction.NONE if report is None else Correction(report.correction),
            underruns=count.underruns,
            jumps=count.jumps,
            silent=output is None or output.silent,
            device="none" if output is None else output.device,
            error=problem or (None if output is None else output.reason),
            glide_share=count.rates.glide_share,
            rate_std_ppm=count.rates.rate_std_ppm,
        )

    def _counted(self) -> _Count:
        report = self._report
        return self._earlier if report is None else self._earlier + _Count(report.underruns, report.jumps, report.rates)

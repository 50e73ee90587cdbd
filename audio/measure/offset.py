"""How far apart two channels of one capture are, over time, and what that amounts to.

Sign: positive when the second channel is behind (its sound comes later), as in the plan's drift.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from audio.measure.activity import Stretch
from audio.measure.correlation import Samples, best_fit, emphasise, excerpt

WINDOW_MS = 500.0
HOP_MS = 100.0
SEARCH_MS = 50.0
# Beyond this the search runs first on a quarter of the samples: a search over seconds then costs milliseconds.
COARSE_SEARCH_MS = 200.0
COARSE_STEP = 4
FINE_SEARCH_MS = 3.0
LOW_HZ = 1_000.0


@dataclass(frozen=True, slots=True)
class OffsetAt:
    """The offset of one window: `offset_ms` is None when it can't be told (silence, other music, repetition).

    `centre_frame` is the middle of the window in the first channel.
    """

    centre_frame: int
    offset_ms: float | None
    correlation: float = 0.0
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class OffsetStatistics:
    """What |offset| amounts to, in ms; `missing` counts windows in which it could not be told."""

    count: int
    missing: int
    median_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float


class ChannelPair:
    """Two channels of one capture, prepared once and then measured in as many windows as wanted.

    `first` and `second` are float32, one-dimensional, of equal length.
    """

    def __init__(self, first: Samples, second: Samples, rate_hz: int) -> None:
        if first.shape != second.shape or first.ndim != 1:
            raise ValueError("the two channels must be one-dimensional and of equal length")
        self.rate_hz = rate_hz
        self.frames = first.size
        self._raw = (first, second)
        self._fine = (emphasise(first, rate_hz), emphasise(second, rate_hz))
        self._coarse: tuple[Samples, Samples] | None = None
        self._low: tuple[Samples, Samples] | None = None

    def offset_at(self, start_frame: int, window_ms: float = WINDOW_MS, search_ms: float = SEARCH_MS) -> OffsetAt:
        """Return the offset of one window, searched up to `search_ms` either way."""
        length = round(window_ms * self.rate_hz / 1000)
        window = Stretch(start_frame, start_frame + length)
        if start_frame < 0 or window.end_frame > self.frames:
            return OffsetAt(start_frame + length // 2, None)
        about_ms = 0.0
        if search_ms > COARSE_SEARCH_MS:
            coarse = self._search(self._coarse_pair(), COARSE_STEP, window, 0.0, search_ms)
            if coarse.offset_ms is None:
                return coarse
            about_ms, search_ms = coarse.offset_ms, FINE_SEARCH_MS
        return self._search(self._fine, 1, window, about_ms, search_ms)

    def low_offset_at(self, start_frame: int, window_ms: float, search_ms: float = SEARCH_MS) -> OffsetAt:
        """Return the offset of one window by its low frequencies alone.

        It can also be told where a channel glides within the window, which smears the higher ones.
        """
        if self._low is None:
            self._low = self._thinned(LOW_HZ)
        window = Stretch(start_frame, start_frame + round(window_ms * self.rate_hz / 1000))
        return self._search(self._low, COARSE_STEP, window, 0.0, search_ms)

    def sliding(
        self,
        start_frame: int = 0,
        end_frame: int | None = None,
        window_ms: float = WINDOW_MS,
        hop_ms: float = HOP_MS,
        search_ms: float = SEARCH_MS,
    ) -> list[OffsetAt]:
        """Return the offsets of all windows that lie within the given frames."""
        length = round(window_ms * self.rate_hz / 1000)
        hop = max(1, round(hop_ms * self.rate_hz / 1000))
        last = min(self.frames, self.frames if end_frame is None else end_frame) - length
        return [self.offset_at(start, window_ms, search_ms) for start in range(max(0, start_frame), last + 1, hop)]

    def _coarse_pair(self) -> tuple[Samples, Samples]:
        if self._coarse is None:
            self._coarse = self._thinned(self.rate_hz / COARSE_STEP * 0.4)
        return self._coarse

    def _thinned(self, high_hz: float) -> tuple[Samples, Samples]:
        first, second = (emphasise(raw, self.rate_hz, high_hz)[::COARSE_STEP] for raw in self._raw)
        return first, second

    def _search(
        self, pair: tuple[Samples, Samples], step: int, window: Stretch, about_ms: float, search_ms: float
    ) -> OffsetAt:
        first, second = pair
        rate_hz = self.rate_hz / step
        begin, size = window.start_frame // step, window.frames // step
        reach = round(search_ms * rate_hz / 1000)
        low = begin + round(about_ms * rate_hz / 1000) - reach
        centre = window.start_frame + window.frames // 2
        peak = best_fit(first[begin : begin + size], excerpt(second, low, size + 2 * reach), round(rate_hz))
        if peak is None:
            return OffsetAt(centre, None)
        # The best place at the very edge is the slope of a peak that lies outside: not found.
        inside = 0 < peak.lag_frames < 2 * reach
        offset_ms = (low + peak.lag_frames - begin) / rate_hz * 1000
        return OffsetAt(centre, offset_ms if peak.trusted and inside else None, peak.correlation, peak.confidence)


def offset_statistics(offsets: Iterable[OffsetAt]) -> OffsetStatistics | None:
    """Return median, p95, p99 and maximum of |offset|, or None when no window could be told."""
    windows = list(offsets)
    known = np.abs([window.offset_ms for window in windows if window.offset_ms is not None])
    if known.size == 0:
        return None
    median, p95, p99 = np.percentile(known, [50, 95, 99])
    missing = len(windows) - known.size
    return OffsetStatistics(known.size, missing, float(median), float(p95), float(p99), float(known.max()))

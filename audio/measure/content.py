"""Which place of a known track a captured window holds, so that a wrong place is seen as what it is.

A player's report can say one place and its sound another (libVLC after a seek in a VBR MP3): only the sound counts.
"""

from dataclasses import dataclass

import numpy as np

from audio.measure.correlation import (
    MIN_CONFIDENCE,
    MIN_CORRELATION,
    SILENCE_RMS,
    Samples,
    best_fit,
    emphasise,
    excerpt,
)

COARSE_STEP = 4
FINE_SEARCH_MS = 3.0
# The emphasis hears a click where a window was cut out, and bass rings on for a while.
EDGE_MS = 20.0
FIT_CORRELATION = 0.5
BLOCK_MS = 5.0
BLOCK_CORRELATION = 0.9
# Fewer zero samples than this in a row are music crossing zero.
SILENT_FRAMES = 16
# The first blocks of a start are faded in, and so may not fit.
SOFT_BLOCKS = 3


@dataclass(frozen=True, slots=True)
class Place:
    """The content at the first frame of a window: `content_ms` into the track."""

    content_ms: float
    correlation: float
    confidence: float

    @property
    def trusted(self) -> bool:
        """Return whether the sound fits here, and nowhere else in what was searched."""
        return self.correlation >= MIN_CORRELATION and self.confidence >= MIN_CONFIDENCE


class Reference:
    """A track as it was decoded (float32, one-dimensional), prepared for many searches."""

    def __init__(self, track: Samples, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self.frames = track.size
        self._edge = round(EDGE_MS * rate_hz / 1000)
        self._fine = emphasise(track, rate_hz)
        self._coarse_high_hz = rate_hz / COARSE_STEP * 0.4
        self._coarse = emphasise(track, rate_hz, self._coarse_high_hz)[::COARSE_STEP]

    def locate(self, window: Samples, near_ms: float | None = None, search_ms: float = 1000.0) -> Place | None:
        """Return the place of a captured window (0.2 s or more), or None when silent, unknown or ambiguous.

        The whole track is searched, or only `search_ms` around `near_ms`. Exact to about 0.01 ms on music. A window
        that begins before the track or ends after it is not found.
        """
        edge = self._edge
        coarse_rate_hz = self.rate_hz / COARSE_STEP
        coarse = emphasise(window, self.rate_hz, self._coarse_high_hz)[edge : window.size - edge][::COARSE_STEP]
        low, high = 0, self._coarse.size
        if near_ms is not None:
            low = max(0, round((near_ms - search_ms) * coarse_rate_hz / 1000))
            high = max(low, min(high, round((near_ms + search_ms) * coarse_rate_hz / 1000) + coarse.size))
        rough = best_fit(coarse, self._coarse[low:high], round(coarse_rate_hz))
        if rough is None or not rough.trusted:
            return None
        exact = self._fine_fit(window, self._window_ms(low + rough.lag_frames, coarse_rate_hz), FINE_SEARCH_MS)
        return exact if exact is not None and exact.trusted else None

    def fit(
        self, window: Samples, near_ms: float, reach_ms: float, correlation: float = FIT_CORRELATION
    ) -> Place | None:
        """Return the exact place of a window (100 ms or more) known to within `reach_ms`, or None when it is not there.

        Whether the sound would fit elsewhere too is not asked: its place is known but for the last bit.
        """
        exact = self._fine_fit(window, near_ms, reach_ms)
        return exact if exact is not None and exact.correlation >= correlation else None

    def _fine_fit(self, window: Samples, near_ms: float, reach_ms: float) -> Place | None:
        reach = round(reach_ms * self.rate_hz / 1000)
        edge = self._edge
        start = round(near_ms * self.rate_hz / 1000) + edge - reach
        piece = emphasise(window, self.rate_hz)[edge : window.size - edge]
        peak = best_fit(piece, excerpt(self._fine, start, piece.size + 2 * reach), self.rate_hz)
        if peak is None:
            return None
        return Place(self._window_ms(start + peak.lag_frames, self.rate_hz), peak.correlation, peak.confidence)

    def _window_ms(self, frame: float, rate_hz: float) -> float:
        """Return where the whole window begins when its part within the edges begins at `frame`."""
        return frame / rate_hz * 1000 - self._edge / self.rate_hz * 1000

    def heard_from(self, channel: Samples, frame: int, content_ms: float, earliest_frame: int = 0) -> int:
        """Return the first frame from which the channel has played this track without a jump, up to `frame`.

        `content_ms` is what `locate` found at `frame`. Exact to a block of 5 ms, or to the sample where the sound
        begins after digital silence.
        """
        block = round(BLOCK_MS * self.rate_hz / 1000)
        blocks = (frame - max(0, earliest_frame)) // block
        first_content = round(content_ms * self.rate_hz / 1000) - blocks * block
        if blocks <= 0:
            return frame
        margin = self.rate_hz // 10
        begin = frame - blocks * block
        heard = emphasise(excerpt(channel, begin - margin, blocks * block + 2 * margin), self.rate_hz)
        captured = heard[margin : margin + blocks * block].reshape(blocks, block).astype(np.float64)
        wanted = excerpt(self._fine, first_content, blocks * block).reshape(blocks, block).astype(np.float64)
        product = np.sum(captured * wanted, axis=1)
        heard_energy, wanted_energy = np.sum(captured**2, axis=1), np.sum(wanted**2, axis=1)
        silent = SILENCE_RMS**2 * block
        both_silent = (heard_energy <= silent) & (wanted_energy <= silent)
        both_heard = (heard_energy > silent) & (wanted_energy > silent)
        fits = product >= BLOCK_CORRELATION * np.sqrt(heard_energy * wanted_energy)
        begun = first_content + np.arange(blocks) * block > -block
        alike = begun & (both_silent | (both_heard & fits))
        # A drop-out in the middle, with the half-filled blocks at its edges, is no end: the music goes on behind it.
        hole = np.convolve(heard_energy <= silent, np.ones(3), mode="same") > 0
        wrong = np.flatnonzero(~(alike | hole))
        good = np.flatnonzero(alike[int(wrong[-1]) + 1 if wrong.size else 0 :])
        if good.size == 0:
            return frame
        start = begin + (int(good[0]) + (int(wrong[-1]) + 1 if wrong.size else 0)) * block
        near = np.flatnonzero(excerpt(channel, start - SOFT_BLOCKS * block, (SOFT_BLOCKS + 1) * block))
        silent_before = near.size > 0 and near[0] >= SILENT_FRAMES
        return start - SOFT_BLOCKS * block + int(near[0]) if silent_before else start

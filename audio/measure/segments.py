"""What a captured channel plays, piece by piece: which track, from which place, from which frame to which.

Every seek, skip and pause shows as the end of one piece and the beginning of the next, whatever the players report.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from audio.measure.activity import heard_at
from audio.measure.content import FIT_CORRELATION, SILENT_FRAMES, Place, Reference
from audio.measure.correlation import Samples, excerpt

STEP_MS = 50.0
TRACK_MS = 100.0
LOCATE_MS = 250.0
# A glide of 0.5 % moves a quarter of a millisecond a step.
REACH_MS = 0.6
WHOLE_CORRELATION = 0.9


@dataclass(frozen=True, slots=True)
class Segment:
    """Frames `start_frame` to `end_frame` play track number `track` from `content_ms` on without a jump."""

    track: int
    start_frame: int
    end_frame: int
    content_ms: float
    end_content_ms: float


class SegmentFinder:
    """Finds the pieces of a channel among known tracks (one Reference each, of the capture's rate)."""

    def __init__(self, references: Sequence[Reference], rate_hz: int) -> None:
        self._references = tuple(references)
        self._rate_hz = rate_hz

    def find(self, channel: Samples) -> list[Segment]:
        """Return the pieces in order; silence and what is in no track lie between them."""
        step, window = self._frames(STEP_MS), self._frames(LOCATE_MS)
        found: list[Segment] = []
        frame = 0
        while frame + window <= channel.size:
            place = self._locate(channel[frame : frame + window], found[-1].track if found else 0)
            if place is None:
                frame += window
                continue
            track, content_ms = place[0], place[1].content_ms
            # The window may have been found by its later part alone: then its middle is the first sure place.
            at, at_ms = frame, content_ms
            if self._fit(track, channel, at, at_ms, WHOLE_CORRELATION) is None:
                at, at_ms = frame + window // 2, content_ms + LOCATE_MS / 2
            earliest = found[-1].end_frame - self._frames(TRACK_MS) if found else 0
            start = self._references[track].heard_from(channel, at, at_ms, earliest)
            if not channel[start : start + SILENT_FRAMES].any():
                start = heard_at(channel, start, threshold=0.0) or start
            end, end_ms = self._follow(track, channel, at, at_ms)
            if end == at:
                frame += step
                continue
            found.append(Segment(track, start, end, at_ms - (at - start) * 1000 / self._rate_hz, end_ms))
            frame = end
        return found

    def _follow(self, track: int, channel: Samples, frame: int, content_ms: float) -> tuple[int, float]:
        """Return the frame and the place at which the piece that plays at `frame` breaks off."""
        step = self._frames(STEP_MS)
        while True:
            place = self._fit(track, channel, frame, content_ms)
            if place is None:
                return frame, content_ms
            frame += step
            content_ms = place.content_ms + step * 1000 / self._rate_hz

    def _fit(
        self, track: int, channel: Samples, frame: int, content_ms: float, correlation: float = FIT_CORRELATION
    ) -> Place | None:
        piece = excerpt(channel, frame, self._frames(TRACK_MS))
        return self._references[track].fit(piece, content_ms, REACH_MS, correlation)

    def _locate(self, window: Samples, likely: int) -> tuple[int, Place] | None:
        order = sorted(range(len(self._references)), key=lambda track: (track - likely) % len(self._references))
        for track in order:
            if (place := self._references[track].locate(window)) is not None:
                return track, place
        return None

    def _frames(self, ms: float) -> int:
        return round(ms * self._rate_hz / 1000)

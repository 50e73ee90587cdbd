"""A capture of leader and follower, and what can be asked of it: the sound alone, never what a player says."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import soxr

from audio.measure.activity import heard_at
from audio.measure.capture import Recording
from audio.measure.content import Place, Reference
from audio.measure.correlation import Samples
from audio.measure.offset import ChannelPair, OffsetAt, OffsetStatistics, offset_statistics
from audio.measure.segments import Segment, SegmentFinder
from tests.bench.figures import EventFigures
from tests.bench.players import FOLLOWER_SINK, LEADER_SINK, BenchError, Said
from tests.bench.scenario import Step

CURVE_WINDOW_MS = 60.0
CURVE_HOP_MS = 20.0
AFTER_MS = 500.0
WATCH_MS = 3_000.0
WIDE_SEARCH_MS = 8_000.0
WIDE_HOP_MS = 500.0
WRONG_PLACE_MS = 30.0
CLOCK_MS = 50.0
SAME_LINE_MS = 5.0
ALIKE = 0.9
QUIET = 1e-4
LOUD = 1e-3
PLACE_WINDOW_MS = 300.0
PLACE_SEARCH_MS = 8_000.0
SURE = 0.99
TOLD_COUNT = 5
MANY_MISSING = 0.2


class Heard:
    """A recording of leader and follower, with what both played.

    `played_ns`: when the leader was told to play; what is heard of it before that is not what was asked for.
    """

    def __init__(
        self,
        recording: Recording,
        references: Sequence[Reference],
        start_frame: int = 0,
        end_frame: int | None = None,
        played_ns: int | None = None,
    ) -> None:
        self.recording = recording
        self._played_ns = played_ns
        self.rate_hz = recording.rate_hz
        self.leader = recording.channel(LEADER_SINK, start_frame, end_frame)
        self.follower = recording.channel(FOLLOWER_SINK, start_frame, end_frame)
        self.pair = ChannelPair(self.leader, self.follower, self.rate_hz)
        self._references = tuple(references)
        self._finder = SegmentFinder(references, self.rate_hz)
        self._pieces: list[Segment] | None = None

    @property
    def leader_pieces(self) -> list[Segment]:
        if self._pieces is None:
            self._pieces = joined(self._finder.find(self.leader), self.rate_hz)
        return self._pieces

    def leader_begins(self) -> int:
        """Return the first frame at which the leader is heard; raise BenchError when it never is."""
        told = 0 if self._played_ns is None else self.recording.clock.frame_at(self._played_ns) - self.frames(CLOCK_MS)
        frame = heard_at(self.leader, max(0, told))
        if frame is None:
            raise BenchError("the leader was never heard")
        return frame

    def frames(self, ms: float) -> int:
        return round(ms * self.rate_hz / 1000)

    def ms(self, frames: float) -> float:
        return frames / self.rate_hz * 1000

    def steady(self, start_frame: int, seconds: float) -> tuple[OffsetStatistics | None, list[OffsetAt]]:
        """Return the statistics of |offset|, in windows of 0.5 s every 0.1 s."""
        windows = self.pair.sliding(start_frame, start_frame + self.frames(seconds * 1000))
        missing = sum(window.offset_ms is None for window in windows)
        if missing > MANY_MISSING * len(windows):
            # Farther apart than the usual search: look wide, less often.
            end_frame = start_frame + self.frames(seconds * 1000)
            windows = self.pair.sliding(start_frame, end_frame, CURVE_WINDOW_MS * 2, WIDE_HOP_MS, WIDE_SEARCH_MS)
        return offset_statistics(windows), windows

    def settled_frame(self, start_frame: int, end_frame: int, bound_ms: float) -> int | None:
        """Return the frame from which |offset| stays within the bound to the end, or None when it does not."""
        settled: int | None = None
        for window in self.pair.sliding(start_frame, end_frame, CURVE_WINDOW_MS, CURVE_HOP_MS):
            within = self._within(window, bound_ms)
            if within is False:
                settled = None
            elif within and settled is None:
                settled = window.centre_frame
        return settled

    def _within(self, window: OffsetAt, bound_ms: float) -> bool | None:
        """Return whether a window lies within the bound; None when it says nothing: silent music, or a held tone."""
        if window.offset_ms is None:
            # A glide smears the higher frequencies: then the low ones tell.
            start_frame = window.centre_frame - self.frames(CURVE_WINDOW_MS) // 2
            low = self.pair.low_offset_at(start_frame, CURVE_WINDOW_MS)
            window = low if low.offset_ms is not None or low.correlation > window.correlation else window
        if window.offset_ms is not None:
            return abs(window.offset_ms) <= bound_ms
        if window.correlation >= ALIKE or max(self._loudness(window)) < QUIET:
            return None
        return False

    def _loudness(self, window: OffsetAt) -> tuple[float, float]:
        half = self.frames(CURVE_WINDOW_MS / 2)
        at = slice(max(0, window.centre_frame - half), window.centre_frame + half)
        first, second = (float(np.sqrt(np.mean(np.square(side[at])))) for side in (self.leader, self.follower))
        return first, second

    def event(self, step: Step, start: int, end: int, error_ms: float | None) -> EventFigures:
        """Return the figures of one action, heard from the leader in these frames."""
        settled = {bound: self._settled_ms(start, end, bound) for bound in (5.0, 1.0)}
        after = start + self.frames(AFTER_MS)
        offset_ms = self.pair.offset_at(after - self.frames(CURVE_WINDOW_MS / 2), CURVE_WINDOW_MS).offset_ms
        near_ms = self._expected_ms(step, start, after)
        if near_ms is not None and offset_ms is None:
            leader, follower = (self._place(side, after, step, near_ms) for side in (self.leader, self.follower))
            offset_ms = difference(leader, follower)
        wrong_ms = self._wrong_place_ms(after, end)
        return EventFigures(step.name, True, error_ms, offset_ms, settled[5.0], settled[1.0], wrong_ms)

    def told_error_ms(self, step: Step, start: int, end: int, told: Sequence[Said]) -> float | None:
        """Return the median of what is heard of the leader minus what it tells, in the given frames."""
        errors = []
        for said in told:
            frame = self.recording.clock.frame_at(said.told_ns)
            position_ms = said.line.get("positionMs")
            if position_ms is None or said.line.get("playlistPosition") != step.track:
                continue
            if not start + self.frames(AFTER_MS) <= frame <= end - self.frames(PLACE_WINDOW_MS):
                continue
            place_ms = self._place(self.leader, frame, step, float(position_ms))
            if place_ms is not None:
                errors.append(place_ms - float(position_ms))
            if len(errors) >= TOLD_COUNT:
                break
        return float(np.median(errors)) if errors else None

    def as_asked(self, figures: EventFigures, step: Step, start: int, command_ns: int | None) -> EventFigures:
        """Return the figures with what counts from the command on: when it was heard, and where."""
        after_ms = from_command_ms = asked_ms = None
        if command_ns is not None:
            after_ms = (self.recording.clock.mono_ns_at(start) - command_ns) / 1e6
            within_ms = figures.within_5_ms_after_ms
            from_command_ms = None if within_ms is None else after_ms + within_ms
        if step.content_ms is not None:
            place_ms = self._place(self.leader, start + self.frames(AFTER_MS), step, step.content_ms + AFTER_MS)
            asked_ms = difference(place_ms, step.content_ms + AFTER_MS)
        return replace(figures, from_command_ms=from_command_ms, heard_after_ms=after_ms, asked_error_ms=asked_ms)

    def _expected_ms(self, step: Step, start: int, frame: int) -> float | None:
        return None if step.near_ms is None else step.near_ms + self.ms(frame - start)

    def _place(self, side: Samples, frame: int, step: Step, near_ms: float) -> float | None:
        """Return the content at a frame, also of sound that is being resampled by up to 1.2 %, as libVLC's is."""
        window = side[frame : frame + self.frames(PLACE_WINDOW_MS)]
        reference = self._references[step.track or 0]
        best: Place | None = None
        for ppm in (0, *range(-12_000, 12_001, 500)):
            at_rate = soxr.resample(window, self.rate_hz, self.rate_hz * (1 + ppm / 1e6)).astype(np.float32)
            place = reference.locate(at_rate, near_ms, PLACE_SEARCH_MS)
            if place is not None and (best is None or place.correlation > best.correlation):
                best = place
            if best is not None and best.correlation > SURE:
                break
        return None if best is None else best.content_ms

    def _settled_ms(self, start: int, end: int, bound_ms: float) -> float | None:
        settled = self.settled_frame(start, min(end, start + self.frames(WATCH_MS)), bound_ms)
        return None if settled is None else self.ms(settled - start)

    def _wrong_place_ms(self, start: int, end: int) -> float:
        windows = self.pair.sliding(start, end, CURVE_WINDOW_MS, CURVE_WINDOW_MS, WRONG_PLACE_MS)
        wrong = sum(self._within(window, WRONG_PLACE_MS) is False for window in windows if self._both_loud(window))
        return wrong * CURVE_WINDOW_MS

    def _both_loud(self, window: OffsetAt) -> bool:
        return min(self._loudness(window)) > LOUD


def joined(pieces: Sequence[Segment], rate_hz: int) -> list[Segment]:
    """Return the pieces with those merged that go on without a jump (a soft passage may have hidden the music)."""
    merged: list[Segment] = []
    for piece in pieces:
        last = merged[-1] if merged else None
        if last is not None and last.track == piece.track:
            gap_ms = (piece.start_frame - last.end_frame) / rate_hz * 1000
            jump_ms = piece.content_ms - last.end_content_ms - gap_ms
            if abs(jump_ms) < SAME_LINE_MS:
                whole = Segment(last.track, last.start_frame, piece.end_frame, last.content_ms, piece.end_content_ms)
                merged[-1] = whole
                continue
        merged.append(piece)
    return merged


def difference(value: float | None, base: float | None) -> float | None:
    """Return value - base, or None when one of them is unknown."""
    return None if value is None or base is None else value - base

"""From a capture of leader and follower to figures; nothing here asks a player how it thinks it does."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from audio.measure.activity import heard_at
from audio.measure.capture import Recording
from audio.measure.content import Reference
from audio.measure.offset import ChannelPair, OffsetAt, OffsetStatistics, offset_statistics
from audio.measure.segments import Segment, SegmentFinder
from tests.bench.players import FOLLOWER_SINK, LEADER_SINK, BenchError, Said
from tests.bench.scenario import Scenario, heard_steps

CURVE_WINDOW_MS = 60.0
CURVE_HOP_MS = 20.0
AFTER_MS = 500.0
WATCH_MS = 3_000.0
WIDE_WINDOW_MS = 400.0
WIDE_SEARCH_MS = 8_000.0
WRONG_PLACE_MS = 30.0
EARLY_MS = 700.0
LATE_MS = 3_000.0
SAME_LINE_MS = 5.0


@dataclass(frozen=True, slots=True)
class EventFigures:
    """What was heard after one action of the leader; None where it did not happen or could not be told.

    `leader_error_ms`: the first heard place of the leader minus the wanted one. `offset_ms`: 500 ms after that.
    `within_5_ms_after_ms`: from the leader's sound to the moment from which |offset| stays within 5 ms.
    `wrong_place_ms`: for how long the follower was heard more than 30 ms off, from 500 ms on.
    """

    name: str
    heard: bool
    leader_error_ms: float | None = None
    offset_ms: float | None = None
    within_5_ms_after_ms: float | None = None
    within_1_ms_after_ms: float | None = None
    wrong_place_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class JoinFigures:
    """From the follower's first word, and from its start as a process, to being heard within 1 ms for good."""

    from_first_word_ms: float | None
    from_spawn_ms: float | None
    heard_from_first_word_ms: float | None


@dataclass(frozen=True, slots=True)
class DriftFigures:
    """The drift that the follower shows against the offset that is heard at that moment, in ms."""

    count: int
    shown_median_ms: float
    heard_median_ms: float
    difference_p95_ms: float


class Heard:
    """A recording of leader and follower, with what both played."""

    def __init__(
        self, recording: Recording, references: Sequence[Reference], start_frame: int = 0, end_frame: int | None = None
    ) -> None:
        self.recording = recording
        self.rate_hz = recording.rate_hz
        self.leader = recording.channel(LEADER_SINK, start_frame, end_frame)
        self.follower = recording.channel(FOLLOWER_SINK, start_frame, end_frame)
        self.pair = ChannelPair(self.leader, self.follower, self.rate_hz)
        self._finder = SegmentFinder(references, self.rate_hz)
        self._pieces: list[Segment] | None = None

    @property
    def leader_pieces(self) -> list[Segment]:
        if self._pieces is None:
            self._pieces = joined(self._finder.find(self.leader), self.rate_hz)
        return self._pieces

    def leader_begins(self) -> int:
        """Return the first frame at which the leader is heard; raise BenchError when it never is."""
        frame = heard_at(self.leader)
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
        if not any(window.offset_ms is not None for window in windows):
            # Farther apart than the usual search: look wide, less often.
            end_frame = start_frame + self.frames(seconds * 1000)
            windows = self.pair.sliding(start_frame, end_frame, hop_ms=1000.0, search_ms=WIDE_SEARCH_MS)
        return offset_statistics(windows), windows

    def settled_frame(self, start_frame: int, end_frame: int, bound_ms: float) -> int | None:
        """Return the frame from which |offset| stays within the bound to the end, or None when it does not."""
        settled: int | None = None
        for window in self.pair.sliding(start_frame, end_frame, CURVE_WINDOW_MS, CURVE_HOP_MS):
            if window.offset_ms is None or abs(window.offset_ms) > bound_ms:
                settled = None
            elif settled is None:
                settled = window.centre_frame
        return settled

    def event(self, name: str, piece: Segment, wanted_ms: float | None, until_frame: int) -> EventFigures:
        """Return the figures of one action, heard in `piece` of the leader."""
        start = piece.start_frame
        end = min(piece.end_frame, until_frame)
        settled = {bound: self._settled_ms(start, end, bound) for bound in (5.0, 1.0)}
        return EventFigures(
            name,
            heard=True,
            leader_error_ms=None if wanted_ms is None else piece.content_ms - wanted_ms,
            offset_ms=self._offset_around(start + self.frames(AFTER_MS)),
            within_5_ms_after_ms=settled[5.0],
            within_1_ms_after_ms=settled[1.0],
            wrong_place_ms=self._wrong_place_ms(start + self.frames(AFTER_MS), end),
        )

    def _settled_ms(self, start: int, end: int, bound_ms: float) -> float | None:
        settled = self.settled_frame(start, min(end, start + self.frames(WATCH_MS)), bound_ms)
        return None if settled is None else self.ms(settled - start)

    def _offset_around(self, centre_frame: int) -> float | None:
        near = self.pair.offset_at(centre_frame - self.frames(CURVE_WINDOW_MS / 2), CURVE_WINDOW_MS)
        if near.offset_ms is not None:
            return near.offset_ms
        start = centre_frame - self.frames(WIDE_WINDOW_MS / 2)
        return self.pair.offset_at(start, WIDE_WINDOW_MS, WIDE_SEARCH_MS).offset_ms

    def _wrong_place_ms(self, start: int, end: int) -> float:
        windows = self.pair.sliding(start, end, CURVE_WINDOW_MS * 2, CURVE_WINDOW_MS * 2, WRONG_PLACE_MS)
        loud = 1e-3
        half = self.frames(CURVE_WINDOW_MS)
        wrong = 0
        for window in windows:
            at = slice(window.centre_frame - half, window.centre_frame + half)
            both = min(np.sqrt(np.mean(np.square(channel[at]))) for channel in (self.leader, self.follower)) > loud
            wrong += window.offset_ms is None and bool(both)
        return wrong * CURVE_WINDOW_MS * 2


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


def event_figures(heard: Heard, scenario: Scenario) -> list[EventFigures]:
    """Return the figures of every step after which the leader is heard at a new place."""
    pieces = heard.leader_pieces
    if not pieces:
        return [EventFigures(step.name, heard=False) for step in heard_steps(scenario)]
    origin = pieces[0].start_frame - heard.frames(scenario.steps[0].at_ms)
    found = []
    for step in heard_steps(scenario):
        due = origin + heard.frames(step.at_ms)
        low, high = due - heard.frames(EARLY_MS), due + heard.frames(LATE_MS)
        piece = next((piece for piece in pieces if low <= piece.start_frame < high), None)
        if piece is None:
            found.append(EventFigures(step.name, heard=False))
            continue
        later = [other.at_ms for other in scenario.steps if other.at_ms > step.at_ms]
        until = origin + heard.frames(min(later, default=step.at_ms + 4_000) - 200)
        found.append(heard.event(step.name, piece, step.content_ms, until))
    return found


def join_figures(heard: Heard, first_word_ns: int, spawned_ns: int) -> JoinFigures:
    """Return how long a follower took to join a leader that plays."""
    first = heard_at(heard.follower, max(0, heard.recording.frame_at(spawned_ns)))
    if first is None:
        return JoinFigures(None, None, None)
    heard_ns = heard.recording.mono_ns_at(first)
    settled = heard.settled_frame(first, first + heard.frames(WATCH_MS), 1.0)
    if settled is None:
        return JoinFigures(None, None, (heard_ns - first_word_ns) / 1e6)
    settled_ns = heard.recording.mono_ns_at(settled)
    return JoinFigures(
        (settled_ns - first_word_ns) / 1e6, (settled_ns - spawned_ns) / 1e6, (heard_ns - first_word_ns) / 1e6
    )


def drift_figures(recording: Recording, windows: Sequence[OffsetAt], syncs: Sequence[Said]) -> DriftFigures | None:
    """Compare each drift that the follower showed with the offset heard then (both positive when it is behind)."""
    known = [(window.centre_frame, window.offset_ms) for window in windows if window.offset_ms is not None]
    if not known:
        return None
    frames = np.array([frame for frame, _ in known])
    offsets = np.array([offset_ms for _, offset_ms in known])
    shown, heard = [], []
    for said in syncs:
        drift_ms = said.line.get("driftMs")
        at = recording.frame_at(said.mono_ns)
        if drift_ms is None or not frames[0] <= at <= frames[-1]:
            continue
        shown.append(float(drift_ms))
        heard.append(float(offsets[np.argmin(np.abs(frames - at))]))
    if not shown:
        return None
    difference = np.abs(np.array(shown) - np.array(heard))
    return DriftFigures(
        len(shown),
        float(np.median(np.abs(shown))),
        float(np.median(np.abs(heard))),
        float(np.percentile(difference, 95)),
    )

"""From a capture of leader and follower to figures; nothing here asks a player how it thinks it does."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from audio.measure.activity import heard_at, silences
from audio.measure.capture import Recording
from audio.measure.offset import OffsetAt
from tests.bench.figures import DriftFigures, EventFigures, JoinFigures
from tests.bench.heard import LOUD, WATCH_MS, Heard, difference
from tests.bench.players import Said
from tests.bench.scenario import Scenario, heard_steps

EARLY_MS = 700.0
LATE_MS = 3_000.0
GUARD_MS = 200.0
PAUSE_MS = 20.0
BEFORE = 1000


def event_figures(
    heard: Heard, scenario: Scenario, told: Sequence[Said], commands_ns: Mapping[int, int] | None = None
) -> list[EventFigures]:
    """Return the figures of every step after which the leader is heard at a new place.

    `commands_ns`: when the leader was told to do each step, by the step's `at_ms`. `told_error_ms` still holds the
    rig's lead: see `less_lead`.
    """
    commands_ns = commands_ns or {}
    pieces = heard.leader_pieces
    origin = heard.leader_begins() - heard.frames(scenario.steps[0].at_ms)
    found: list[EventFigures] = []
    for step in heard_steps(scenario):
        due = origin + heard.frames(step.at_ms)
        low, high = due - heard.frames(EARLY_MS), due + heard.frames(LATE_MS)
        following_ms = min((other.at_ms for other in scenario.steps if other.at_ms > step.at_ms), default=step.at_ms)
        until = origin + heard.frames(following_ms - GUARD_MS)
        piece = next((piece for piece in pieces if low <= piece.start_frame < high and step.fits(piece)), None)
        if piece is not None:
            before = heard.leader[max(0, piece.start_frame - BEFORE) : piece.start_frame]
            error_ms = None if before.any() else difference(piece.content_ms, step.content_ms)
            start, end = piece.start_frame, min(until, piece.end_frame)
            figures = heard.event(step, start, end, error_ms)
            figures = replace(figures, told_error_ms=heard.told_error_ms(step, start, end, told))
            found.append(heard.as_asked(figures, step, start, commands_ns.get(step.at_ms)))
            continue
        # Heard, but not recognised: so far from the wanted place, or resampled so much.
        pauses = silences(heard.leader[due:high], heard.rate_hz, PAUSE_MS)
        start = due + (pauses[0].end_frame if pauses else 0)
        sounds = start < until and bool(np.abs(heard.leader[start:until]).mean() > LOUD)
        if not sounds:
            found.append(EventFigures(step.name, heard=False))
            continue
        figures = heard.event(step, start, until, None)
        figures = replace(figures, told_error_ms=heard.told_error_ms(step, start, until, told))
        found.append(heard.as_asked(figures, step, start, commands_ns.get(step.at_ms)))
    return found


def less_lead(events: Sequence[EventFigures], lead_ms: float | None) -> list[EventFigures]:
    """Return the figures with the rig's lead taken from what is heard of the leader minus what it tells."""
    return [replace(event, told_error_ms=difference(event.told_error_ms, lead_ms)) for event in events]


def join_figures(heard: Heard, first_word_ns: int, spawned_ns: int) -> JoinFigures:
    """Return how long a follower took to join a leader that plays."""
    clock = heard.recording.clock
    first = heard_at(heard.follower, max(0, clock.frame_at(spawned_ns)))
    if first is None:
        return JoinFigures(None, None, None)

    def since(frame: int | None, base_ns: int) -> float | None:
        return None if frame is None else (clock.mono_ns_at(frame) - base_ns) / 1e6

    within_1, within_5 = (heard.settled_frame(first, first + heard.frames(WATCH_MS), bound) for bound in (1.0, 5.0))
    return JoinFigures(
        since(within_1, first_word_ns),
        since(within_1, spawned_ns),
        since(first, first_word_ns),
        since(within_5, first_word_ns),
        since(within_5, spawned_ns),
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
        at = recording.clock.frame_at(said.told_ns)
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

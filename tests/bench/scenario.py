"""What the leader does in a bench run, in the format of `lockstep lead --script`, and where that should be heard."""

import json
from dataclasses import dataclass
from pathlib import Path

from audio.measure.segments import Segment

NATURAL = "natural"
STEADY_FROM_S = 6.0
FITS_MS = 1_000.0
SEEK_CBR = "seek (CBR, to 30 s)"
SEEK_VBR = "seek (VBR, to 100 s)"
SEEK_END = "seek (VBR, near the end)"
RESUME = "play after pause"
RESUME_VBR = "play after that seek (VBR, 50 s)"


@dataclass(frozen=True, slots=True)
class Step:
    """One action of the leader and the place in the music that it should lead to (None: nothing new is heard)."""

    at_ms: int
    action: str
    name: str
    track: int | None = None
    content_ms: float | None = None
    position_ms: int | None = None
    resumes_ms: float | None = None
    playlist_position: int | None = None

    @property
    def near_ms(self) -> float | None:
        """Return about where the music should be: exactly the wanted place, or where it had been paused."""
        return self.content_ms if self.content_ms is not None else self.resumes_ms

    def fits(self, piece: Segment) -> bool:
        """Return whether a piece of the leader may be what this step led to."""
        near_ms = self.near_ms
        return piece.track == self.track and (near_ms is None or abs(piece.content_ms - near_ms) < FITS_MS)

    def entry(self) -> dict[str, object]:
        """Return the step as an entry of a script."""
        entry: dict[str, object] = {"atMs": self.at_ms, "action": self.action}
        if self.position_ms is not None:
            entry["positionMs"] = self.position_ms
        if self.playlist_position is not None:
            entry["playlistPosition"] = self.playlist_position
        return entry


@dataclass(frozen=True, slots=True)
class Scenario:
    """Steps in order; the last ends the session."""

    name: str
    steps: tuple[Step, ...]

    @property
    def first_track(self) -> int:
        """Return the number of the track that is heard first."""
        return next(step.track for step in self.steps if step.track is not None)

    @property
    def seconds(self) -> float:
        """Return when the last step is due."""
        return self.steps[-1].at_ms / 1000

    def write(self, path: Path) -> Path:
        """Write the script file and return its path."""
        path.write_text(json.dumps([step.entry() for step in self.steps if step.action != NATURAL]))
        return path


def steady(seconds: float) -> Scenario:
    """Play the first track and nothing else."""
    end_ms = round((STEADY_FROM_S + seconds + 1.5) * 1000)
    return Scenario("steady", (Step(0, "play", "play", 0, 0.0), Step(end_ms, "end", "end")))


def actions(vbr_end_ms: float) -> Scenario:
    """Do everything a leader can do, with the VBR track (number 1, of the given length) in the middle."""
    near_end_ms = round(vbr_end_ms) - 5_000
    steps = (
        Step(0, "play", "play", 0, 0.0),
        Step(5_000, "seek", SEEK_CBR, 0, 30_000.0, 30_000),
        Step(9_000, "pause", "pause"),
        Step(11_000, "play", RESUME, 0, resumes_ms=34_000.0),
        Step(14_000, "skip_next", "skip to the next track", 1, 0.0),
        Step(18_000, "seek", SEEK_VBR, 1, 100_000.0, 100_000),
        Step(22_000, "pause", "pause"),
        Step(23_000, "seek", "seek while paused", None, None, 50_000),
        Step(25_000, "play", RESUME_VBR, 1, 50_000.0),
        Step(29_000, "seek", SEEK_END, 1, float(near_end_ms), near_end_ms),
        Step(34_000, NATURAL, "natural track change", 2, 0.0),
        Step(39_000, "end", "end"),
    )
    return Scenario("actions", steps)


def few_actions() -> Scenario:
    """Do what matters most: start, seek, pause, and a seek in the VBR track."""
    steps = (
        Step(0, "play", "play", 0, 0.0),
        Step(4_000, "seek", SEEK_CBR, 0, 30_000.0, 30_000),
        Step(8_000, "pause", "pause"),
        Step(9_000, "play", RESUME, 0, resumes_ms=34_000.0),
        Step(12_500, "skip_next", "skip to the next track", 1, 0.0),
        Step(16_000, "seek", SEEK_VBR, 1, 100_000.0, 100_000),
        Step(20_000, "end", "end"),
    )
    return Scenario("actions", steps)


def cbr_actions() -> Scenario:
    """Do what can be done within the first track."""
    steps = (
        Step(0, "play", "play", 0, 0.0),
        Step(5_000, "seek", SEEK_CBR, 0, 30_000.0, 30_000),
        Step(9_000, "pause", "pause"),
        Step(11_000, "play", RESUME, 0, resumes_ms=34_000.0),
        Step(14_500, "end", "end"),
    )
    return Scenario("actions-cbr", steps)


def vbr_actions(vbr_end_ms: float, *, quick: bool) -> Scenario:
    """Do what can be done within the VBR track alone."""
    near_end_ms = round(vbr_end_ms) - 5_000
    start = Step(0, "play", "play", 1, 0.0)
    seek = Step(4_000, "seek", SEEK_VBR, 1, 100_000.0, 100_000)
    if quick:
        return Scenario("actions-vbr", (start, seek, Step(8_000, "end", "end")))
    steps = (
        start,
        seek,
        Step(8_000, "pause", "pause"),
        Step(9_000, "seek", "seek while paused", None, None, 50_000),
        Step(11_000, "play", RESUME_VBR, 1, 50_000.0),
        Step(15_000, "seek", SEEK_END, 1, float(near_end_ms), near_end_ms),
        Step(19_500, "end", "end"),
    )
    return Scenario("actions-vbr", steps)


def start_and_pause() -> Scenario:
    """Do what a stream without positions can do."""
    steps = (
        Step(0, "play", "play", 0, 0.0),
        Step(6_000, "pause", "pause"),
        Step(8_500, "play", RESUME, 0, resumes_ms=6_000.0),
        Step(13_500, "end", "end"),
    )
    return Scenario("actions-stream", steps)


def heard_steps(scenario: Scenario) -> list[Step]:
    """Return the steps after which the leader is heard at a new place, in order."""
    return [step for step in scenario.steps if step.track is not None]

"""The bench's runs: start two players, capture them, and turn what was heard into figures."""

import json
import os
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from audio.decode.decoder import Decoder
from audio.decode.pcm import open_pcm
from audio.measure.activity import gaps
from audio.measure.capture import Recording
from audio.measure.content import Reference
from audio.measure.correlation import Samples
from audio.measure.offset import OffsetStatistics, offset_statistics
from audio.measure.rig import RATE_HZ, PulseRig
from tests.bench.analysis import (
    DriftFigures,
    EventFigures,
    Heard,
    JoinFigures,
    drift_figures,
    event_figures,
    join_figures,
)
from tests.bench.players import Pair, Player
from tests.bench.rig_check import both_sides
from tests.bench.scenario import STEADY_FROM_S, Scenario, Step, actions, steady

DEMO_PAIRING = Path(__file__).resolve().parents[2] / "assets" / "demo" / "pairing.json"
VBR_TRACK = 1
JOIN_AFTER_S = 6.0
JOIN_WATCH_S = 7.0
END_TIMEOUT_S = 60.0
GAP_MS = 5.0
CHUNK_S = 60.0
AUDIBLE = 1e-3


@dataclass(frozen=True, slots=True)
class Tracks:
    """A playlist decoded: what should be heard."""

    pairing: Path
    music: Samples
    references: tuple[Reference, ...]
    durations_ms: tuple[float, ...]


@dataclass(slots=True)
class Figures:
    """All that was measured of one kind of player; None or empty where it was not asked for."""

    kind: str
    steady: OffsetStatistics | None = None
    steady_gaps: int | None = None
    drift: DriftFigures | None = None
    events: list[EventFigures] = field(default_factory=list)
    joins: list[JoinFigures] = field(default_factory=list)
    load: "LoadFigures | None" = None


@dataclass(frozen=True, slots=True)
class LoadFigures:
    """What a busy app process did to the sound: underruns counted by the players and gaps heard in the capture."""

    seconds: float
    underruns: int
    gaps_heard: int
    offset: OffsetStatistics | None


def decode_tracks(pairing: Path = DEMO_PAIRING) -> Tracks:
    """Decode the playlist's files, mixed to mono at the capture's rate."""
    files = [(pairing.parent / track["file"]).resolve() for track in json.loads(pairing.read_text())["tracks"]]
    here = Path.cwd()
    sounds: list[Samples] = []
    durations_ms = []
    with tempfile.TemporaryDirectory(prefix="lockstep-bench-") as room:
        try:
            decoder = Decoder(Path(room))
            for file in files:
                pcm = decoder.decode(file, RATE_HZ, lambda _: None)
                samples = open_pcm(pcm)
                sounds.append((samples[:, 0].astype(np.float32) + samples[:, 1]) / np.float32(65536))
                durations_ms.append(pcm.duration_ms)
        finally:
            os.chdir(here)
    references = tuple(Reference(sound, RATE_HZ) for sound in sounds)
    return Tracks(pairing, sounds[0], references, tuple(durations_ms))


def captured(
    rig: PulseRig, pair: Pair, scenario: Scenario, room: Path, *, busy: bool = False
) -> tuple[Recording, Player, Player]:
    """Play a scenario to its end with a follower that was there before it began."""
    script = scenario.write(room / f"{scenario.name}.json")
    with rig.capture(room / f"{pair.name}-{scenario.name}.raw") as capture:
        limit_s = scenario.seconds + END_TIMEOUT_S
        leader = pair.lead(script, limit_s, wait=True)
        leader.first("session")
        follower = pair.follow(limit_s, busy=busy)
        leader.first("sync", END_TIMEOUT_S)
        follower.first("sync", END_TIMEOUT_S)
        leader.wait(limit_s + END_TIMEOUT_S)
        follower.stop()
        recording = capture.recording()
    return recording, leader, follower


def run_steady(rig: PulseRig, pair: Pair, tracks: Tracks, room: Path, figures: Figures, seconds: float) -> None:
    """Measure |offset| over so many seconds of undisturbed play, and the drift shown against it."""
    recording, _, follower = captured(rig, pair, steady(seconds), room)
    heard = Heard(recording, tracks.references)
    begun = heard.leader_begins()
    figures.steady, windows = heard.steady(begun + heard.frames(STEADY_FROM_S * 1000), seconds)
    figures.drift = drift_figures(recording, windows, follower.of_type("sync"))
    figures.steady_gaps = gaps_of_one(heard.leader, heard.follower) + gaps_of_one(heard.follower, heard.leader)


def run_actions(rig: PulseRig, pair: Pair, tracks: Tracks, room: Path, figures: Figures) -> None:
    """Measure each action of the leader."""
    scenario = actions(tracks.durations_ms[VBR_TRACK])
    recording, leader, _ = captured(rig, pair, scenario, room)
    heard = Heard(recording, tracks.references)
    figures.events = event_figures(heard, scenario, leader.of_type("sync"))


def run_join(rig: PulseRig, pair: Pair, tracks: Tracks, room: Path, figures: Figures, times: int) -> None:
    """Measure a follower that joins a leader who plays."""
    end_ms = round((JOIN_AFTER_S + JOIN_WATCH_S + 60) * 1000)
    scenario = Scenario("join", (Step(0, "play", "play", 0, 0.0), Step(end_ms, "end", "end")))
    for number in range(times):
        script = scenario.write(room / "join.json")
        with rig.capture(room / f"{pair.name}-join-{number}.raw") as capture:
            leader = pair.lead(script, scenario.seconds, wait=False)
            leader.first("session")
            time.sleep(JOIN_AFTER_S)
            follower = pair.follow(scenario.seconds)
            first = follower.first_word()
            time.sleep(JOIN_WATCH_S)
            recording = capture.recording()
            follower.stop()
            leader.stop()
        heard = Heard(recording, tracks.references)
        figures.joins.append(join_figures(heard, first.mono_ns, follower.spawned_ns))


def run_load(rig: PulseRig, pair: Pair, tracks: Tracks, room: Path, figures: Figures, seconds: float) -> None:
    """Play on while a Python thread keeps the follower's app process busy, and count what breaks."""
    scenario = steady(seconds)
    recording, leader, follower = captured(rig, pair, scenario, room, busy=True)
    counts = [int(said.line.get("underruns", 0)) for player in (leader, follower) for said in player.of_type("sync")]
    windows = []
    gaps_heard = 0
    step = round(CHUNK_S * RATE_HZ)
    first = Heard(recording, tracks.references).leader_begins() + round(STEADY_FROM_S * RATE_HZ)
    last = min(recording.frames, first + round(seconds * RATE_HZ))
    for start in range(first, last, step):
        heard = Heard(recording, tracks.references, start, min(last, start + step))
        gaps_heard += gaps_of_one(heard.leader, heard.follower) + gaps_of_one(heard.follower, heard.leader)
        windows += heard.pair.sliding()
    figures.load = LoadFigures(seconds, max(counts, default=0), gaps_heard, offset_statistics(windows))


def gaps_of_one(channel: Samples, other: Samples) -> int:
    """Count the silences of a channel in which the other one plays on: the music's own silences are in both."""
    silent = gaps(channel, RATE_HZ, GAP_MS)
    return sum(bool(np.abs(other[gap.start_frame : gap.end_frame]).mean() > AUDIBLE) for gap in silent)


def long_pairing(tracks: Tracks, seconds: float, room: Path) -> Path:
    """Write a pairing in which the playlist repeats until it lasts so long, and return its path."""
    pairing = json.loads(tracks.pairing.read_text())
    for track in pairing["tracks"]:
        track["file"] = str((tracks.pairing.parent / track["file"]).resolve())
    times = int(seconds * 1000 / sum(tracks.durations_ms)) + 1
    pairing["tracks"] = pairing["tracks"] * times
    path = room / "long-pairing.json"
    path.write_text(json.dumps(pairing))
    return path


def rig_floor(rig: PulseRig, tracks: Tracks, room: Path) -> OffsetStatistics | None:
    """Return what the rig measures of one stream that is on both sides at once: its own error."""
    recording = both_sides(rig, room / "floor.raw", tracks.music[: 12 * RATE_HZ], delay_frames=0)
    heard = Heard(recording, tracks.references)
    return heard.steady(heard.leader_begins(), 10.0)[0]

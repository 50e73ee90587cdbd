"""The bench's runs: start two players, capture them, and turn what was heard into figures."""

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from audio.decode.decoder import Decoder
from audio.decode.pcm import open_pcm
from audio.measure.activity import gaps, heard_at
from audio.measure.capture import Recording
from audio.measure.content import Reference
from audio.measure.correlation import Samples
from audio.measure.offset import OffsetStatistics, offset_statistics
from audio.measure.rig import RATE_HZ, PulseRig
from tests.bench.analysis import drift_figures, event_figures, join_figures, less_lead
from tests.bench.costs import CostMeter
from tests.bench.figures import Figures, GlideFigures, LoadFigures
from tests.bench.heard import Heard
from tests.bench.players import PLAYER, SERVER, BenchError, Pair, Player, Said
from tests.bench.rig_check import both_sides
from tests.bench.scenario import NATURAL, STEADY_FROM_S, Scenario, Step, steady

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


@dataclass(frozen=True, slots=True)
class Captured:
    """One scenario, played and recorded."""

    recording: Recording
    leader: Player
    follower: Player
    meter: CostMeter


def captured(rig: PulseRig, pair: Pair, scenario: Scenario, room: Path, *, busy: bool = False) -> Captured:
    """Play a scenario to its end with a follower that was there before it began."""
    script = scenario.write(room / f"{scenario.name}.json")
    limit_s = scenario.seconds + END_TIMEOUT_S
    with contextlib.ExitStack() as stack:
        capture = stack.enter_context(rig.capture(room / f"{file_name(pair.name)}-{scenario.name}.raw"))
        leader = pair.lead(script, limit_s, wait=True, track=scenario.first_track)
        stack.callback(leader.stop)
        leader.first("session")
        follower = pair.follow(limit_s, busy=busy)
        stack.callback(follower.stop)
        leader.first("sync", END_TIMEOUT_S)
        follower.first("sync", END_TIMEOUT_S)
        with CostMeter(charged(pair, leader, follower)) as meter:
            leader.wait(limit_s + END_TIMEOUT_S)
        follower.stop()
        return Captured(capture.recording(), leader, follower, meter)


def charged(pair: Pair, leader: Player, follower: Player) -> dict[str, list[int]]:
    """Return the processes of each side, and of the server that they need."""
    groups = {"leader": leader.roots[PLAYER], "follower": follower.roots[PLAYER]}
    server = pair.server.roots[PLAYER] if pair.server is not None else leader.roots.get(SERVER)
    return groups | ({SERVER: server} if server else {})


def file_name(name: str) -> str:
    """Return a kind's name as part of a file's."""
    return "".join(letter if letter.isalnum() else "-" for letter in name)


def commands_ns(leader: Player, scenario: Scenario) -> dict[int, int]:
    """Return when the leader was told to do each step, by the step's `at_ms`; empty when it does not say.

    A wrapper says each action as it does it; a lockstep leader counts its script from the follower's `ready`.
    """
    asked = [step for step in scenario.steps if step.action not in (NATURAL, "end")]
    actions: list[Said] = leader.of_type("action")
    if actions:
        return {step.at_ms: said.told_ns for step, said in zip(asked, actions, strict=False)}
    ready = next((said for said in leader.of_type("state") if said.line.get("state") == "follower_ready"), None)
    return {} if ready is None else {step.at_ms: ready.told_ns + step.at_ms * 1_000_000 for step in asked}


def run_steady(rig: PulseRig, pair: Pair, tracks: Tracks, room: Path, figures: Figures, seconds: float) -> None:
    """Measure |offset| over so many seconds of undisturbed play, the drift shown against it, and what it costs."""
    scenario = steady(seconds)
    run = captured(rig, pair, scenario, room)
    heard = Heard(run.recording, tracks.references, played_ns=commands_ns(run.leader, scenario).get(0))
    begun = heard.leader_begins() + heard.frames(STEADY_FROM_S * 1000)
    figures.steady, windows = heard.steady(begun, seconds)
    figures.drift = drift_figures(run.recording, windows, run.follower.of_type("sync"))
    figures.steady_gaps = gaps_of_one(heard.leader, heard.follower) + gaps_of_one(heard.follower, heard.leader)
    clock = run.recording.clock
    figures.costs = run.meter.costs(clock.mono_ns_at(begun), clock.mono_ns_at(begun + heard.frames(seconds * 1000)))
    figures.glide = glide_figures(run.follower)


def glide_figures(follower: Player) -> GlideFigures | None:
    """Return what the follower's own summary says about playing at another rate than 1; None when it says nothing."""
    for said in (*follower.of_type("summary"), *reversed(follower.of_type("sync"))):
        share, spread_ppm = said.line.get("glideShare"), said.line.get("rateStdPpm")
        if share is not None and spread_ppm is not None:
            return GlideFigures(float(share), float(spread_ppm))
    return None


def run_actions(
    rig: PulseRig, pair: Pair, tracks: Tracks, room: Path, figures: Figures, scenarios: Sequence[Scenario]
) -> None:
    """Measure each action of the leader; what an earlier scenario has shown is not shown again."""
    lead_ms: float | None = None
    for scenario in scenarios:
        run = captured(rig, pair, scenario, room)
        told_ns = commands_ns(run.leader, scenario)
        heard = Heard(run.recording, tracks.references, played_ns=told_ns.get(0))
        known = {event.name for event in figures.events}
        found = event_figures(heard, scenario, run.leader.of_type("sync"), told_ns)
        # The lead is the rig's, and so known from an earlier run when the start of this one can't be recognised.
        lead_ms = lead_ms if not found or found[0].told_error_ms is None else found[0].told_error_ms
        figures.events += [event for event in less_lead(found, lead_ms) if event.name not in known]


def run_join(rig: PulseRig, pair: Pair, tracks: Tracks, room: Path, figures: Figures, times: int) -> None:
    """Measure a follower that joins a leader who plays."""
    end_ms = round((JOIN_AFTER_S + JOIN_WATCH_S + 60) * 1000)
    scenario = Scenario("join", (Step(0, "play", "play", 0, 0.0), Step(end_ms, "end", "end")))
    script = scenario.write(room / "join.json")
    figures.joins = []
    for number in range(times):
        with contextlib.ExitStack() as stack:
            path = room / f"{file_name(pair.name)}-join-{number}.raw"
            capture = stack.enter_context(rig.capture(path))
            leader = pair.lead(script, scenario.seconds, wait=False)
            stack.callback(leader.stop)
            leader.first("session")
            time.sleep(JOIN_AFTER_S)
            follower = pair.follow(scenario.seconds)
            stack.callback(follower.stop)
            first = follower.first_word()
            time.sleep(JOIN_WATCH_S)
            recording = capture.recording()
        heard = Heard(recording, tracks.references)
        if heard_at(heard.leader) is None:
            raise BenchError("the leader was never heard")
        figures.joins.append(join_figures(heard, first.told_ns, follower.began_ns))


def run_load(rig: PulseRig, pair: Pair, tracks: Tracks, room: Path, figures: Figures, seconds: float) -> None:
    """Play on while a Python thread keeps the follower's app process busy, and count what breaks."""
    scenario = steady(seconds)
    run = captured(rig, pair, scenario, room, busy=True)
    recording, players = run.recording, (run.leader, run.follower)
    counts = [int(said.line.get("underruns", 0)) for player in players for said in player.of_type("sync")]
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

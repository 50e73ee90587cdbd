"""What lockstep does when it has to decode a lot at once, and when its audio process is killed."""

import contextlib
import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from audio.decode.decoder import Decoder
from audio.decode.pcm import open_pcm
from audio.errors import AudioError
from audio.measure.activity import heard_at, silences
from audio.measure.content import Reference
from audio.measure.rig import RATE_HZ, PulseRig
from tests.bench.analysis import PAUSE_MS, event_figures
from tests.bench.costs import family, memory_mb, resident_mb
from tests.bench.figures import GlideFigures
from tests.bench.heard import Heard
from tests.bench.lockstep_pair import LockstepPair
from tests.bench.long_files import mix, song, tagged_copies
from tests.bench.players import BenchError, Player
from tests.bench.report import public
from tests.bench.runs import END_TIMEOUT_S, Tracks, commands_ns
from tests.bench.scenario import Scenario, Step, steady

TITLE = "Robustness"
INTRODUCTION = """What takes time and what breaks, measured of the default engine on the rig of the table above.
Written by `scripts/bench --write`."""
AUDIO_PROCESS = "audio.engine"
SKIP_AT_MS = 3_000
SKIP_TO = 5
SKIP_WATCH_MS = 6_000
OPEN_TIMEOUT_S = 240.0
MIX_SECONDS, QUICK_MIX_SECONDS = 30.0, 5.0
QUICK_PARTS = 3
KILL_AFTER_S = 8.0
KILL_WATCH_S = 8.0
FREE_BYTES = 6 * 10**9
ASK_S = 0.5

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Item:
    """One figure and the most that it may be; a value of None did not come, `trouble` says why it is not there."""

    what: str
    unit: str
    goal: float | None
    value: float | None
    trouble: str | None = None

    @property
    def missed(self) -> bool:
        return self.trouble is None and self.goal is not None and (self.value is None or self.value > self.goal)

    def text(self) -> str:
        """Return the figure as people read it, with the verdict when it misses its goal."""
        if self.trouble is not None:
            return f"not measured: {self.trouble}"
        shown = "never" if self.value is None else f"{self.value:.1f} {self.unit}".rstrip()
        return f"{shown}, missed" if self.missed else shown


@dataclass(slots=True)
class Robustness:
    """Every figure in order; `glide` is the follower's own account of the steady run."""

    items: list[Item] = field(default_factory=list)
    glide: GlideFigures | None = None

    def all_items(self) -> list[Item]:
        """Return the figures, those of the glide with them."""
        if self.glide is None:
            told = "the follower's summary does not tell"
            return [*self.items, Item("steady play: share of time at another rate than 1", "%", None, None, told)]
        share = Item("steady play: share of time at another rate than 1", "%", None, self.glide.share * 100)
        return [*self.items, share, Item("steady play: spread of the rate", "ppm", None, self.glide.rate_std_ppm)]


def measure(rig: PulseRig, tracks: Tracks, room: Path, say: Say, *, quick: bool) -> Robustness:
    """Measure everything; a part that fails is one line of the result."""
    found = Robustness()
    parts: tuple[tuple[str, Callable[[Path], Iterator[Item]]], ...] = (
        ("skip to an undecoded song", lambda place: skip(rig, tracks, place)),
        ("a mix of two hours", lambda place: long_mix(rig, tracks, place, QUICK_MIX_SECONDS if quick else MIX_SECONDS)),
        ("audio process of the follower killed", lambda place: killed(rig, tracks, place, "follower")),
        ("audio process of the leader killed", lambda place: killed(rig, tracks, place, "leader")),
    )
    for number, (what, part) in enumerate(parts[:QUICK_PARTS] if quick else parts):
        say(f"robustness: {what}")
        place = room / str(number)
        place.mkdir(parents=True, exist_ok=True)
        try:
            found.items += part(place)
        except (BenchError, AudioError, OSError) as error:
            say(f"{what}: {error}")
            found.items.append(Item(what, "", None, None, public(str(error), room.parent)))
        finally:
            # Two hours of music are more than a gigabyte.
            shutil.rmtree(place / "players", ignore_errors=True)
    return found


def skip(rig: PulseRig, tracks: Tracks, room: Path) -> Iterator[Item]:
    """Skip to a three-minute MP3 that nobody has decoded yet: not the next one, which is decoded ahead."""
    piece = song(_files(tracks), room / "piece.mp3")
    copies = tagged_copies(piece, room, SKIP_TO)
    pairing = _pairing(tracks, [_files(tracks)[0], *copies], room)
    steps = (
        Step(0, "play", "play", 0, 0.0),
        Step(SKIP_AT_MS, "track_change", "skip", 1, 0.0, playlist_position=SKIP_TO),
        Step(SKIP_AT_MS + SKIP_WATCH_MS, "end", "end"),
    )
    scenario = Scenario("skip", steps)
    references = (tracks.references[0], _reference(piece, room))
    with contextlib.closing(LockstepPair(rig, pairing, room / "players")) as pair:
        script = scenario.write(room / "script.json")
        limit_s = scenario.seconds + END_TIMEOUT_S
        with rig.capture(room / "skip.raw") as capture:
            leader = pair.lead(script, limit_s, wait=True)
            leader.first("session", OPEN_TIMEOUT_S)
            pair.follow(limit_s)
            leader.wait(limit_s + END_TIMEOUT_S)
            recording = capture.recording()
    event = event_figures(Heard(recording, references), scenario, [], commands_ns(leader, scenario))[1]
    what = "skip to an undecoded MP3 of 3 minutes"
    yield Item(f"{what}: heard of the leader", "ms", 700, event.heard_after_ms)
    yield Item(f"{what}: both within 5 ms for good", "ms", None, event.from_command_ms)


def long_mix(rig: PulseRig, tracks: Tracks, room: Path, seconds: float) -> Iterator[Item]:
    """Play an MP3 of two hours that nobody has decoded yet."""
    if shutil.disk_usage(room).free < FREE_BYTES:
        raise BenchError(f"two hours of music need {FREE_BYTES / 1e9:.0f} GB of disk")
    file = mix(song(_files(tracks), room / "piece.mp3"), room / "mix.mp3")
    scenario = steady(OPEN_TIMEOUT_S)
    pairing = _pairing(tracks, [file], room)
    with (
        contextlib.closing(LockstepPair(rig, pairing, room / "players")) as pair,
        rig.capture(room / "mix.raw") as capture,
    ):
        leader = pair.lead(scenario.write(room / "script.json"), scenario.seconds, wait=False)
        first = leader.first_word()
        leader.wait_for(_plays, "that it plays", OPEN_TIMEOUT_S)
        shared, resident = _memory_while_playing(leader, seconds)
        recording = capture.recording()
    frame = heard_at(Heard(recording, tracks.references).leader)
    heard_ms = None if frame is None else (recording.clock.mono_ns_at(frame) - first.told_ns) / 1e6
    yield Item("MP3 of 2 hours, undecoded: heard, from the first line said", "ms", None, heard_ms)
    yield Item("MP3 of 2 hours: memory of the audio process (PSS)", "MB", 150, shared)
    yield Item("MP3 of 2 hours: resident in it, pages of the mapped music included", "MB", 150, resident)


def killed(rig: PulseRig, tracks: Tracks, room: Path, role: str) -> Iterator[Item]:
    """Kill one side's audio process with SIGKILL in mid-song."""
    scenario = steady(KILL_AFTER_S + KILL_WATCH_S)
    with contextlib.closing(LockstepPair(rig, tracks.pairing, room / "players")) as pair:
        limit_s = scenario.seconds + END_TIMEOUT_S
        with rig.capture(room / "killed.raw") as capture:
            leader = pair.lead(scenario.write(room / "script.json"), limit_s, wait=True)
            leader.first("session")
            follower = pair.follow(limit_s)
            follower.wait_for(_plays, "that it plays", END_TIMEOUT_S)
            time.sleep(KILL_AFTER_S)
            victim = audio_process({"leader": leader, "follower": follower}[role])
            killed_ns = time.perf_counter_ns()
            os.kill(victim, signal.SIGKILL)
            time.sleep(KILL_WATCH_S)
            recording = capture.recording()
    heard = Heard(recording, tracks.references)
    start = recording.clock.frame_at(killed_ns)
    watched = slice(start, start + heard.frames(KILL_WATCH_S * 1000))
    what = f"kill -9 of the {role}'s audio process"
    for bound in (5.0, 1.0):
        # What was buffered is still heard in place for a moment; what counts is from when it stays.
        settled = heard.settled_frame(start, heard.leader.size, bound)
        back_ms = None if settled is None else max(0.0, heard.ms(settled - start))
        goal = 2_000.0 if bound == 5.0 else None
        yield Item(f"{what}: both within {bound:g} ms for good again", "ms", goal, back_ms)
    side = heard.leader if role == "leader" else heard.follower
    silent_ms = sum(heard.ms(gap.frames) for gap in silences(side[watched], RATE_HZ, PAUSE_MS))
    yield Item(f"{what}: silence heard there", "ms", None, silent_ms)


def audio_process(player: Player) -> int:
    """Return the process id of a player's audio process; raise BenchError when there is none."""
    for pid in sorted(family(player.roots["player"])):
        with contextlib.suppress(OSError):
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            if any(argument.startswith(AUDIO_PROCESS.encode()) for argument in arguments):
                return pid
    raise BenchError(f"{player.name} has no audio process")


def as_text(found: Robustness) -> str:
    """Return the figures for a terminal, a line each."""
    items = found.all_items()
    width = max(len(item.what) for item in items)
    return "\n".join(f"{item.what:<{width}}  {_goal(item):>10}  {item.text()}" for item in items)


def as_section(found: Robustness) -> str:
    """Return the figures as the body of a section of the page."""
    lines = [INTRODUCTION, "", "| what | goal | measured |", "|---|---|---|"]
    for item in found.all_items():
        text = f"**{item.text()}**" if item.missed else item.text()
        lines.append(f"| {item.what} | {_goal(item)} | {text.replace('|', chr(92) + '|')} |")
    return "\n".join(lines)


def _goal(item: Item) -> str:
    return "" if item.goal is None else f"<= {item.goal:g} {item.unit}".rstrip()


def _plays(line: dict[str, object]) -> bool:
    return line.get("type") == "state" and line.get("state") == "playing"


def _memory_while_playing(player: Player, seconds: float) -> tuple[float, float]:
    """Return the most that the audio process has held, shared pages shared out and resident, in MB."""
    deadline_s = time.monotonic() + seconds
    shared, resident = 0.0, 0.0
    while time.monotonic() < deadline_s:
        pid = audio_process(player)
        shared, resident = max(shared, memory_mb([pid])), max(resident, resident_mb(pid))
        time.sleep(ASK_S)
    return shared, resident


def _files(tracks: Tracks) -> list[Path]:
    listed = json.loads(tracks.pairing.read_text())["tracks"]
    return [(tracks.pairing.parent / track["file"]).resolve() for track in listed]


def _pairing(tracks: Tracks, files: list[Path], room: Path) -> Path:
    pairing = json.loads(tracks.pairing.read_text())
    pairing["tracks"] = [
        {"trackId": f"spotify:track:bench{number:017d}", "title": file.stem, "artist": "Lockstep", "file": str(file)}
        for number, file in enumerate(files)
    ]
    path = room / "pairing.json"
    path.write_text(json.dumps(pairing))
    return path


def _reference(file: Path, room: Path) -> Reference:
    here = Path.cwd()
    with tempfile.TemporaryDirectory(dir=room) as folder:
        try:
            samples = open_pcm(Decoder(Path(folder)).decode(file, RATE_HZ, lambda _: None))
        finally:
            os.chdir(here)
        return Reference((samples[:, 0].astype(np.float32) + samples[:, 1]) / np.float32(65536), RATE_HZ)

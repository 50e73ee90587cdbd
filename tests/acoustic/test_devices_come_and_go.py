"""What is heard when a device or an audio process goes away in mid-song, and comes back."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from audio.measure.activity import gaps
from audio.measure.capture import Recording
from audio.measure.offset import ChannelPair, offset_statistics
from audio.measure.rig import RATE_HZ, PulseRig
from tests.audio.waiting import children_of, is_alive
from tests.bench.lockstep_pair import LockstepPair
from tests.bench.players import FOLLOWER_SINK, LEADER_SINK, Player
from tests.bench.runs import DEMO_PAIRING

pytestmark = [pytest.mark.acoustic, pytest.mark.timeout(180)]

ENGINE = "audio.engine.process"
#: The follower's clock filter and its fit have settled by then.
SETTLED_S = 6.0
#: A machine under load takes its time; what is promised for a quiet one stands in docs/benchmarks.md.
LONGEST_GAP_S = 5.0
#: Softer than any passage of the demo music is long.
HEARD_GAP_MS = 20.0
#: Sound before a gap shows where the gap begins.
BEFORE_S = 0.5


@dataclass
class Playing:
    """Leader and follower in mid-song, captured."""

    rig: PulseRig
    leader: Player
    follower: Player

    def pactl(self, *command: str) -> str:
        done = subprocess.run(
            ["pactl", *command], env=self.rig.environment(), check=True, capture_output=True, text=True
        )
        return done.stdout

    def wait_for_sound(self, player: Player, told: int) -> None:
        """Wait until a player has said so often that it plays to another output."""
        deadline_s = time.monotonic() + 60
        while len(self.sounds(player)) < told:
            assert time.monotonic() < deadline_s, player.last_words()
            time.sleep(0.02)

    @staticmethod
    def sounds(player: Player) -> list[dict[str, object]]:
        return [said.line for said in player.of_type("state") if said.line.get("state") == "sound"]


def audio_process(player: Player) -> int:
    """Return the id of a player's audio process, which may be a grandchild."""
    (found,) = children_of(player.process.pid, ENGINE)
    return found


@pytest.fixture
def playing(rig: PulseRig, tmp_path: Path) -> Iterator[Playing]:
    pair = LockstepPair(rig, DEMO_PAIRING, tmp_path / "lockstep")
    script = tmp_path / "play.json"
    script.write_text(json.dumps([{"atMs": 0, "action": "play"}]))
    try:
        leader = pair.lead(script, 120.0, wait=True)
        leader.first("session")
        follower = pair.follow(120.0)
        leader.wait_for(lambda line: (line.get("positionMs") or 0) > 1_000, "that it plays", 60.0)
        follower.wait_for(lambda line: (line.get("positionMs") or 0) > 1_000, "that it plays", 60.0)
        time.sleep(SETTLED_S)
        yield Playing(rig, leader, follower)
    finally:
        pair.close()


def in_lockstep(recording: Recording, until_ns: int, seconds: float = 1.5) -> float:
    """Return the median |offset| in ms over the last seconds before an instant."""
    end = recording.clock.frame_at(until_ns)
    pair = ChannelPair(recording.channel(LEADER_SINK), recording.channel(FOLLOWER_SINK), RATE_HZ)
    statistics = offset_statistics(pair.sliding(end - round(seconds * RATE_HZ), end))
    assert statistics is not None
    assert statistics.missing <= statistics.count
    return statistics.median_ms


def longest_gap_s(recording: Recording, sink: str, from_ns: int, to_ns: int) -> float:
    """Return the longest silence of a channel between two instants, within the sound around it."""
    channel = recording.channel(sink, recording.clock.frame_at(from_ns), recording.clock.frame_at(to_ns))
    found = gaps(channel, RATE_HZ, HEARD_GAP_MS)
    return max((gap.frames / RATE_HZ for gap in found), default=0.0)


def back_in_lockstep(recording: Recording, role: str, before_ns: int, after_ns: int) -> float:
    """Show that a player is silent for no longer than a moment, and in the end where it belongs; return that moment."""
    sink = LEADER_SINK if role == "leader" else FOLLOWER_SINK
    gap_s = longest_gap_s(recording, sink, before_ns, after_ns)
    apart_ms = in_lockstep(recording, after_ns)
    print(f"{role}: {gap_s:.2f} s of silence, then {apart_ms:.3f} ms apart")
    assert gap_s < LONGEST_GAP_S
    assert apart_ms < 1.0
    return gap_s


def after(seconds: float) -> int:
    """Wait, and return when it is."""
    time.sleep(seconds)
    return time.perf_counter_ns()


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hung"])
def test_an_audio_process_that_is_killed_or_hangs_is_replaced_and_in_lockstep(
    playing: Playing, tmp_path: Path, signal_number: signal.Signals
) -> None:
    marks = []
    with playing.rig.capture(tmp_path / "replaced.raw") as capture:
        begun_ns = after(1.5)
        for player in (playing.follower, playing.leader):
            known = audio_process(player)
            told = len(playing.sounds(player))
            before_ns = after(0.0)
            time.sleep(BEFORE_S)
            os.kill(known, signal_number)
            playing.wait_for_sound(player, told + 1)
            assert not is_alive(known)
            marks.append((player, before_ns, after(4.0)))
        recording = capture.recording()
    assert in_lockstep(recording, begun_ns) < 1.0
    for player, before_ns, after_ns in marks:
        assert back_in_lockstep(recording, player.name, before_ns, after_ns) > 0
    for role in ("leader", "follower"):
        log = (tmp_path / "lockstep" / role / "lockstep.log").read_text()
        assert log.count("audio process") == 1, "one line of log"


def test_an_audio_process_that_stood_still_for_a_moment_is_left_alone_and_in_lockstep(
    playing: Playing, tmp_path: Path
) -> None:
    with playing.rig.capture(tmp_path / "stopped.raw") as capture:
        begun_ns = after(1.5)
        stopped = audio_process(playing.follower)
        os.kill(stopped, signal.SIGSTOP)
        time.sleep(0.7)
        os.kill(stopped, signal.SIGCONT)
        ended_ns = after(4.0)
        recording = capture.recording()
    assert audio_process(playing.follower) == stopped
    assert back_in_lockstep(recording, "follower", begun_ns - round(BEFORE_S * 1e9), ended_ns) > 0


def test_an_unplugged_device_is_left_and_returned_to(playing: Playing, tmp_path: Path) -> None:
    place = ["master=room", "channels=2", "remix=no", "master_channel_map=rear-left,rear-right"]
    place.append("channel_map=front-left,front-right")
    modules = [line.split("\t") for line in playing.pactl("list", "short", "modules").splitlines()]
    (device,) = [module[0] for module in modules if len(module) > 2 and "sink_name=right" in module[2]]
    added = playing.pactl("load-module", "module-remap-sink", "sink_name=spare", *place).strip()
    playing.pactl("set-default-sink", "spare")
    told = len(playing.sounds(playing.follower))
    marks = []
    try:
        with playing.rig.capture(tmp_path / "unplug.raw") as capture:
            begun_ns = after(2.0)
            playing.pactl("unload-module", device)
            playing.wait_for_sound(playing.follower, told + 1)
            marks.append((begun_ns, after(4.0)))
            playing.pactl("load-module", "module-remap-sink", "sink_name=right", *place)
            playing.wait_for_sound(playing.follower, told + 2)
            marks.append((marks[-1][1], after(4.0)))
            recording = capture.recording()
    finally:
        playing.pactl("unload-module", added)
        if "\tright\t" not in playing.pactl("list", "short", "sinks"):
            playing.pactl("load-module", "module-remap-sink", "sink_name=right", *place)
    away, back = playing.sounds(playing.follower)[told : told + 2]
    assert away["device"] == "spare"
    assert "right" in str(away["reason"])
    assert (back["device"], back["reason"]) == ("right", None)
    assert in_lockstep(recording, begun_ns) < 1.0
    for before_ns, after_ns in marks:
        back_in_lockstep(recording, "follower", before_ns, after_ns)

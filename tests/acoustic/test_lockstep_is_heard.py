"""Two real players, server and clock between them, heard side by side. Bounds are generous: CI machines are noisy."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from audio.measure.rig import PulseRig
from tests.bench import runs
from tests.bench.analysis import event_figures, join_figures, less_lead
from tests.bench.heard import Heard
from tests.bench.lockstep_pair import LockstepPair
from tests.bench.scenario import Scenario, Step

pytestmark = [pytest.mark.acoustic, pytest.mark.timeout(180)]


@pytest.fixture(scope="session")
def tracks() -> runs.Tracks:
    return runs.decode_tracks()


@pytest.fixture
def pair(rig: PulseRig, tmp_path: Path) -> Iterator[LockstepPair]:
    running = LockstepPair(rig, runs.DEMO_PAIRING, tmp_path / "lockstep")
    yield running
    running.close()


def test_leader_and_follower_are_heard_as_one_also_after_a_seek_in_the_vbr_track(
    rig: PulseRig, pair: LockstepPair, tracks: runs.Tracks, tmp_path: Path
) -> None:
    scenario = Scenario(
        "short",
        (
            Step(0, "play", "play", 0, 0.0),
            Step(12_000, "skip_next", "skip", 1, 0.0),
            Step(15_000, "seek", "seek", 1, 100_000.0, 100_000),
            Step(20_000, "end", "end"),
        ),
    )
    run = runs.captured(rig, pair, scenario, tmp_path)
    heard = Heard(run.recording, tracks.references)
    statistics, _ = heard.steady(heard.leader_begins() + heard.frames(5_000), 6.0)
    assert statistics is not None
    assert statistics.median_ms <= 1.0
    events = event_figures(heard, scenario, run.leader.of_type("sync"))
    _, skip, seek = less_lead(events, events[0].told_error_ms)
    assert skip.heard
    assert skip.offset_ms == pytest.approx(0, abs=5.0)
    assert seek.heard
    assert seek.offset_ms == pytest.approx(0, abs=5.0)
    assert seek.told_error_ms == pytest.approx(0, abs=5.0)
    assert seek.wrong_place_ms <= 250.0


def test_a_follower_joins_in_the_middle_of_a_song(
    rig: PulseRig, pair: LockstepPair, tracks: runs.Tracks, tmp_path: Path
) -> None:
    script = tmp_path / "play.json"
    script.write_text(json.dumps([{"atMs": 0, "action": "play"}]))
    with rig.capture(tmp_path / "join.raw") as capture:
        leader = pair.lead(script, 120.0, wait=False)
        leader.wait_for(lambda line: (line.get("positionMs") or 0) > 2_000, "that it plays", 60.0)
        follower = pair.follow(120.0)
        follower.wait_for(lambda line: (line.get("positionMs") or 0) > 2_000, "that it plays", 60.0)
        time.sleep(5.0)
        recording = capture.recording()
    heard = Heard(recording, tracks.references)
    joined = join_figures(heard, follower.first_word().mono_ns, follower.spawned_ns)
    assert joined.from_first_word_ms is not None
    assert joined.from_first_word_ms <= 10_000

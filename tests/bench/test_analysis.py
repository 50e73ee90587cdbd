from pathlib import Path

import numpy as np
import pytest

from audio.measure.capture import CaptureClock, Recording
from audio.measure.content import Reference
from audio.measure.correlation import Samples
from tests.audio.measure.sounds import RATE_HZ, made_music
from tests.bench.analysis import drift_figures, event_figures, join_figures, less_lead
from tests.bench.heard import Heard
from tests.bench.players import Said
from tests.bench.scenario import Scenario, Step

SCENARIO = Scenario(
    "made up",
    (
        Step(0, "play", "play", 0, 0.0),
        Step(4_000, "seek", "seek", 0, 20_000.0, 20_000),
        Step(9_000, "end", "end"),
    ),
)


@pytest.fixture(scope="module")
def track() -> Samples:
    return made_music(40, seed=31)


def silence(ms: float) -> Samples:
    return np.zeros(round(ms * RATE_HZ / 1000), dtype=np.float32)


def part(track: Samples, start_ms: float, end_ms: float) -> Samples:
    return track[round(start_ms * RATE_HZ / 1000) : round(end_ms * RATE_HZ / 1000)]


def heard(tmp_path: Path, track: Samples, leader: list[Samples], follower: list[Samples]) -> Heard:
    sides = [np.concatenate((silence(500), *pieces)) for pieces in (leader, follower)]
    frames = np.zeros((max(side.size for side in sides), 4), dtype="<i2")
    for column, side in zip((0, 2), sides, strict=True):
        frames[: side.size, column : column + 2] = np.round(side * 32767)[:, None]
    frames.tofile(tmp_path / "capture.raw")
    recording = Recording(tmp_path / "capture.raw", RATE_HZ, ("left", "right"), CaptureClock(0, 1e9 / RATE_HZ))
    return Heard(recording, [Reference(track, RATE_HZ)])


def test_a_follower_that_is_late_after_a_seek_is_given_its_time(tmp_path: Path, track: Samples) -> None:
    leader = [part(track, 0, 4_000), part(track, 20_000, 25_000)]
    follower = [part(track, 0, 4_000), silence(300), part(track, 20_302, 25_002)]
    play, seek = event_figures(heard(tmp_path, track, leader, follower), SCENARIO, [])
    assert play.leader_error_ms == pytest.approx(0, abs=0.05)
    assert play.within_1_ms_after_ms == pytest.approx(30, abs=25)
    assert seek.offset_ms == pytest.approx(-2.0, abs=0.02)
    assert seek.within_5_ms_after_ms == pytest.approx(330, abs=45)
    assert seek.within_1_ms_after_ms is None
    assert seek.wrong_place_ms == 0


def test_a_follower_seconds_away_is_found_in_the_wrong_place_and_told_how_far(tmp_path: Path, track: Samples) -> None:
    leader = [part(track, 0, 4_000), part(track, 20_000, 25_000)]
    follower = [part(track, 0, 4_000), part(track, 16_000, 21_000)]
    _, seek = event_figures(heard(tmp_path, track, leader, follower), SCENARIO, [])
    assert seek.offset_ms == pytest.approx(4_000, abs=0.05)
    assert seek.within_5_ms_after_ms is None
    assert seek.wrong_place_ms > 3_000


def test_a_leader_that_tells_one_place_and_plays_another_is_found_out(tmp_path: Path, track: Samples) -> None:
    leader = [part(track, 0, 4_000), part(track, 20_150, 25_150)]
    told = [
        Said(0, {"monoNs": round(at_ms * 1e6), "positionMs": position_ms, "playlistPosition": 0})
        for at_ms, position_ms in ((1_500, 1_000), (2_000, 1_500), (5_500, 21_000), (6_000, 21_500))
    ]
    found = event_figures(heard(tmp_path, track, leader, leader), SCENARIO, told)
    play, seek = less_lead(found, found[0].told_error_ms)
    assert play.told_error_ms == 0
    assert seek.told_error_ms == pytest.approx(150, abs=0.05)


def test_without_a_lead_nothing_is_known_of_what_is_told(tmp_path: Path, track: Samples) -> None:
    leader = [part(track, 0, 4_000), part(track, 20_000, 25_000)]
    told = [Said(0, {"monoNs": round(5.5e9), "positionMs": 20_900, "playlistPosition": 0})]
    found = event_figures(heard(tmp_path, track, leader, leader), SCENARIO, told)
    assert found[0].told_error_ms is None
    assert less_lead(found, found[0].told_error_ms)[1].told_error_ms is None
    assert less_lead(found, 60.0)[1].told_error_ms == pytest.approx(40, abs=0.05)


def test_what_counts_from_the_command_on_is_when_and_where_it_is_heard(tmp_path: Path, track: Samples) -> None:
    leader = [part(track, 0, 4_000), silence(100), part(track, 21_200, 26_000)]
    found = heard(tmp_path, track, leader, leader)
    play, seek = event_figures(found, SCENARIO, [], {0: round(0.3e9), 4_000: round(4.45e9)})
    assert play.heard_after_ms == pytest.approx(200, abs=1)
    assert seek.heard_after_ms == pytest.approx(150, abs=6)
    assert seek.from_command_ms == pytest.approx(180, abs=30)
    assert seek.asked_error_ms == pytest.approx(1_200, abs=6)


def test_what_sounds_before_the_leader_was_told_to_play_is_not_its_music(tmp_path: Path, track: Samples) -> None:
    sides = [silence(500), part(track, 0, 50), silence(2_000), part(track, 0, 5_000)]
    found = heard(tmp_path, track, sides, sides)
    assert found.ms(found.leader_begins()) == pytest.approx(1_000, abs=1)
    told = Heard(found.recording, [Reference(track, RATE_HZ)], played_ns=round(3e9))
    assert told.ms(told.leader_begins()) == pytest.approx(3_050, abs=1)


def test_a_step_that_nobody_hears_is_not_heard(tmp_path: Path, track: Samples) -> None:
    leader = [part(track, 0, 4_000), silence(5_000)]
    _, seek = event_figures(heard(tmp_path, track, leader, leader), SCENARIO, [])
    assert not seek.heard


def test_joining_is_counted_from_the_first_word_to_being_in_place_for_good(tmp_path: Path, track: Samples) -> None:
    leader = [part(track, 0, 10_000)]
    follower = [silence(3_000), part(track, 3_010, 3_500), part(track, 3_490, 10_000)]
    joined = join_figures(heard(tmp_path, track, leader, follower), round(3e9), round(2e9))
    assert joined.heard_from_first_word_ms == pytest.approx(500, abs=1)
    assert joined.from_first_word_ms == pytest.approx(1_010, abs=50)
    assert joined.from_spawn_ms == pytest.approx(2_010, abs=50)


def test_a_follower_that_glides_into_place_was_in_place_before_though_its_treble_was_smeared(
    tmp_path: Path, track: Samples
) -> None:
    follower = track[: 10 * RATE_HZ].copy()
    # From 4.2 s on it is 0.45 ms behind, and glides there from 4.4 to 4.55 s at 0.3 %.
    seconds = np.arange(round(4.2 * RATE_HZ), round(4.7 * RATE_HZ)) / RATE_HZ
    behind_s = np.interp(seconds, [4.4, 4.55], [0.45e-3, 0.0])
    follower[round(4.2 * RATE_HZ) : round(4.7 * RATE_HZ)] = np.interp(
        (seconds - behind_s) * RATE_HZ, np.arange(track.size), track
    )
    follower[: round(4.2 * RATE_HZ)] = 0
    found = heard(tmp_path, track, [part(track, 0, 10_000)], [follower])
    windows = found.pair.sliding(round(4.9 * RATE_HZ), round(5.05 * RATE_HZ), 60.0, 20.0)
    assert any(window.correlation < 0.9 for window in windows), "the glide does smear it"
    joined = join_figures(found, round(4e9), round(3e9))
    assert joined.from_first_word_ms == pytest.approx(700 + 30, abs=25)


def test_a_drift_shown_is_held_against_the_offset_heard_then(tmp_path: Path, track: Samples) -> None:
    found = heard(tmp_path, track, [part(track, 1, 10_001)], [part(track, 0, 10_000)])
    statistics, windows = found.steady(found.leader_begins(), 9)
    assert statistics is not None
    assert statistics.median_ms == pytest.approx(1, abs=0.03)
    syncs = [Said(0, {"monoNs": at * 10**9, "driftMs": 0.4}) for at in (3, 5, 7, 99)]
    figures = drift_figures(found.recording, windows, syncs)
    assert figures is not None
    assert (figures.count, figures.shown_median_ms) == (3, 0.4)
    assert figures.difference_p95_ms == pytest.approx(0.6, abs=0.03)

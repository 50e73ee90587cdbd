"""What the demo's table says follows from what the follower reported, and from nothing else."""

import pytest

from ui.demo.analysis import Happening, SyncPoint, drift_statistics, happening, settle_ms, settlings, sync_point

START = 1_750_000_000_000.0


def points(*drifts: float | None, every_ms: float = 50.0, playing: bool = True) -> list[SyncPoint]:
    return [SyncPoint(START + i * every_ms, drift, playing, 0.1, 0) for i, drift in enumerate(drifts)]


def test_lockstep_counts_from_the_first_report_of_a_lasting_stay():
    wild = [5.0, 0.2, 7.0, -0.9] + [0.1] * 10
    assert settle_ms(points(*wild), START, START + 10_000) == 150


def test_a_short_visit_is_no_lockstep():
    assert settle_ms(points(5.0, 0.2, 0.1, 4.0, None, 0.3), START, START + 10_000) is None


def test_a_report_that_compares_nothing_breaks_the_stay():
    assert settle_ms(points(0.1, 0.1, None, *[0.1] * 8), START, START + 10_000) == 150


def test_what_happens_next_ends_the_time_there_was_to_settle():
    first = Happening(START, "play", 0, 0)
    second = Happening(START + 500, "seek", 60_000, 0)
    found = settlings(points(*[3.0] * 10, *[0.1] * 20), [first, second])
    assert [(item.happening, item.after_ms) for item in found] == [(first, None), (second, 0)]


def test_statistics_are_of_the_size_of_drift_while_music_plays():
    values = [-0.3, 0.1, 0.2]
    found = drift_statistics([*points(*values), *points(9.0, playing=False), *points(None)])
    assert (found.count, found.max_ms) == (3, 0.3)
    assert found.median_ms == pytest.approx(0.2)
    assert drift_statistics(points(None, None)) is None


def test_a_sync_line_and_a_trace_line_are_read_as_the_player_writes_them():
    line = {"type": "sync", "correctedMs": START, "driftMs": -0.02, "isPlaying": True, "clockUncertaintyMs": None}
    assert sync_point({**line, "underruns": 2}) == SyncPoint(START, -0.02, True, None, 2)
    event = {"type": "transport", "action": "seek", "correctedMs": 5, "positionMs": 6, "playlistPosition": 1}
    assert happening({"kind": "out", "event": event}) == Happening(5, "seek", 6, 1)
    assert happening({"kind": "in", "event": event}) is None
    assert happening({"kind": "out", "event": {"type": "position"}}) is None
    assert happening({"kind": "sync"}) is None

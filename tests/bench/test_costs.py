import os
from pathlib import Path

import pytest

from tests.bench.costs import Sample, cost, family, memory_mb

S = 1_000_000_000
TICKS = os.sysconf("SC_CLK_TCK")


def process(proc: Path, pid: int, parent: int, seconds: float, pss_kb: int = 0, name: str = "p") -> None:
    folder = proc / str(pid)
    folder.mkdir(parents=True)
    ticks = round(seconds * TICKS)
    (folder / "stat").write_text(f"{pid} ({name}) S {parent} 0 0 0 0 0 0 0 0 0 {ticks} {ticks} 0 0\n")
    (folder / "smaps_rollup").write_text(f"00-ff ---p [rollup]\nRss: {pss_kb * 2} kB\nPss:   {pss_kb} kB\n")


def test_a_family_is_the_roots_and_all_that_descends_from_them(tmp_path: Path) -> None:
    process(tmp_path, 10, 1, 1.0)
    process(tmp_path, 12, 11, 3.0, name="odd ) name (")
    process(tmp_path, 11, 10, 2.0)
    process(tmp_path, 20, 1, 9.0)
    (tmp_path / "self").mkdir()
    assert family([10, 99], tmp_path) == {10: 2.0, 11: 4.0, 12: 6.0}


def test_memory_is_what_is_left_when_shared_pages_are_shared_out(tmp_path: Path) -> None:
    process(tmp_path, 10, 1, 0.0, pss_kb=1000)
    process(tmp_path, 11, 1, 0.0, pss_kb=500)
    assert memory_mb([10, 11, 12], tmp_path) == pytest.approx(1.536)


def test_cpu_is_what_was_used_between_two_instants() -> None:
    samples = [
        Sample(0, {1: 100.0}, 50.0),
        Sample(10 * S, {1: 101.0, 2: 5.0}, 60.0),
        Sample(20 * S, {1: 102.0, 2: 5.5, 3: 0.5}),
        Sample(30 * S, {1: 103.0, 3: 1.0}),
        Sample(40 * S, {1: 200.0}),
    ]
    found = cost(samples, 10 * S, 30 * S)
    assert found is not None
    # 2 s of the first, 0.5 s seen of the one that ended, 1 s of the one that appeared: 3.5 s in 20 s.
    assert found.cpu_percent == pytest.approx(17.5)
    assert found.memory_mb == 60.0


def test_one_sample_tells_nothing() -> None:
    assert cost([Sample(0, {1: 1.0}, 1.0)], 0, S) is None
    assert cost([Sample(0, {1: 1.0}), Sample(S, {1: 2.0})], 0, S) is None

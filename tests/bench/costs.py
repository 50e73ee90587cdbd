"""What players cost: CPU time and memory of all their processes, as the kernel counts them."""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

PROC = Path("/proc")
SAMPLE_EVERY_S = 1.0
MEMORY_EVERY = 10
NS_PER_S = 1_000_000_000
#: Fields of /proc/PID/stat, counted after the command's closing bracket.
PARENT, USER_TICKS, SYSTEM_TICKS = 1, 11, 12


@dataclass(frozen=True, slots=True)
class Cost:
    """Percent of one core, and proportional set size in MB (shared pages are shared out), of several processes."""

    cpu_percent: float
    memory_mb: float


@dataclass(frozen=True, slots=True)
class Sample:
    """CPU seconds used by each process until now, and their memory in MB where it was asked for."""

    mono_ns: int
    cpu_s: Mapping[int, float]
    memory_mb: float | None = None


@dataclass(frozen=True, slots=True)
class _Stat:
    parent: int
    cpu_s: float


def family(roots: Sequence[int], proc: Path = PROC) -> dict[int, float]:
    """Return the CPU seconds of each process that is one of the roots or descends from one."""
    stats: dict[int, _Stat] = {}
    for entry in proc.iterdir():
        if entry.name.isdigit() and (stat := _stat(entry)) is not None:
            stats[int(entry.name)] = stat
    found = {pid for pid in roots if pid in stats}
    while True:
        more = {pid for pid, stat in stats.items() if stat.parent in found} - found
        if not more:
            return {pid: stats[pid].cpu_s for pid in found}
        found |= more


def memory_mb(pids: Sequence[int], proc: Path = PROC) -> float:
    """Return the processes' proportional set size in MB (10^6 bytes)."""
    return sum(_rollup_kb(proc / str(pid), "Pss:") for pid in pids) * 1024 / 1e6


def resident_mb(pid: int, proc: Path = PROC) -> float:
    """Return what of a process is in memory, in MB: its own, and every page of a mapped file that it has touched."""
    return _rollup_kb(proc / str(pid), "Rss:") * 1024 / 1e6


def cost(samples: Sequence[Sample], start_ns: int, end_ns: int) -> Cost | None:
    """Return what was used between two instants; None when that holds fewer than two samples.

    A process that appears in between is charged with all that it has used, one that ends with what was seen of it.
    """
    within = [sample for sample in samples if start_ns <= sample.mono_ns <= end_ns]
    memories = [sample.memory_mb for sample in samples if sample.memory_mb is not None]
    if len(within) < 2 or not memories:
        return None
    first, last = within[0], within[-1]
    latest: dict[int, float] = {}
    for sample in within:
        latest.update(sample.cpu_s)
    used_s = sum(cpu_s - first.cpu_s.get(pid, 0.0) for pid, cpu_s in latest.items())
    return Cost(used_s / ((last.mono_ns - first.mono_ns) / NS_PER_S) * 100, max(memories))


@dataclass(slots=True)
class CostMeter:
    """Takes samples of several groups of processes until it is closed; a context manager."""

    groups: Mapping[str, Sequence[int]]
    clock: Callable[[], int] = time.perf_counter_ns
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.samples = {name: [] for name in self.groups}
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def costs(self, start_ns: int, end_ns: int) -> dict[str, Cost]:
        """Return what each group used between two instants, those that could not be told left out."""
        found = {name: cost(samples, start_ns, end_ns) for name, samples in self.samples.items()}
        return {name: value for name, value in found.items() if value is not None}

    def _run(self) -> None:
        count = 0
        while not self._ended.wait(SAMPLE_EVERY_S):
            count += 1
            for name, roots in self.groups.items():
                used = family(roots)
                memory = memory_mb(list(used)) if used and count % MEMORY_EVERY == MEMORY_EVERY // 2 else None
                self.samples[name].append(Sample(self.clock(), used, memory))


def _stat(entry: Path) -> _Stat | None:
    try:
        fields = (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    ticks = int(fields[USER_TICKS]) + int(fields[SYSTEM_TICKS])
    return _Stat(int(fields[PARENT]), ticks / os.sysconf("SC_CLK_TCK"))


def _rollup_kb(entry: Path, name: str) -> int:
    with contextlib.suppress(OSError):
        for line in (entry / "smaps_rollup").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1])
    return 0

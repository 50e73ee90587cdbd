"""`scripts/bench-library`: how fast music is scanned, matched and fingerprinted, and whether the app stays awake."""

import argparse
import asyncio
import os
import platform
import sys
import tempfile
import time
from collections.abc import Awaitable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from client.fingerprint.fingerprint import fingerprint
from client.library.library import Library
from client.library.stores import FILE_NAME, Stores
from client.matching.matcher import match_playlist
from client.matching.model import Confidence
from tests.bench.page import with_section
from tests.client.bench.music import make_collection, make_playlist, make_whole_files

_PAGE = Path(__file__).parents[3] / "docs" / "benchmarks.md"
_MARK = "<!-- library: written by scripts/bench-library --write -->"
_TICK_S = 0.002
_WHOLE_FILES = 20
_WHOLE_MEGABYTES = 5

_T = TypeVar("_T")


class Pause:
    """The longest time in which the event loop did not come round, the wait for a core left out where it is known."""

    def __init__(self) -> None:
        self.longest_ms = 0.0

    async def timed(self, work: Awaitable[_T]) -> tuple[_T, float]:
        """Return the result of some work, and the seconds it took."""
        watching = asyncio.create_task(self._watch())
        began_s = time.perf_counter()
        try:
            return await work, time.perf_counter() - began_s
        finally:
            watching.cancel()

    async def _watch(self) -> None:
        before_s, waited_s = time.perf_counter(), _waited_for_a_core_s()
        while True:
            await asyncio.sleep(_TICK_S)
            now_s, now_waited_s = time.perf_counter(), _waited_for_a_core_s()
            pause_s = now_s - before_s - _TICK_S - (now_waited_s - waited_s)
            self.longest_ms = max(self.longest_ms, 1000 * pause_s)
            before_s, waited_s = now_s, now_waited_s


def _waited_for_a_core_s() -> float:
    """Return how long this thread was ready and not run: Linux tells, elsewhere it counts as a pause."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


async def measure(folder: Path, count: int, rounds: int) -> list[str]:
    """Scan, scan again and match, several times; return the rows of a table. The best round counts: disks warm up."""
    playlist = make_playlist(count, min(500, count))
    make_collection(folder / "music", count)
    first, again, matching, pause = [], [], [], Pause()
    for number in range(rounds):
        library = await Library.open(folder / f"data-{number}")
        await library.add_folder(folder / "music")
        scan, seconds = await pause.timed(library.scan())
        assert scan.new == count, scan
        first.append(count / seconds)
        scan, seconds = await pause.timed(library.scan())
        assert (scan.found, scan.new, scan.changed) == (count, 0, 0), scan
        again.append(count / seconds)
        _, seconds = await pause.timed(library.save_playlist(playlist))
        matching.append(seconds)
        await library.aclose()
        print(f"{first[-1]:.0f} and {again[-1]:.0f} files/s, {seconds:.2f} s", file=sys.stderr, flush=True)
    stores = Stores(folder / "data-0" / FILE_NAME)
    files = list(stores.music.files())
    stores.close()
    began_s = time.perf_counter()
    matches = match_playlist(playlist.tracks, files)
    alone_s = time.perf_counter() - began_s
    sure = sum(match.confidence is Confidence.SURE for match in matches)
    whole = make_whole_files(folder / "whole", _WHOLE_FILES, _WHOLE_MEGABYTES)
    began_s = time.perf_counter()
    for path in whole:
        fingerprint(path)
    seconds = time.perf_counter() - began_s
    tracks = len(playlist.tracks)
    return [
        _row("first scan", ">= 500 files/s", f"{max(first):,.0f} files/s", is_met=max(first) >= 500),
        _row(
            "scan when nothing has changed", ">= 10,000 files/s", f"{max(again):,.0f} files/s", is_met=max(again) >= 1e4
        ),
        _row(f"matching {tracks} tracks ({sure} of them sure)", "< 2 s", f"{alone_s:.2f} s", is_met=alone_s < 2),
        _row("saving that playlist: a process of its own, matching, SQLite", "", f"{min(matching):.2f} s"),
        _row(
            f"fingerprints of MP3s of {_WHOLE_MEGABYTES} MB",
            "",
            f"{len(whole) / seconds:.0f} files/s, {len(whole) * _WHOLE_MEGABYTES / seconds:.0f} MB/s",
        ),
        _row(
            "the app's longest pause in all of it",
            "<= 16 ms",
            f"{pause.longest_ms:.0f} ms",
            is_met=pause.longest_ms <= 16,
        ),
    ]


def _row(what: str, goal: str, figure: str, *, is_met: bool = True) -> str:
    return f"| {what} | {goal} | {figure}{'' if is_met else ', missed'} |"


def _surroundings(count: int) -> list[str]:
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        "?",
    )
    return [
        f"{count:,} small real MP3s with ID3v2.4 tags in folders of 48, warm from having been written, scanned by",
        "the app's library in a process of its own. A pause is how long the app's event loop did not come round;",
        "waiting for a core that others have is not counted.",
        "",
        f"- date: {datetime.now(UTC).date()}",
        f"- CPU: {cpu}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end",
        f"- Python: {platform.python_version()}",
        "",
        "| | goal | |",
        "|---|---|---|",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000, help="how many files the collection has")
    parser.add_argument("--rounds", type=int, default=3, help="how often it is scanned; the best counts")
    parser.add_argument("--write", action="store_true", help="write the figures into docs/benchmarks.md")
    parser.add_argument("--quick", action="store_true", help="2,000 files, once: whether it works at all")
    arguments = parser.parse_args()
    count, rounds = (2_000, 1) if arguments.quick else (arguments.files, arguments.rounds)
    with tempfile.TemporaryDirectory(prefix="lockstep-bench-") as folder:
        rows = asyncio.run(measure(Path(folder), count, rounds))
    section = "\n".join([_MARK, "", "## The library", "", *_surroundings(count), *rows, ""])
    print(section)
    if arguments.write and not arguments.quick:
        _PAGE.write_text(with_section(_PAGE.read_text("utf-8"), section), "utf-8")


if __name__ == "__main__":
    main()

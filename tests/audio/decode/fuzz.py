"""Mutated MP3s through the decoder process: `scripts/fuzz-decoder --count 1000 --seed 1`.

Every file follows from its own seed, so a failure is repeated with `--seed N --count 1`.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import numpy as np

from audio.decode.client import DecoderClient
from audio.errors import TrackError

RATE = 44_100
LIMIT_S = 10.0
LIMIT_MIB = 400
#: Enough to fill every buffer of libVLC, and little enough for a thousand of them.
_BASE_BYTES = 160_000
_DEMO = Path(str(files("assets").joinpath("demo")))


@dataclass
class Outcome:
    """What came of all files."""

    played: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    deaths: int = 0
    slowest_s: float = 0.0
    slowest_seed: int = 0
    peak_mib: float = 0.0
    failures: list[str] = field(default_factory=list)


def mutated(seed: int) -> bytes:
    """Return a damaged MP3 file."""
    rng = np.random.default_rng(seed)
    demos = sorted(_DEMO.glob("*.mp3"))
    whole = demos[rng.integers(len(demos))].read_bytes()
    start = int(rng.choice([0, rng.integers(len(whole) - _BASE_BYTES)]))
    data = bytearray(whole[start : start + _BASE_BYTES])
    for _ in range(rng.integers(1, 9)):
        at = int(rng.choice([rng.integers(200), rng.integers(len(data))]))
        length = int(2 ** rng.uniform(0, 14))
        match rng.integers(8):
            case 0:
                for bit in rng.integers(0, len(data) * 8, length):
                    data[bit // 8] ^= 1 << bit % 8
            case 1:
                data[at : at + length] = rng.bytes(length)
            case 2:
                del data[at : at + length]
            case 3:
                data[at:at] = data[at : at + length] * int(rng.integers(1, 20))
            case 4:
                data[at:at] = bytes(length)
            case 5:
                data[at:at] = b"\xff\xfb" + rng.bytes(2)
            case 6:
                data[0:0] = b"ID3" + rng.bytes(7)
            case _:
                del data[max(1, len(data) - at) :]
        data = data[: 4 * _BASE_BYTES] or bytearray(b"\0")
    return bytes(data)


def memory_mib(pid: int, name: str = "VmHWM") -> float:
    """Return a process's memory, its peak by default; 0 where it can't be told."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) / 1024
    return 0.0


async def run(count: int, seed: int, folder: Path) -> Outcome:
    """Send mutated files through one decoder client; after each failure the next must still be answered."""
    outcome = Outcome()
    client = DecoderClient(folder / "cache", folder / "decoder.log", cache_limit_bytes=64 << 20)
    client.start()
    try:
        for number in range(seed, seed + count):
            file = folder / "mutated.mp3"
            file.write_bytes(mutated(number))
            child, began_s = client._child, time.monotonic()
            try:
                pcm = await asyncio.wait_for(client.decode(file, RATE, track="x"), 3 * LIMIT_S)
                outcome.played += 1
                client.release(pcm)
            except TrackError as error:
                outcome.refused[error.reason.split(":")[0].split(";")[0]] += 1
            except TimeoutError:
                outcome.failures.append(f"seed {number}: no answer")
            took_s = time.monotonic() - began_s
            if took_s > outcome.slowest_s:
                outcome.slowest_s, outcome.slowest_seed = took_s, number
            if took_s > LIMIT_S:
                outcome.failures.append(f"seed {number}: took {took_s:.1f} s")
            if client._child is not child:
                outcome.deaths += 1
                print(f"seed {number}: ended the decoder process, which was replaced", file=sys.stderr)
            elif child is not None:
                outcome.peak_mib = max(outcome.peak_mib, memory_mib(child.pid))
            if outcome.peak_mib > LIMIT_MIB:
                outcome.failures.append(f"seed {number}: the decoder process grew to {outcome.peak_mib:.0f} MiB")
                break
    finally:
        client.close()
    return outcome


def main() -> int:
    """Run as asked for and print the figures."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz-decoder", description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1, help="of the first file; the others count up from it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = asyncio.run(run(options.count, options.seed, Path(folder)))
    print(f"{options.count} files, seeds {options.seed} to {options.seed + options.count - 1}")
    print(f"played {outcome.played}, refused {sum(outcome.refused.values())}, decoder replaced {outcome.deaths} times")
    for reason, times in outcome.refused.most_common():
        print(f"  {times} x {reason}")
    print(
        f"slowest {outcome.slowest_s:.2f} s (seed {outcome.slowest_seed}), decoder's memory {outcome.peak_mib:.0f} MiB"
    )
    for failure in outcome.failures:
        print(f"FAILED {failure}")
    return 1 if outcome.failures else 0


if __name__ == "__main__":
    sys.exit(main())

"""How many files a second are fingerprinted: MP3s of a usual size, warm in the page cache, one thread."""

import time
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from client.fingerprint.fingerprint import fingerprint


@dataclass(frozen=True, slots=True)
class FingerprintSpeed:
    """What was measured; `megabytes` is the size of one file in units of 2**20 bytes."""

    files: int
    megabytes: float
    files_per_s: float
    megabytes_per_s: float


def make_songs(room: Path, count: int, minutes: float = 4.0) -> list[Path]:
    """Write MP3s of the demo music (VBR), each with other tags, so that each is a file of its own."""
    demo = Path(str(files("assets").joinpath("demo", "long-way-round.mp3"))).read_bytes()
    # The piece lasts 2:13; its frames follow each other wherever they come from.
    sound = demo * max(1, round(minutes * 60 / 133))
    paths = [room / f"song-{number}.mp3" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(sound + b"TAG" + f"song {number}".encode().ljust(125, b"\0"))
    return paths


def measure(paths: list[Path]) -> FingerprintSpeed:
    """Fingerprint all files once, after a look at each that warms the page cache."""
    size = sum(len(path.read_bytes()) for path in paths)
    start_ns = time.perf_counter_ns()
    for path in paths:
        fingerprint(path)
    seconds = (time.perf_counter_ns() - start_ns) / 1e9
    megabytes = size / (1 << 20)
    return FingerprintSpeed(len(paths), megabytes / len(paths), len(paths) / seconds, megabytes / seconds)

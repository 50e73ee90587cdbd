import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from audio.decode.pcm_file import PcmFile
from audio.engine.pcm_map import PcmMaps

RATE = 44_100

#: Reads all of two hours of music in steps as a player does, from the start and then in leaps, and tells its memory.
READER = """
import sys
from pathlib import Path
from audio.decode.pcm_file import PcmFile
from audio.engine.pcm_map import PcmMaps

maps, frames = PcmMaps(), 2 * 3600 * 44_100
pcm = maps.load(0, PcmFile(sys.argv[1], 0, frames, 44_100))
peak = 0.0
for start in (*range(0, frames, 44_100 * 4), *range(frames - 44_100 * 4, 0, -44_100 * 60)):
    maps.go(0, start / 44.1)
    pcm[start : start + 44_100 * 4].sum()
    if sys.argv[2] == "let go":
        maps.let_go()
    status = Path("/proc/self/status").read_text()
    peak = max(peak, int(status.split("VmRSS:")[1].split()[0]) / 1024)
print(peak)
"""


@pytest.fixture
def music(tmp_path):
    samples = np.arange(20_000, dtype="<i2").reshape(-1, 2)
    path = tmp_path / "a.pcm"
    path.write_bytes(b"head" + samples.tobytes())
    return PcmFile(str(path), 4, 10_000, RATE), samples


def test_mapped_music_is_the_files(music):
    file, samples = music
    assert np.array_equal(PcmMaps().load(0, file), samples)


def test_letting_go_changes_nothing_that_is_read(music):
    file, samples = music
    maps = PcmMaps()
    pcm = maps.load(0, file)
    for position_ms in (0, 100, 226, 1e9, -5, 50):
        maps.go(0, position_ms)
        maps.let_go()
        assert np.array_equal(pcm, samples)
    maps.go(7, 0)


def test_a_growing_file_is_mapped_again_and_the_earlier_map_stays_good(tmp_path):
    path, maps = tmp_path / "a.pcm", PcmMaps()
    path.write_bytes(bytes(4000))
    first = maps.load(0, PcmFile(str(path), 0, 1000, RATE, complete=False))
    with path.open("ab") as stream:
        stream.write(b"\1" * 4000)
    second = maps.load(0, PcmFile(str(path), 0, 2000, RATE))
    assert (len(first), len(second)) == (1000, 2000)
    assert not first.any()
    assert second[1000:].all()
    maps.keep(())
    assert second[1000:].all()


def test_a_file_that_is_shorter_than_said_is_an_error(music):
    file, _ = music
    with pytest.raises(ValueError, match="mmap"):
        PcmMaps().load(0, PcmFile(file.path, 4, 10_001, RATE))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_two_hours_played_through_and_leapt_through_stay_in_bounds(tmp_path):
    path = tmp_path / "mix.pcm"
    with path.open("wb") as stream:
        stream.truncate(2 * 3600 * RATE * 4)

    def peak_mib(how: str) -> float:
        done = subprocess.run(
            [sys.executable, "-c", READER, path, how],
            capture_output=True,
            check=True,
            text=True,
            cwd=Path(__file__).parents[3],
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )
        return float(done.stdout)

    assert peak_mib("let go") < 80
    assert peak_mib("keep all") > 1000, "or else this measures nothing"

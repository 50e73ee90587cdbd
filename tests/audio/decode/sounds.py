"""Music files in the formats that this machine can make."""

import shutil
import subprocess
import wave
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

RATE = 44_100


def need(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"needs {program}")


def run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True, stdin=subprocess.DEVNULL)


def write_pcm(path: Path, samples: np.ndarray, rate: int = RATE) -> Path:
    """Write 16-bit samples of shape (frames, channels) as WAV."""
    with wave.open(str(path), "wb") as writer:
        writer.setnchannels(samples.shape[1])
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(samples.astype("<i2").tobytes())
    return path


def melody(frames: int, start: int = 0, rate: int = RATE) -> np.ndarray:
    """Return a stereo signal that never repeats, so that any shift of it shows."""
    t = (start + np.arange(frames)) / rate
    sweep = np.sin(2 * np.pi * (200 * t + 150 * t**1.5))
    return np.rint(9000 * np.stack([sweep, 0.7 * sweep], axis=1)).astype(np.int16)


def lag(found: np.ndarray, expected: np.ndarray) -> int:
    """Return by how many frames `found` is late, by the peak of the cross-correlation."""
    size = 1 << (len(found) + len(expected)).bit_length()
    spectrum = np.fft.rfft(found[:, 0].astype(float), size) * np.conj(np.fft.rfft(expected[:, 0].astype(float), size))
    peak = int(np.argmax(np.fft.irfft(spectrum, size)))
    return peak if peak < size // 2 else peak - size


def long_mp3(path: Path, times: int) -> Path:
    """Write an MP3 of `times` 38.7 s without a header that tells its length; quick to make."""
    data = Path(str(files("assets").joinpath("demo", "last-lap.mp3"))).read_bytes()
    header = max(data.find(b"Info", 0, 4000), data.find(b"Xing", 0, 4000))
    frames = data[data.index(b"\xff\xfb", header) :]
    with path.open("wb") as stream:
        for _ in range(times):
            stream.write(frames)
    return path

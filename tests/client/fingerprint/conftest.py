"""MP3s that this machine can make, and frames made by hand where it has no encoder."""

import subprocess
from pathlib import Path

import pytest

from tests.audio.decode.sounds import RATE, melody, need, write_pcm

#: MPEG-1 layer III, 128 kbit/s, 44.1 kHz, stereo, no CRC.
HEADER = bytes.fromhex("fffb9064")
FRAME_BYTES = 417


def frame(fill: int) -> bytes:
    """Return a frame by its form; a decoder would make nothing of it."""
    return HEADER + bytes([fill % 251]) * (FRAME_BYTES - 4)


@pytest.fixture(scope="session")
def lame(tmp_path_factory):
    """Return a function that encodes a melody with LAME and keeps what it made."""
    made: dict[object, bytes] = {}

    def encode(*options: str, frames: int = 60_417, rate: int = RATE, channels: int = 2) -> bytes:
        need("lame")
        key = options, frames, rate, channels
        if key not in made:
            folder = tmp_path_factory.mktemp("lame")
            wav = write_pcm(folder / "a.wav", melody(frames, rate=rate)[:, :channels], rate)
            subprocess.run(["lame", "--quiet", *options, wav, folder / "a.mp3"], check=True)
            made[key] = (folder / "a.mp3").read_bytes()
        return made[key]

    return encode


@pytest.fixture
def write(tmp_path):
    def write(data: bytes, name: str = "a.mp3") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write

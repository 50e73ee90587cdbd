"""A real decoder process, and music for it."""

import contextlib
import os
import subprocess
import wave
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from audio.decode.client import DecoderClient
from audio.decode.pcm import PcmFile
from audio.errors import TrackError
from tests.audio.waiting import children_of

RATE = 44_100

DEMO = Path(str(files("assets").joinpath("demo")))


@contextlib.asynccontextmanager
async def decoder_at(cache: Path, **options):
    client = DecoderClient(cache, cache.parent / "decoder.log", **options)
    try:
        yield client
    finally:
        client.close()


def write_wav(path: Path, seconds: float, *, rate: int = RATE, channels: int = 2, hz: float = 441.0) -> np.ndarray:
    """Write a tone of which libVLC decodes `seconds`: the last packet of a WAV file, 50 ms, it keeps to itself."""
    frames = round(seconds * rate)
    wave_form = np.rint(12_000 * np.sin(2 * np.pi * hz * np.arange(frames + rate // 20) / rate)).astype("<i2")
    with wave.open(str(path), "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(np.repeat(wave_form[:, None], channels, axis=1).tobytes())
    return wave_form[:frames]


def run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True)


def inode_of(pcm: PcmFile) -> int:
    return Path(pcm.path).stat().st_ino


async def refusal(decoder: DecoderClient, file: Path) -> str:
    with pytest.raises(TrackError) as caught:
        await decoder.decode(file, RATE, track="“Run” by Buddy")
    assert caught.value.track == "“Run” by Buddy"
    text = str(caught.value)
    assert text.startswith("“Run” by Buddy can't be played: ")
    assert "Errno" not in text
    assert "Traceback" not in text
    return text


async def plays(decoder: DecoderClient, folder: Path) -> bool:
    """Return whether the decoder still does its work."""
    file = folder / "still works.wav"
    if not file.exists():
        write_wav(file, 1.0)
    return (await decoder.decode(file, RATE, track="x")).frames == RATE


def workers() -> list[int]:
    return children_of(os.getpid(), "audio.decode.worker")

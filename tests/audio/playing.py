"""A PlaybackService with its real processes, on a silent clock, and who hears it."""

import contextlib
import time
import wave
from pathlib import Path

import numpy as np
import pytest

from audio.queue import QueueItem
from audio.service import PlaybackService
from protocol.playback import LocalTransport
from protocol.timeline import NS_PER_MS, ClockMapping
from tests.audio.waiting import until

RATE = 44_100

#: A frame is 0.023 ms, and a position is rounded to one.
FRAME_MS = 0.03


class Buddy:
    """A coordinator that remembers what it was told."""

    def __init__(self, *, follower: bool = False) -> None:
        self.follower = follower
        self.told: list[LocalTransport] = []

    def on_local_transport(self, transport: LocalTransport) -> None:
        self.told.append(transport)

    def is_follower(self) -> bool:
        return self.follower


def write_track(path: Path, seconds: float) -> Path:
    frames = round(seconds * RATE) + RATE // 20
    tone = np.rint(9000 * np.sin(np.arange(frames) * (0.05 + seconds / 1000))).astype("<i2")
    with wave.open(str(path), "wb") as writer:
        writer.setnchannels(2)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(np.repeat(tone[:, None], 2, axis=1).tobytes())
    return path


def track(position: int, file: Path) -> QueueItem:
    return QueueItem(position, f"spotify:track:{position}", f"Song {position}", "Band", file)


@contextlib.asynccontextmanager
async def playing_service(tmp_path: Path, *seconds: float, device: str | None = "none"):
    """A service whose queue holds tracks of these lengths, all decoded, with events collected."""
    service = await PlaybackService.open(device=device, data_dir=tmp_path / "data")
    service.events = []
    service.subscribe(service.events.append)
    try:
        service.set_queue(
            [track(i, write_track(tmp_path / f"{i}-{length}.wav", length)) for i, length in enumerate(seconds)]
        )
        for position in range(len(seconds)):
            await service.prepare(position)
        yield service
    finally:
        await service.aclose()


def clock() -> ClockMapping:
    return ClockMapping(time.perf_counter_ns(), 1_700_000_000_123.456, 1.000_02)


async def heard(service: PlaybackService, at_ns: int):
    """Return what is at the DAC at an instant, once that instant has been rendered."""
    await until(lambda: time.perf_counter_ns() > at_ns, "it is that time")
    return service.playback_position(at_ns)


async def assert_true_after(service: PlaybackService, said: LocalTransport) -> None:
    """Show that from the announced instant on the announced place is heard."""
    for later_ms in (2, 40, 130):
        at_ns = said.mono_ns + later_ms * NS_PER_MS
        found = await heard(service, at_ns)
        assert found.playlist_position == said.playlist_position
        assert found.track_id == said.track_id
        assert found.is_playing == said.is_playing
        expected_ms = said.position_ms + (later_ms if said.is_playing else 0)
        assert found.position_ms == pytest.approx(expected_ms, abs=FRAME_MS)

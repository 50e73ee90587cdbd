"""The libVLC engine with a real libVLC and no device, behind the app's own supervisor."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from audio.decode.pcm_file import PcmFile
from audio.engine.client import EngineClient, EngineKind
from audio.engine.messages import (
    Click,
    DeviceProfile,
    Free,
    Load,
    QueueEnded,
    Report,
    Segment,
    SetOrder,
    SetProfile,
    SetVolume,
    Started,
)
from protocol.timeline import NS_PER_MS
from tests.audio.waiting import until

DEMO = Path(__file__).parents[3] / "assets" / "demo"
SONG = DEMO / "morning-mile.mp3"
SONG_FRAMES = 3_366_192


@pytest.fixture
async def told():
    return []


@pytest.fixture
async def engine(tmp_path, told):
    client = EngineClient("none", tmp_path / "audio.log", on_status=told.append, kind=EngineKind.LIBVLC)
    client.spawn()
    await client.started()
    yield client
    await asyncio.to_thread(client.close)


def load(engine: EngineClient, slot: int, file: Path, frames: int = SONG_FRAMES) -> None:
    engine.send(Load(slot, PcmFile("unused.wav", 44, frames, 44_100), str(file)))


def moving(told) -> list[Segment]:
    return [status for status in told if isinstance(status, Segment) and status.step == 1.0]


async def test_it_says_what_was_opened_and_plays_along_one_line(engine, told):
    started = await engine.started()
    assert (started.rate, started.device, started.silent, started.reason) == (44_100, "none", True, None)
    engine.send(SetOrder((0,)))
    load(engine, 0, SONG)
    at_ns = time.perf_counter_ns() + 300 * NS_PER_MS
    engine.send(Free(0, 30_000.0, at_ns))
    await until(lambda: moving(told) and moving(told)[-1].position_ms > 32_000, "it plays for two seconds")
    last = moving(told)[-1]
    # Generous: a machine under load may let the player go late.
    assert last.position_ms == pytest.approx(30_000.0 + (last.dac_ns - at_ns) / NS_PER_MS, abs=100.0)


async def test_a_killed_process_comes_back_with_its_music(engine, told):
    engine.send(SetOrder((0,)))
    load(engine, 0, SONG)
    engine.send(Free(0, 0.0, time.perf_counter_ns()))
    await until(lambda: moving(told), "it plays")
    killed = engine.pid
    os.kill(killed, signal.SIGKILL)
    await until(lambda: len([status for status in told if isinstance(status, Started)]) == 2, "another one runs")
    assert engine.pid != killed
    told.clear()
    engine.send(Free(0, 10_000.0, time.perf_counter_ns()))
    await until(lambda: moving(told), "it plays again")
    assert moving(told)[-1].position_ms > 9_000


@pytest.mark.parametrize("content", [b"", b"nothing that plays " * 1000])
async def test_a_file_without_music_ends_at_once_and_is_named(engine, told, tmp_path, content):
    bad = tmp_path / "bad song.mp3"
    bad.write_bytes(content)
    engine.send(SetOrder((0,)))
    load(engine, 0, bad)
    engine.send(Free(0, 0.0, time.perf_counter_ns()))
    await until(lambda: any(isinstance(status, QueueEnded) for status in told), "it is given up")
    await until(lambda: "bad song.mp3" in (tmp_path / "audio.log").read_text(), "it is named")
    told.clear()
    await until(lambda: any(isinstance(status, Report) for status in told), "the process lives on")


async def test_a_pipe_that_never_says_anything_is_given_up(engine, told, tmp_path):
    pipe = tmp_path / "pipe.mp3"
    os.mkfifo(pipe)
    engine.send(SetOrder((0,)))
    load(engine, 0, pipe)
    engine.send(Free(0, 0.0, time.perf_counter_ns()))
    await until(lambda: any(isinstance(status, QueueEnded) for status in told), "it is given up")


async def test_it_has_no_click_and_says_so(engine, told, tmp_path):
    engine.send(SetOrder((0,)))
    load(engine, 0, SONG)
    engine.send(Free(0, 0.0, time.perf_counter_ns()))
    await until(lambda: moving(told), "it plays")
    engine.send(Click(time.perf_counter_ns()))
    await until(lambda: "no click" in (tmp_path / "audio.log").read_text(), "it says so")
    await until(lambda: isinstance(told[-1], Report) and not isinstance(told[-2], Segment), "it stands still")


async def test_the_output_delay_is_part_of_the_latency(engine, told):
    def latency_ms() -> float:
        return next((status.latency_ms for status in reversed(told) if isinstance(status, Report)), 0.0)

    engine.send(SetVolume(0.5))
    await until(latency_ms, "it reports")
    before_ms = latency_ms()
    engine.send(SetProfile(DeviceProfile("another", output_delay_ms=500.0)))
    engine.send(SetProfile(DeviceProfile("none", output_delay_ms=80.0)))
    await until(lambda: latency_ms() == before_ms + 80.0, "the delay counts")

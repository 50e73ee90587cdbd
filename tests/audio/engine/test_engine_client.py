"""The supervisor of the audio process, with a real one."""

import os
import signal

import pytest

from audio.engine.client import EngineClient
from audio.engine.messages import Hold, Segment, SetOrder, Started
from tests.audio.waiting import is_alive, until


@pytest.fixture
async def told():
    return []


@pytest.fixture
async def engine(tmp_path, told):
    client = EngineClient("none", tmp_path / "audio.log", on_status=told.append, stall_timeout_s=1.0)
    client.spawn()
    await client.started()
    yield client
    client.close()


def starts(told) -> int:
    return len([status for status in told if isinstance(status, Started)])


async def test_it_says_what_was_opened_and_obeys(engine, told):
    started = await engine.started()
    assert (started.rate, started.device, started.silent, started.reason) == (44_100, "none", True, None)
    engine.send(SetOrder((0,)))
    engine.send(Hold(0, 1234.0, 0))
    await until(
        lambda: any(isinstance(status, Segment) and status.position_ms == 1234.0 for status in told), "it holds"
    )


async def test_a_process_that_hangs_is_killed_and_replaced(engine, told, caplog):
    hung = engine.pid
    os.kill(hung, signal.SIGSTOP)
    await until(lambda: starts(told) == 2, "another one runs")
    assert not is_alive(hung)
    assert "hangs" in caplog.text
    assert engine.restarts == 1


async def test_a_process_that_works_is_left_alone(engine, told):
    first = engine.pid
    seen = len(told)
    await until(lambda: len(told) > seen + 12, "it has reported for longer than the watch is patient")
    assert (engine.pid, engine.restarts) == (first, 0)


async def test_after_closing_nothing_is_started_again(engine, told):
    pid = engine.pid
    engine.close()
    assert not is_alive(pid)
    assert engine.pid is None
    engine.send(Hold(0, 0.0, 0))
    assert starts(told) == 1

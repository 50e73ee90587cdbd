"""The supervisor of the audio process, with a real one."""

import asyncio
import os
import signal
import time

import pytest

from audio.decode.pcm_file import PcmFile
from audio.engine.client import EngineClient, EngineKind
from audio.engine.messages import DeviceProfile, Hold, Load, Report, Segment, SetOrder, SetProfile, Started
from audio.errors import EngineError
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


def reports(told) -> list[Report]:
    return [status for status in told if isinstance(status, Report)]


def hold_up(seconds: float) -> None:
    """Keep the event loop from running, as a machine under load does."""
    time.sleep(seconds)


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
    assert [record.getMessage() for record in caplog.records if "audio process" in record.getMessage()] == [
        "audio process hung and was ended and is restarted"
    ]
    assert engine.restarts == 1


async def test_a_process_that_hangs_before_it_has_started_is_replaced_too(tmp_path, told):
    client = EngineClient("none", tmp_path / "audio.log", on_status=told.append, start_limit_s=2.0)
    client.spawn()
    hung = client.pid
    os.kill(hung, signal.SIGSTOP)
    await client.started()
    assert client.pid != hung
    assert not is_alive(hung)
    client.close()


async def test_a_process_that_stands_still_for_less_than_the_watch_is_patient_is_left_alone(engine, told):
    first, seen = engine.pid, len(told)
    os.kill(first, signal.SIGSTOP)
    await asyncio.sleep(0.3)
    os.kill(first, signal.SIGCONT)
    await until(lambda: len(told) > seen + 8, "it reports again")
    assert (engine.pid, starts(told)) == (first, 1)


async def test_while_the_app_itself_stood_still_the_process_is_not_blamed(engine, told):
    first, seen = engine.pid, len(told)
    os.kill(first, signal.SIGSTOP)
    for _ in range(3):
        hold_up(0.7)
        await asyncio.sleep(0)
    os.kill(first, signal.SIGCONT)
    await until(lambda: len(told) > seen + 8, "it reports again")
    assert (engine.pid, starts(told)) == (first, 1)


async def test_a_process_that_keeps_dying_is_restarted_after_growing_pauses_and_given_up_in_the_end(
    tmp_path, told, monkeypatch, caplog
):
    monkeypatch.setattr("audio.engine.client._MODULES", {EngineKind.PRECISE: "no.such.module"})
    client = EngineClient("none", tmp_path / "audio.log", on_status=told.append)
    client.spawn()
    with pytest.raises(EngineError, match="can't be kept alive"):
        await client.started()
    assert client.failed
    assert client.restarts == 4
    assert sum("audio process" in record.getMessage() for record in caplog.records) == 5


async def test_music_decoded_for_another_output_is_not_given_to_a_restarted_process(engine, told, tmp_path):
    for slot, rate in ((0, 44_100), (1, 48_000)):
        engine.send(Load(slot, PcmFile(str(tmp_path / "gone.pcm"), 0, 1, rate), "song.mp3"))
    os.kill(engine.pid, signal.SIGKILL)
    await until(lambda: starts(told) == 2, "another one runs")
    assert list(engine._loads) == [0]


async def test_profiles_are_known_to_the_output(engine, told):
    engine.send(SetProfile(DeviceProfile("none", output_delay_ms=250.0, ppm=12.0)))
    await until(lambda: reports(told) and reports(told)[-1].latency_ms == 350.0, "the delay counts as latency")
    engine.send(SetProfile(DeviceProfile("none", output_delay_ms=-2000.0)))
    await until(lambda: reports(told)[-1].latency_ms == 0.0, "heard before it is played, at no latency")
    engine.send(SetProfile(DeviceProfile("another", output_delay_ms=500.0)))
    seen = len(reports(told))
    await until(lambda: len(reports(told)) > seen + 2, "another device's delay is nothing to this one")
    assert reports(told)[-1].latency_ms == 0.0


async def test_what_is_rendered_is_meant_for_the_time_at_which_it_is_heard(engine, told):
    engine.send(SetOrder((0,)))
    engine.send(Hold(0, 0.0, 0))

    def ahead_ms() -> float:
        return (next(s for s in reversed(told) if isinstance(s, Segment)).dac_ns - time.perf_counter_ns()) / 1e6

    await until(lambda: any(isinstance(status, Segment) for status in told), "it holds")
    assert ahead_ms() < 200
    engine.send(SetProfile(DeviceProfile("none", output_delay_ms=3000.0)))
    await until(lambda: ahead_ms() > 2500, "it renders for later")
    engine.send(SetProfile(DeviceProfile("none", output_delay_ms=0.0)))
    await until(lambda: ahead_ms() < 200, "and for now again")


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

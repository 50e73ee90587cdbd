"""The watchdog sees a loop that stands still, and where."""

import asyncio
import sys
import time

import pytest

from tests.ui.desktop.watchdog import LoopWatchdog

pytestmark = pytest.mark.quiet


def stand_still(seconds):
    time.sleep(seconds)


def calculate(seconds):
    until_s = time.thread_time() + seconds
    while time.thread_time() < until_s:
        sum(range(100))


def test_a_loop_that_waits_is_not_blocked(in_loop):
    async def scenario():
        with LoopWatchdog() as watchdog:
            for _ in range(20):
                await asyncio.sleep(0.005)
        return watchdog

    assert in_loop(scenario).worst_cpu_ms < 16


def test_a_call_that_waits_is_seen_with_its_place(in_loop):
    async def scenario():
        with LoopWatchdog() as watchdog:
            await asyncio.sleep(0.01)
            stand_still(0.2)
            await asyncio.sleep(0.01)
        return max(watchdog.blocks, key=lambda block: block.wall_ms)

    block = in_loop(scenario)
    assert block.wall_ms >= 199
    assert block.cpu_ms < block.wall_ms / 2
    assert sys.platform != "linux" or block.asleep_ms > 150
    assert "stand_still" in block.where


def test_a_calculation_counts_as_the_loops_own_time(in_loop):
    async def scenario():
        with LoopWatchdog() as watchdog:
            await asyncio.sleep(0.01)
            calculate(0.1)
        return watchdog

    watchdog = in_loop(scenario)
    assert watchdog.worst_cpu_ms >= 99
    assert sys.platform != "linux" or watchdog.worst_asleep_ms < 50

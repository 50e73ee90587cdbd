"""Widgets die in the thread that they lived in."""

import asyncio
import gc
import threading
import weakref

from PySide6.QtCore import QObject


class Knot(QObject):
    """An object that only the cycle collector can free."""

    def __init__(self, died_in):
        super().__init__()
        self.itself = self
        self.startTimer(1000)
        weakref.finalize(self, lambda: died_in.append(threading.current_thread()))


def allocate_much():
    """Return what the collector takes for a reason to look."""
    return [[number] for number in range(200_000)]


def test_no_other_thread_destroys_them(in_loop):
    died_in = []

    async def scenario():
        for _ in range(50):
            Knot(died_in)
        kept = await asyncio.to_thread(allocate_much)
        assert died_in == []
        assert not gc.isenabled()
        # They are found from the loop.
        while len(died_in) < 50:  # noqa: ASYNC110 - it is the collector that is waited for
            await asyncio.sleep(0.05)
        assert kept

    in_loop(scenario)
    assert set(died_in) == {threading.main_thread()}
    assert gc.isenabled()

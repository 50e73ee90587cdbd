"""Widgets die in the thread that they lived in."""

import asyncio
import gc
import threading
import weakref

from PySide6.QtCore import QObject, Qt

from ui.desktop.garbage import collected_when_away


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
    gc.enable()

    async def scenario():
        for _ in range(50):
            Knot(died_in)
        kept = (await asyncio.to_thread(allocate_much))[:2_000]
        assert died_in == []
        assert not gc.isenabled()
        # They are found from the loop.
        while len(died_in) < 50:  # noqa: ASYNC110 - it is the collector that is waited for
            await asyncio.sleep(0.05)
        assert kept

    in_loop(scenario)
    assert set(died_in) == {threading.main_thread()}
    assert gc.isenabled()


def test_a_library_that_comes_at_once_is_not_looked_through_before_the_person_is_away(in_loop, qapp):
    died_in, may_stop = [], []

    async def scenario():
        with collected_when_away(qapp, lambda: bool(may_stop)):
            kept = allocate_much()
            Knot(died_in)
            while gc.get_freeze_count() < len(kept):  # noqa: ASYNC110 - it is the collector that is waited for
                await asyncio.sleep(0.05)
            assert died_in == []
            qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
            assert died_in == [], "something plays"
            may_stop.append(True)
            qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
            assert died_in == [], "somebody is there"
            qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
            assert died_in == [threading.main_thread()]
            Knot(died_in)
        qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
        assert len(died_in) == 1, "its app is closed"

    in_loop(scenario)
    assert gc.get_freeze_count() == 0

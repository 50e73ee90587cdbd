"""What all tests of windows have in common: no screen is needed, and nothing goes wrong unheard."""

import asyncio
import functools
import gc
import logging
import os
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from tests.patience import WAIT_MS, WAIT_S

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

#: A scenario that hangs says so before the whole run is stopped, and after what it waits for has said so.
SCENARIO_TIMEOUT_S = WAIT_S + 40.0


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "logs_errors: this test is about an error that is logged")


@pytest.fixture(autouse=True, scope="module")
def _garbage_stays_in_this_thread():
    """Let no worker thread come upon widgets that an earlier test has left: they die in Qt's thread, as in the app."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture(autouse=True)
def _no_logged_error(request, caplog):
    yield
    if request.node.get_closest_marker("logs_errors") is None:
        records = [record for phase in ("setup", "call") for record in caplog.get_records(phase)]
        assert [record.getMessage() for record in records if record.levelno >= logging.ERROR] == []


@pytest.fixture
def qtbot(qtbot):
    """Return pytest-qt's own, with this project's patience where a test names none."""
    for name in ("waitUntil", "waitSignal", "waitSignals", "waitExposed", "waitActive", "waitCallback"):
        setattr(qtbot, name, functools.partial(getattr(qtbot, name), timeout=WAIT_MS))
    return qtbot


@pytest.fixture
def in_loop(qapp) -> Callable[[Callable[[], Coroutine[Any, Any, Any]]], Any]:
    """Run a scenario in the loop that the app itself runs in, and return what it returns."""
    from ui.desktop.event_loop import run

    def run_scenario(scenario: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        async def main() -> Any:
            async with asyncio.timeout(SCENARIO_TIMEOUT_S):
                return await scenario()

        return run(qapp, main)

    return run_scenario


@pytest.fixture
def theme(qapp):
    """Return the theme, light and without movement; it is as it was afterwards, and the test's windows are gone."""
    from PySide6.QtCore import QCoreApplication, QEvent

    from ui.theme.theme import current

    made = current()
    before = made.reduced_motion
    made.reduced_motion = True
    made.set_dark(False)
    yield made
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    made.reduced_motion = before
    made.set_dark(None)


@pytest.fixture
def announced(monkeypatch):
    """Return the list of what a screen reader was told."""
    from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

    heard = []
    tell = QAccessible.updateAccessibility

    def listen(event):
        if isinstance(event, QAccessibleAnnouncementEvent):
            heard.append(event.message())
        tell(event)

    monkeypatch.setattr(QAccessible, "updateAccessibility", listen)
    return heard

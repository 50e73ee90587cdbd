"""Python's cycle collector, kept in the thread of the windows, and kept short.

It runs in whichever thread allocates next, and destroys what it finds there: a window's timer or painter that dies in a
worker thread takes the process with it. So it is switched off, and asked from the event loop instead. There it must not
take longer than a frame: it looks at what is new, and at all that there is only when nobody would notice.
"""

import contextlib
import gc
from collections.abc import Callable, Iterator
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication

#: How often the loop looks whether there is enough to collect.
_INTERVAL_MS: Final = 1000
#: So many new objects at once are somebody's library, not garbage; to look through them takes longer than a frame.
_LARGE: Final = 10_000


@contextlib.contextmanager
def collected_here() -> Iterator[None]:
    """Let garbage be collected in this thread alone, while its event loop runs and once more at the end."""
    was_enabled = gc.isenabled()
    gc.disable()
    timer = QTimer(interval=_INTERVAL_MS)
    timer.timeout.connect(_collect_what_is_new)
    timer.start()
    try:
        yield
    finally:
        timer.stop()
        gc.unfreeze()
        gc.collect()
        if was_enabled:
            gc.enable()


def keep_what_is_there() -> None:
    """Take all that is there by now for permanent, until somebody looks at everything."""
    gc.freeze()


@contextlib.contextmanager
def collected_when_away(application: QGuiApplication, may_stop: Callable[[], bool]) -> Iterator[None]:
    """Look at everything, which stops the loop for several frames, whenever the person turns to another program.

    `may_stop` says whether nothing else needs the loop just then.
    """

    def look(state: Qt.ApplicationState) -> None:
        if state is not Qt.ApplicationState.ApplicationActive and may_stop():
            gc.unfreeze()
            gc.collect()
            gc.freeze()

    application.applicationStateChanged.connect(look)
    try:
        yield
    finally:
        application.applicationStateChanged.disconnect(look)


def _collect_what_is_new() -> None:
    (new, rounds, _), (enough, most_rounds, _) = gc.get_count(), gc.get_threshold()
    if new > _LARGE:
        keep_what_is_there()
    elif new > enough:
        gc.collect(1 if rounds > most_rounds else 0)

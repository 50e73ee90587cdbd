"""Python's cycle collector, kept in the thread of the windows.

It runs in whichever thread allocates next, and destroys what it finds there: a window's timer or painter that dies in a
worker thread takes the process with it. So it is switched off, and asked from the event loop instead.
"""

import contextlib
import gc
from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QTimer

#: How often the loop looks whether there is enough to collect.
_INTERVAL_MS: Final = 1000


@contextlib.contextmanager
def collected_here() -> Iterator[None]:
    """Let garbage be collected in this thread alone, while its event loop runs and once more at the end."""
    was_enabled = gc.isenabled()
    gc.disable()
    timer = QTimer(interval=_INTERVAL_MS)
    timer.timeout.connect(_collect_what_is_due)
    timer.start()
    try:
        yield
    finally:
        timer.stop()
        gc.collect()
        if was_enabled:
            gc.enable()


def keep_what_is_there() -> None:
    """Take all that is there by now for permanent: to look through what the start has made would stop the loop."""
    gc.freeze()


def _collect_what_is_due() -> None:
    for generation, (count, threshold) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True)):
        if count <= threshold:
            return
        gc.collect(generation)

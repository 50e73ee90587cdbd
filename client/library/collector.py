"""Keep Python's cycle collector out of the way of one large piece of work."""

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Look for no cycles inside: for work in a process of its own that makes many objects and no cycles.

    Reading 20,000 files into a FileIndex and matching 500 tracks with it took a fifth less time without the collector,
    which went through all of them again and again (`python -m tests.bench.match_load`).
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()

"""Keep Python's cycle collector out of the way of one large piece of work."""

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Look for no cycles inside: for work in a process of its own that makes many objects and no cycles.

    The collector would go through a FileIndex of 20,000 files again and again while it grows.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()

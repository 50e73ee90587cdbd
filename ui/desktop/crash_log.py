"""What is left of a crash that no Python code hears of, as of a library: the stacks of all threads, in a file."""

import contextlib
import faulthandler
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_log = logging.getLogger(__name__)

FILE_NAME: Final = "crash.log"

_MOST_BYTES: Final = 1_000_000


@contextlib.contextmanager
def crashes_written(data_dir: Path) -> Iterator[None]:
    """Let a crash leave its stacks in DATA_DIR/crash.log; there is no file without one, nor where the disk refuses."""
    path = data_dir / FILE_NAME
    try:
        file = path.open("a" if _size_of(path) < _MOST_BYTES else "w", encoding="utf-8")
    except OSError as error:
        _log.warning("A crash would leave no trace: %s", error)
        yield
        return
    with file:
        faulthandler.enable(file)
        try:
            yield
        finally:
            faulthandler.disable()
    if _size_of(path) == 0:
        with contextlib.suppress(OSError):
            path.unlink()


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0

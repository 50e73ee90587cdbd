"""The data directory: where it is, and the log in it."""

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

import platformdirs

LOG_FILE: Final = "lockstep.log"
LOG_BYTES: Final = 1_000_000
LOG_FILES: Final = 3


class _LogFile(RotatingFileHandler):
    """A disk that is full costs the log, and nobody's terminal is told so at every line."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name that logging gave it
        if not isinstance(sys.exception(), OSError):
            super().handleError(record)


def default_data_dir() -> Path:
    """Return where this user's data is kept on this system."""
    return Path(platformdirs.user_data_dir("lockstep", appauthor=False))


def begin_log(data_dir: Path) -> Path:
    """Send the log to DATA_DIR/lockstep.log and return its path. Errors: OSError when it can't be written."""
    path = data_dir / LOG_FILE
    data_dir.mkdir(parents=True, exist_ok=True)
    handler = _LogFile(path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    # One line a request would drown what matters.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    return path


def set_log_level(*, debug: bool) -> None:
    """Write down every step and request, or what matters; what libraries say of their own work stays out either way."""
    logging.getLogger().setLevel(logging.DEBUG if debug else logging.INFO)
    # A line a request: method, address and status. Tokens are in headers and bodies.
    logging.getLogger("httpx").setLevel(logging.INFO if debug else logging.WARNING)
    for library in ("asyncio", "filelock", "httpcore", "qasync", "websockets"):
        logging.getLogger(library).setLevel(logging.INFO)


def cannot_write(data_dir: Path, error: OSError) -> str:
    """Return the sentence for a data directory that can't be written."""
    return f"the data directory {data_dir} can't be written ({error.strerror or error}); choose another --data-dir"

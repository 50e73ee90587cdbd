"""From an error to one sentence and an exit code; a traceback goes to the log file only."""

import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Final

import platformdirs

from audio.errors import AudioError
from client.errors import (
    AddressError,
    ApiError,
    ClientError,
    ClockSyncError,
    CredentialError,
    PairingError,
    ServerAnswerError,
    ServerUnreachableError,
    SessionEndedError,
)
from client.spotify.errors import SpotifyAnswerError, SpotifyUnreachableError
from client.storage.database import StorageError
from ui.cli.exit_codes import ExitCode
from ui.session.music import NoTrackError

LOG_BYTES: Final = 1_000_000
LOG_FILES: Final = 3

_log = logging.getLogger(__name__)

_BY_TYPE: Final[tuple[tuple[type[ClientError], ExitCode], ...]] = (
    (PairingError, ExitCode.PAIRING),
    (ServerUnreachableError, ExitCode.SERVER),
    (ServerAnswerError, ExitCode.SERVER),
    (AddressError, ExitCode.SERVER),
    (CredentialError, ExitCode.NOT_ALLOWED),
    (SpotifyUnreachableError, ExitCode.SERVER),
    (SpotifyAnswerError, ExitCode.SERVER),
    (StorageError, ExitCode.DATA_DIR),
    (ClockSyncError, ExitCode.CLOCK),
    (SessionEndedError, ExitCode.SESSION_OVER),
)
_BY_STATUS: Final = {
    404: ExitCode.NO_SUCH_SESSION,
    409: ExitCode.SESSION_FULL,
    410: ExitCode.SESSION_OVER,
}


class CommandError(Exception):
    """A command can't go on; the text is for the person, `code` for programs."""

    def __init__(self, exit_code: ExitCode, code: str, message: str) -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.code = code


def as_command_error(error: Exception) -> CommandError | None:
    """Return an error that was to be expected with its exit code; None for one that wasn't."""
    match error:
        case CommandError():
            return error
        case ApiError():
            unavailable = ExitCode.SERVER if error.status >= 500 else ExitCode.NOT_ALLOWED
            return CommandError(_BY_STATUS.get(error.status, unavailable), error.code, str(error))
        case ClientError():
            exit_code = next((code for kind, code in _BY_TYPE if isinstance(error, kind)), ExitCode.NOT_ALLOWED)
            return CommandError(exit_code, error.code, str(error))
        case NoTrackError():
            return CommandError(ExitCode.SOUND, error.code, str(error))
        case AudioError():
            return CommandError(ExitCode.SOUND, "sound", str(error))
        case _:
            return None


def default_data_dir() -> Path:
    """Return where this user's data is kept on this system."""
    return Path(platformdirs.user_data_dir("lockstep", appauthor=False))


def log_to(data_dir: Path) -> Path:
    """Send the log to DATA_DIR/lockstep.log and return its path. Errors: CommandError when it can't be written."""
    path = data_dir / "lockstep.log"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8")
    except OSError as error:
        raise CommandError(
            ExitCode.DATA_DIR,
            "data_dir",
            f"the data directory {data_dir} can't be written ({error.strerror or error}); choose another --data-dir",
        ) from None
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    # One line a request would drown what matters.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    return path


def run_command(
    work: Callable[[], Coroutine[Any, Any, ExitCode]], log_file: Path, tell: Callable[[str, str], None]
) -> ExitCode:
    """Run a command and return its exit code; `tell` gets the code and the sentence of an error."""
    try:
        return asyncio.run(work())
    except (KeyboardInterrupt, asyncio.CancelledError):
        return ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - whatever it is, a person gets a sentence
        expected = as_command_error(error)
        if expected is None:
            _log.exception("Unexpected error")
            tell("unexpected", f"something unexpected happened ({type(error).__name__}); details are in {log_file}")
            return ExitCode.UNEXPECTED
        _log.info("Ended by an error: %s", expected)
        tell(expected.code, str(expected))
        return expected.exit_code


def tell_on_stderr(message: str) -> None:
    """Print an error's sentence where a person looks for it."""
    sys.stderr.write(f"lockstep: {message}\n")
    sys.stderr.flush()

"""From an error to one sentence and an exit code; a traceback goes to the log file only."""

import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final

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
from client.library.errors import LibraryError
from client.playlist.errors import PlaylistFileError
from client.scan.errors import ScanError
from client.spotify.errors import SpotifyAnswerError, SpotifyUnreachableError
from client.storage.database import StorageError
from ui.cli.exit_codes import ExitCode
from ui.data_dir import begin_log, cannot_write, default_data_dir

__all__ = ["CommandError", "as_command_error", "default_data_dir", "log_to", "run_command", "tell_on_stderr"]

_log = logging.getLogger(__name__)

_BY_TYPE: Final[tuple[tuple[type[ClientError], ExitCode], ...]] = (
    (PairingError, ExitCode.PAIRING),
    (PlaylistFileError, ExitCode.PAIRING),
    (LibraryError, ExitCode.PAIRING),
    (ScanError, ExitCode.PAIRING),
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
        case AudioError():
            return CommandError(ExitCode.SOUND, error.code, str(error))
        case _:
            return None


def log_to(data_dir: Path) -> Path:
    """Send the log to DATA_DIR/lockstep.log and return its path. Errors: CommandError when it can't be written."""
    try:
        return begin_log(data_dir)
    except OSError as error:
        raise CommandError(ExitCode.DATA_DIR, "data_dir", cannot_write(data_dir, error)) from None


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

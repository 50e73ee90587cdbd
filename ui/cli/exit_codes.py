"""What the exit code of `lockstep` says; docs/cli.md has the same table."""

from enum import IntEnum
from typing import Final


class ExitCode(IntEnum):
    """How a command ended."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    PAIRING = 3
    SCRIPT = 4
    SERVER = 5
    NOT_ALLOWED = 6
    NO_SUCH_SESSION = 7
    SESSION_FULL = 8
    SESSION_OVER = 9
    CLOCK = 10
    SOUND = 11
    CANNOT_SERVE = 12
    DATA_DIR = 13
    NO_DISPLAY = 14
    INTERRUPTED = 130


MEANINGS: Final = {
    ExitCode.OK: "it ended as asked (Ctrl+C in a session, too, ends it as asked)",
    ExitCode.UNEXPECTED: "something unexpected happened; the log file has the details",
    ExitCode.USAGE: "an option is missing or wrong",
    ExitCode.PAIRING: "the playlist or PAIRING.json can't be used, or doesn't fit the session",
    ExitCode.SCRIPT: "the script can't be used",
    ExitCode.SERVER: "the session server, or Spotify, can't be reached, or is none",
    ExitCode.NOT_ALLOWED: "the server, or Spotify, refused the account, the token or the request",
    ExitCode.NO_SUCH_SESSION: "there is no such session, or none that waits",
    ExitCode.SESSION_FULL: "somebody else follows this session already",
    ExitCode.SESSION_OVER: "the session is over, and nobody here asked for it",
    ExitCode.CLOCK: "clock sync failed",
    ExitCode.SOUND: "nothing can be played: no track can be used, or the sound process fails",
    ExitCode.CANNOT_SERVE: "the server can't start: port or database",
    ExitCode.DATA_DIR: "the data directory can't be written",
    ExitCode.NO_DISPLAY: "there is no screen to open a window on",
    ExitCode.INTERRUPTED: "interrupted before anything had begun, or a second time while it ended",
}

EPILOG: Final = "Exit codes: " + "; ".join(f"{code.value} {meaning}" for code, meaning in MEANINGS.items()) + "."

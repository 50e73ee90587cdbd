"""What can go wrong in the app itself, and how any error is said to a person."""

from typing import ClassVar

from audio.errors import AudioError
from client.errors import ClientError, one_line


class DesktopError(Exception):
    """The base of every error of this package; its text says what happened and what to do, `code` is for programs."""

    code: ClassVar[str] = "desktop"


class SettingsError(DesktopError):
    """The settings can't be kept."""

    code = "settings"


class AlreadyRunningError(DesktopError):
    """Another instance has the data directory, and does not answer."""

    code = "already_running"


class NoDisplayError(DesktopError):
    """There is no screen to open a window on."""

    code = "no_display"


class NotNowError(DesktopError):
    """What was asked for has to wait for something that the text names."""

    code = "not_now"


def is_expected(error: BaseException) -> bool:
    """Return whether an error was to be expected, so that its text is meant for people."""
    return isinstance(error, ClientError | AudioError | DesktopError)


def sentence_of(error: BaseException, log_name: str = "lockstep.log") -> str:
    """Return what a person is told of an error; one that nobody expected is named, its details are in the log."""
    if is_expected(error):
        return as_sentence(str(error))
    return (
        f"Something unexpected happened ({type(error).__name__}). Lockstep goes on; the details are in {log_name} in "
        "the log folder."
    )


def as_sentence(text: str) -> str:
    """Return a text as a sentence of one line: a capital first, a full stop last."""
    line = one_line(text, 600)
    if not line:
        return line
    whole = line[0].upper() + line[1:]
    return whole if whole[-1] in ".!?…" else f"{whole}."

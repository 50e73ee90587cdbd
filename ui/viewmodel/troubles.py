"""From an error to what happened and what to do, in the words of a window (pure)."""

from typing import Final

from client.errors import ApiError, ClockSyncError, NotYourSessionError, OwnSessionError, SessionEndedError, shown_path
from client.spotify.errors import ClientIdError, SignedOutError
from client.storage.database import DiskFullError
from ui.desktop.accounts import NameNeededError
from ui.desktop.errors import as_sentence, is_expected, sentence_of
from ui.theme.tokens import Tone
from ui.viewmodel.session_states import Mended, Trouble
from ui.widgets.toast import ToastState

_BY_CODE: Final = {
    "session_full": Trouble(
        "Someone was faster", "This session has its buddy already. Choose another one, or lead a playlist yourself."
    ),
    "session_not_found": Trouble(
        "There is no such session", "Ask your buddy for the join code of the session that is open now."
    ),
    "session_ended": Trouble("This session is over", "Choose another one, or ask your buddy to start a new one."),
    "unauthorized": Trouble(
        "The server does not accept your sign-in", "Sign in again in the settings.", Mended.IN_SETTINGS
    ),
    "too_many_requests": Trouble("The server was asked too often", "Wait a minute, then try again."),
}


_OVER: Final = frozenset({"session_not_found", "session_ended", "session_full"})


def trouble_of(error: BaseException) -> Trouble:
    """Return what a person is told of an error."""
    match error:
        case ApiError(code=code) if code in _BY_CODE:
            return _BY_CODE[code]
        case ClockSyncError():
            reason = str(error).partition("; ")[0].removeprefix("clock sync failed: ")
            advice = "Check the network, or choose another NTP server in the settings, then try again."
            return Trouble("Clock sync failed", f"{as_sentence(reason)} {advice}".strip())
        case SignedOutError():
            return Trouble("You are not signed in to Spotify", "Sign in in the settings.", Mended.IN_SETTINGS)
        case ClientIdError():
            return Trouble(
                "Spotify wants a client id of your own",
                "docs/spotify.md says how to make one in two minutes; then sign in again.",
                Mended.IN_SETTINGS,
            )
        case NameNeededError():
            return Trouble("This server wants to know your name", "Enter it in the settings.", Mended.BY_NAME)
        case DiskFullError(path=path):
            return Trouble("The disk is full", f"Make room on the disk of {shown_path(path.parent)}, then try again.")
        case OwnSessionError():
            return Trouble("This is your own session", "A session takes two: let your buddy join it.")
    text = sentence_of(error)
    if not is_expected(error):
        what, _, to_do = text.partition(". ")
        return Trouble(f"{what}.", to_do)
    # The errors of client and audio say what happened, a semicolon, and what to do.
    what, _, to_do = text.removesuffix(".").partition("; ")
    return Trouble(as_sentence(what), as_sentence(to_do))


def in_one_line(trouble: Trouble) -> str:
    """Return what happened and what to do as the line of a form."""
    return f"{as_sentence(trouble.text)} {trouble.what_to_do}".strip()


def is_over(error: BaseException) -> bool:
    """Return whether an error says that there is no coming back into a session."""
    match error:
        case ApiError(code=code):
            return code in _OVER
        case NotYourSessionError() | SessionEndedError():
            return True
    return False


def toast_of(error: BaseException, key: str = "") -> ToastState:
    """Return the toast for an error; a second one of the same kind takes its place."""
    trouble = trouble_of(error)
    name = key or getattr(error, "code", None) or type(error).__name__
    return ToastState(str(name), trouble.text, trouble.what_to_do, Tone.ERROR)

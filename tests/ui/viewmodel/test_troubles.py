"""From an error to what happened and what to do."""

import pytest

from audio.errors import TrackError
from client.errors import ApiError, ClockSyncError, ServerUnreachableError
from client.spotify.errors import SignedOutError
from ui.desktop.errors import NotNowError, as_sentence
from ui.theme.tokens import Tone
from ui.viewmodel.troubles import toast_of, trouble_of


@pytest.mark.parametrize(
    ("error", "text", "what_to_do"),
    [
        (ApiError(409, "session_full", "taken"), "Someone was faster", "This session has its buddy"),
        (ApiError(418, "teapot", "I am a teapot; use a kettle"), "I am a teapot.", "Use a kettle."),
        (ServerUnreachableError("the server x can't be reached; check the network"), "The server x can't be reached.",
         "Check the network."),
        (ClockSyncError("no answer"), "Clock sync failed", "No answer. Check the network"),
        (SignedOutError.nobody(), "You are not signed in to Spotify", "Sign in in the settings."),
        (NotNowError("the sound is still being opened; try again in a moment"), "The sound is still being opened.",
         "Try again in a moment."),
        (TrackError("“A”", "it is damaged"), "“A” can't be played: it is damaged.", ""),
        (KeyError("secret"), "Something unexpected happened (KeyError).", "Lockstep goes on"),
    ],
)  # fmt: skip
def test_every_error_says_what_happened_and_what_to_do(error, text, what_to_do):
    trouble = trouble_of(error)
    assert trouble.text == text
    assert trouble.what_to_do.startswith(what_to_do)


def test_nothing_of_an_unexpected_error_but_its_kind_is_shown():
    toast = toast_of(KeyError("token=abc"))
    assert "abc" not in toast.text + toast.what_to_do
    assert (toast.key, toast.tone) == ("KeyError", Tone.ERROR)


def test_errors_of_one_kind_take_each_others_place():
    assert toast_of(ApiError(409, "session_full", "a")).key == toast_of(ApiError(409, "session_full", "b")).key


def test_a_sentence_is_one_line_with_a_capital_and_an_end():
    assert as_sentence("the disk\n is full") == "The disk is full."
    assert as_sentence("Why?") == "Why?"
    assert as_sentence("") == ""

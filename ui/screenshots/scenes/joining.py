"""Joining, step by step: under way, a question, each way to fail."""

from PySide6.QtWidgets import QWidget

from ui.screens.joining import Joining, JoiningState, StepLine, StepMark
from ui.screenshots.samples import ENDLESS, HOSTILE, JAPANESE
from ui.screenshots.scene import Scene
from ui.screenshots.window import in_window
from ui.shell.player_bar import PlayerBarState
from ui.shell.sections import Section

_SIGNED_IN = StepLine("Signed in", StepMark.PASSED, "As Ben.")
_CLOCK = StepLine("Clock", StepMark.PASSED, "Known to ±3 ms.")
_PLAYLIST = StepLine("Same playlist", StepMark.PASSED, "Both have “Sunday Kitchen”.")
_PAIRED = StepLine("Every track paired", StepMark.PASSED, "You have a file for all of the leader's 14 tracks.")
_TO_COME = StepLine("Same music", StepMark.TO_COME)

_UNDER_WAY = JoiningState(
    "Ana", "Sunday Kitchen", (_SIGNED_IN, _CLOCK, _PLAYLIST, StepLine("Every track paired", StepMark.RUNNING), _TO_COME)
)
_ASKING = JoiningState(
    "Ana",
    "Sunday Kitchen",
    (
        _SIGNED_IN,
        _CLOCK,
        _PLAYLIST,
        _PAIRED,
        StepLine("Same music", StepMark.WARNING, "“Blue Room” is another recording than Ana's: 3 seconds longer."),
    ),
    question="One track is another recording",
    what_to_do="In “Blue Room” the two of you would hear different music. Everything else is the same.",
)
_MISSING = JoiningState(
    "Ana",
    "Sunday Kitchen",
    (
        _SIGNED_IN,
        _CLOCK,
        _PLAYLIST,
        StepLine("Every track paired", StepMark.FAILED, "2 tracks of Ana's have no file here."),
        StepLine("Same music", StepMark.SKIPPED),
    ),
    trouble="“Paper Boats” and “Copper” have no file here",
    what_to_do="Pair them with your own files, then join again.",
    fix="Open “Sunday Kitchen”",
)
_TAKEN = JoiningState(
    "Ana",
    "Sunday Kitchen",
    (_SIGNED_IN, _CLOCK, _PLAYLIST, _PAIRED, StepLine("Same music", StepMark.PASSED, "All 14 files are the same.")),
    trouble="Someone was faster",
    what_to_do="Somebody else follows Ana already. Choose another session, or ask Ana to start a new one.",
)
_NO_CLOCK = JoiningState(
    "Ana",
    "Sunday Kitchen",
    (_SIGNED_IN, StepLine("Clock", StepMark.FAILED, "pool.ntp.org does not answer.")),
    trouble="Clock sync failed",
    what_to_do="Without a common clock nothing can be in lockstep. Check the network, or the NTP server in Settings.",
    fix="Open Settings",
)


def _window(state: JoiningState) -> QWidget:
    screen = Joining()
    screen.show_state(state)
    return in_window(screen, Section.RUNBUDDY, player=PlayerBarState())


def _hostile() -> JoiningState:
    steps = (StepLine(HOSTILE, StepMark.FAILED, ENDLESS), StepLine(JAPANESE[0], StepMark.PASSED, JAPANESE[1]))
    return JoiningState(HOSTILE, ENDLESS, steps, trouble=HOSTILE, what_to_do="Choose another session.")


SCENES = (
    Scene("joining", "under-way", lambda: _window(_UNDER_WAY)),
    Scene("joining", "asking", lambda: _window(_ASKING)),
    Scene("joining", "missing", lambda: _window(_MISSING)),
    Scene("joining", "taken", lambda: _window(_TAKEN)),
    Scene("joining", "no-clock", lambda: _window(_NO_CLOCK)),
    Scene("joining", "hostile", lambda: _window(_hostile())),
    Scene("joining", "small", lambda: _window(_MISSING), (1000, 640)),
    Scene("joining", "rtl", lambda: _window(_ASKING), right_to_left=True),
)

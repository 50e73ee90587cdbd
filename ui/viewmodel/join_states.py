"""Joining, step by step, as the screen shows it (pure)."""

from dataclasses import replace
from typing import Final

from client.prejoin import JoinCheck, JoinStep, Outcome, StepResult
from protocol.rest import SessionDetail
from ui.desktop.errors import as_sentence
from ui.screens.joining import JoiningState, StepLine, StepMark
from ui.viewmodel.session_states import Mended, Trouble
from ui.widgets.plain import isolated

NAMES: Final = {
    JoinStep.SIGNED_IN: "Signed in",
    JoinStep.SAME_PLAYLIST: "Same playlist",
    JoinStep.ENOUGH_PAIRED: "Enough tracks paired",
    JoinStep.TRACKS_PAIRED: "The leader's tracks paired",
    JoinStep.SAME_MUSIC: "Same recordings",
}
#: What comes after the check.
CONNECTING: Final = "Connecting"
PREPARING: Final = "Preparing the music"

_COMPARING: Final = "Comparing your recordings with the leader's"

#: The button that leads to where a trouble is put right.
_FIXES: Final = {
    Mended.IN_SETTINGS: "Open Settings",
    Mended.IN_LIBRARY: "Open the library",
    Mended.BY_NAME: "Enter your name",
}
_MARKS: Final = {
    Outcome.PASSED: StepMark.PASSED,
    Outcome.WARNING: StepMark.WARNING,
    Outcome.FAILED: StepMark.FAILED,
    Outcome.SKIPPED: StepMark.SKIPPED,
}


def first_state() -> JoiningState:
    """Return the screen before anything is known."""
    steps = (*(StepLine(name, StepMark.TO_COME) for name in NAMES.values()), *_to_come(CONNECTING, PREPARING))
    return JoiningState(steps=(replace(steps[0], mark=StepMark.RUNNING), *steps[1:]))


def signed_in(state: JoiningState) -> JoiningState:
    """Return the screen when the server knows this person."""
    first, second, *rest = state.steps
    return replace(state, steps=(replace(first, mark=StepMark.PASSED), replace(second, mark=StepMark.RUNNING), *rest))


def named(state: JoiningState, detail: SessionDetail) -> JoiningState:
    """Return the screen when the session is known."""
    return replace(state, host=detail.host_display_name, playlist=detail.playlist_name)


def checked(state: JoiningState, check: JoinCheck, *, comparing: bool = False) -> JoiningState:
    """Return the screen with what the check says; `comparing` while the recordings are still read."""
    lines = [_line(result) for result in check.steps]
    if comparing and check.may_join:
        lines[-1] = StepLine(NAMES[JoinStep.SAME_MUSIC], StepMark.RUNNING, _COMPARING)
    return replace(state, steps=(*lines, *_to_come(CONNECTING, PREPARING)))


def not_found(state: JoiningState, trouble: Trouble) -> JoiningState:
    """Return the screen when the session itself could not be found: none of the steps has failed."""
    lines = tuple(
        line if line.mark is StepMark.PASSED else replace(line, mark=StepMark.SKIPPED) for line in state.steps
    )
    return _troubled(replace(state, steps=lines), trouble)


def no_playlist(name: str) -> Trouble:
    """Return what is told of a session whose playlist is not in this library."""
    return Trouble(
        f"Your library does not have the playlist {isolated(name)}",
        "Add the playlist to your library and pair its tracks, then try again.",
        Mended.IN_LIBRARY,
    )


def failed_at(state: JoiningState, step: JoinStep, trouble: Trouble) -> JoiningState:
    """Return the screen when a step came to nothing, before the check itself could be made."""
    at = list(JoinStep).index(step)
    lines = [replace(line, mark=_mark_around(place, at)) for place, line in enumerate(state.steps)]
    return _troubled(replace(state, steps=tuple(lines)), trouble)


def refused(state: JoiningState, check: JoinCheck, playlist: str) -> JoiningState:
    """Return the screen when the check speaks against joining: the first sentence that does, and the way to mend it."""
    failed = next(result for result in check.steps if result.outcome is Outcome.FAILED)
    # The mark says which step it is; what is wrong with it is said once, under all of them.
    state = replace(checked(state, check), steps=_without_words(checked(state, check).steps, StepMark.FAILED))
    what, _, to_do = failed.sentence.rpartition("; ")
    return replace(
        state,
        trouble=as_sentence(what or failed.sentence),
        what_to_do=as_sentence(to_do) if what else "",
        fix=f"Open {isolated(playlist)}" if playlist else "",
    )


def asking(state: JoiningState, check: JoinCheck, playlist: str = "") -> JoiningState:
    """Return the screen when recordings differ: joining is the person's to decide."""
    what, *to_do = check.result(JoinStep.SAME_MUSIC).sentence.split("; ")
    now = checked(state, check)
    return replace(
        now,
        steps=_without_words(now.steps, StepMark.WARNING),
        question=as_sentence(what),
        what_to_do=" ".join(as_sentence(part) for part in to_do),
        fix=f"Open {isolated(playlist)}" if playlist else "",
    )


def under_way(state: JoiningState, name: str) -> JoiningState:
    """Return the screen while one of the later steps is done; those before it are."""
    names = [line.name for line in state.steps]
    at = names.index(name)
    lines = list(state.steps)
    for place in range(len(NAMES), len(lines)):
        mark = StepMark.PASSED if place < at else StepMark.RUNNING if place == at else StepMark.TO_COME
        lines[place] = replace(lines[place], mark=mark)
    return replace(state, steps=tuple(lines), question="", trouble="", what_to_do="", fix="")


def broken_off(state: JoiningState, trouble: Trouble) -> JoiningState:
    """Return the screen when something went wrong on the way; the step that was under way has failed."""
    lines = tuple(
        replace(line, mark=StepMark.FAILED) if line.mark is StepMark.RUNNING else line for line in state.steps
    )
    return _troubled(replace(state, steps=lines), trouble)


def _troubled(state: JoiningState, trouble: Trouble) -> JoiningState:
    fix = "" if trouble.mended is None else _FIXES[trouble.mended]
    return replace(state, trouble=trouble.text, what_to_do=trouble.what_to_do, question="", fix=fix)


def _without_words(steps: tuple[StepLine, ...], mark: StepMark) -> tuple[StepLine, ...]:
    return tuple(replace(line, sentence="") if line.mark is mark else line for line in steps)


def _line(result: StepResult) -> StepLine:
    return StepLine(NAMES[result.step], _MARKS[result.outcome], as_sentence(result.sentence))


def _to_come(*names: str) -> tuple[StepLine, ...]:
    return tuple(StepLine(name, StepMark.TO_COME) for name in names)


def _mark_around(place: int, at: int) -> StepMark:
    if place < at:
        return StepMark.PASSED
    return StepMark.FAILED if place == at else StepMark.SKIPPED

"""Joining, step by step."""

from dataclasses import replace
from pathlib import Path

import pytest

from client.pairing import PairedTrack, Pairing
from client.prejoin import JoinStep, Outcome, StepResult, check_join
from protocol.rest import SessionDetail
from ui.screens.joining import StepMark
from ui.viewmodel import join_states
from ui.viewmodel.session_states import Mended, Trouble

DETAIL = SessionDetail.model_validate(
    {
        "sessionId": "s", "hostDisplayName": "Ana", "playlistId": "p", "playlistName": "Run", "pairedTrackCount": 2,
        "createdAt": 1_800_000_000_000, "status": "waiting",
        "snapshot": {"playlistId": "p", "playlistPosition": 0, "positionMs": 0, "isPlaying": False,
                     "correctedMs": 1_800_000_000_000},
    }
)  # fmt: skip


def pairing(*files):
    return Pairing(
        "p",
        "Run",
        tuple(PairedTrack(at, f"t{at}", f"Title {at}", "Ann", file and Path(file)) for at, file in enumerate(files)),
    )


def marks(state):
    return [line.mark for line in state.steps]


def test_it_begins_with_the_first_step_and_shows_all_that_come():
    state = join_states.first_state()
    assert marks(state) == [StepMark.RUNNING, *[StepMark.TO_COME] * 6]
    assert [line.name for line in state.steps][-2:] == [join_states.CONNECTING, join_states.PREPARING]


def test_what_fits_goes_on_to_connecting_and_preparing():
    state = join_states.named(join_states.signed_in(join_states.first_state()), DETAIL)
    assert (state.host, state.playlist) == ("Ana", "Run")
    state = join_states.checked(state, check_join(pairing("/a", "/b"), DETAIL))
    assert StepMark.FAILED not in marks(state)
    state = join_states.under_way(state, join_states.PREPARING)
    assert marks(state)[-2:] == [StepMark.PASSED, StepMark.RUNNING]
    assert not state.trouble


def test_what_is_missing_is_named_with_the_way_to_mend_it():
    check = check_join(pairing("/a", None), DETAIL)
    state = join_states.refused(join_states.first_state(), check, "Run")
    assert "Title 1" in state.trouble
    assert state.what_to_do.startswith("Pair the missing tracks")
    assert "Run" in state.fix
    assert StepMark.FAILED in marks(state)
    # The verdict says it, so no step does.
    assert not any("Title 1" in line.sentence for line in state.steps)


def test_a_session_that_is_not_found_fails_no_step():
    state = join_states.not_found(join_states.signed_in(join_states.first_state()), Trouble("No such session", "Ask"))
    assert marks(state) == [StepMark.PASSED, *[StepMark.SKIPPED] * 6]
    assert state.trouble == "No such session"


def test_other_recordings_are_asked_about_in_one_sentence_with_what_to_do_under_it():
    said = StepResult(JoinStep.SAME_MUSIC, Outcome.WARNING, "one file is not the leader's; pair it, or not", ("A",))
    check = check_join(pairing("/a", "/b"), DETAIL)
    state = join_states.asking(join_states.first_state(), replace(check, steps=(*check.steps[:-1], said)), "Run")
    assert (state.question, state.what_to_do) == ("One file is not the leader's.", "Pair it, or not.")
    assert "Run" in state.fix
    assert StepMark.WARNING in marks(state)


@pytest.mark.parametrize("mended", list(Mended))
def test_a_trouble_that_is_mended_elsewhere_has_its_button(mended):
    state = join_states.broken_off(join_states.first_state(), Trouble("No", "Do", mended))
    assert state.fix
    assert join_states.broken_off(join_states.first_state(), Trouble("No", "Do")).fix == ""


def test_a_step_that_came_to_nothing_ends_it_there():
    state = join_states.failed_at(join_states.first_state(), JoinStep.SAME_PLAYLIST, Trouble("No such list", "Add it"))
    assert marks(state)[:3] == [StepMark.PASSED, StepMark.FAILED, StepMark.SKIPPED]
    assert (state.trouble, state.what_to_do) == ("No such list", "Add it")


def test_what_breaks_on_the_way_fails_the_step_that_was_under_way():
    state = join_states.checked(join_states.first_state(), check_join(pairing("/a", "/b"), DETAIL))
    state = join_states.under_way(state, join_states.CONNECTING)
    state = join_states.broken_off(state, Trouble("Someone was faster", "Choose another one"))
    assert marks(state)[-2] is StepMark.FAILED
    assert state.trouble == "Someone was faster"

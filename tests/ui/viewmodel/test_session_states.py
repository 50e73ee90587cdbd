"""What a session looks like on every screen."""

import pytest

from client.session_state import Buddy, Following, Idle, Leading
from protocol.events import ParticipantState, Role
from ui.screens.lead_waiting import WaitPhase
from ui.theme.tokens import Tone
from ui.viewmodel.session_states import (
    Trouble,
    banner,
    buddy_is_ready,
    close_question,
    lead_waiting_state,
    lock_reason,
    role_of,
    sidebar,
)
from ui.widgets.sync_pill import SyncKind, SyncPillState

ALONE = Leading("s", "47RBXH")
JOINED = Leading("s", "47RBXH", Buddy(ParticipantState.JOINED, "Ben"))
READY = Leading("s", "47RBXH", Buddy(ParticipantState.READY, None))
FOLLOWING = Following("s", "Ana <b>")


def bare(text):
    return text.replace("\u2068", "").replace("\u2069", "")


@pytest.mark.parametrize(
    ("state", "words", "action"),
    [
        (ALONE, "Leading RunBuddy, waiting for a buddy · join code 47RBXH", "End session"),
        (JOINED, "Leading RunBuddy with Ben", "End session"),
        (READY, "Leading RunBuddy with your buddy", "End session"),
        (FOLLOWING, "Following Ana <b>", "Leave"),
    ],
)
def test_the_banner_says_who_leads(state, words, action):
    shown = banner(state)
    assert shown is not None
    assert (bare(shown.text), shown.action) == (words, action)
    assert shown.tone is (Tone.FOLLOWING if state is FOLLOWING else Tone.LEADING)


def test_outside_of_a_session_there_is_no_banner_no_lock_and_no_question():
    assert (banner(Idle()), lock_reason(Idle()), close_question(Idle()), role_of(Idle())) == (None,) * 4
    assert sidebar(Idle(), None).tone is None


def test_the_sidebar_says_what_is_wrong_before_the_role():
    fine = SyncPillState(SyncKind.IN_LOCKSTEP, "In lockstep · 0.2 ms")
    gone = SyncPillState(SyncKind.RECONNECTING, "Reconnecting, playing on")
    lost = SyncPillState(SyncKind.CLOCK_LOST, "Clock lost")
    assert (sidebar(FOLLOWING, fine).text, sidebar(FOLLOWING, fine).tone) == (fine.text, Tone.FOLLOWING)
    for state in (FOLLOWING, JOINED, ALONE):
        assert (sidebar(state, gone).text, sidebar(state, gone).tone) == ("Reconnecting", Tone.WARNING)
        assert (sidebar(state, lost).text, sidebar(state, lost).tone) == ("Clock lost", Tone.ERROR)
    assert bare(sidebar(JOINED, None).text) == "Leading Ben"


def test_only_a_follower_is_locked():
    assert lock_reason(JOINED) is None
    assert bare(lock_reason(FOLLOWING) or "") == "Ana <b> leads"
    assert role_of(FOLLOWING) is Role.FOLLOWER
    assert lock_reason(Following("s", "")) == "Your buddy leads"


def test_a_live_session_is_asked_about_before_the_window_closes():
    assert "for both" in (close_question(JOINED) or ("", "", ""))[1]
    assert (close_question(FOLLOWING) or ("", "", ""))[2] == "Leave and quit"
    assert (close_question(ALONE) or ("", "", ""))[2] == "End and quit"


def test_a_leader_waits_with_its_code_until_the_buddy_is_ready():
    assert lead_waiting_state("Run", Idle(), step="Opening").phase is WaitPhase.CREATING
    assert lead_waiting_state("Run", ALONE).code == "47RBXH"
    assert "can't be reached" in lead_waiting_state("Run", ALONE, server_gone=True).notice
    assert lead_waiting_state("Run", ALONE).notice == ""
    assert lead_waiting_state("Run", JOINED).phase is WaitPhase.JOINED
    assert lead_waiting_state("Run", Idle(), trouble=Trouble("No", "Do")).what_to_do == "Do"
    assert [buddy_is_ready(state) for state in (Idle(), ALONE, JOINED, READY, FOLLOWING)] == [
        False, False, False, True, False,
    ]  # fmt: skip

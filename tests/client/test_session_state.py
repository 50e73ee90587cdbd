"""Idle, leading, following."""

from client.session_state import Buddy, Ended, Following, Idle, Leading, ended, participant_changed
from protocol.events import Participant, ParticipantState

LEADING = Leading("s1", "ABC234")


def test_a_follower_joins_becomes_ready_and_leaves():
    joined = participant_changed(LEADING, Participant(state=ParticipantState.JOINED, display_name="Bo"))
    assert joined == Leading("s1", "ABC234", Buddy(ParticipantState.JOINED, "Bo"))
    ready = participant_changed(joined, Participant(state=ParticipantState.READY))
    assert ready == Leading("s1", "ABC234", Buddy(ParticipantState.READY, "Bo"))
    assert participant_changed(ready, Participant(state=ParticipantState.LEFT)) == LEADING


def test_participants_concern_nobody_but_a_leader():
    event = Participant(state=ParticipantState.JOINED, display_name="Bo")
    assert participant_changed(Idle(), event) == Idle()
    assert participant_changed(Following("s1", "Al"), event) == Following("s1", "Al")


def test_an_end_is_remembered_once():
    idle = ended(Following("s1", "Al"), "leader_lost", "The leader is gone.")
    assert idle == Idle(Ended("s1", "leader_lost", "The leader is gone."))
    assert ended(idle, "closed", "Again.") == idle

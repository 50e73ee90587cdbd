"""How the lockstep stands, in words."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.reports import SyncReport
from client.socket import SocketState
from protocol.correction import Correction
from protocol.events import Role
from ui.theme.tokens import Tone
from ui.viewmodel.sync_words import SyncFacts, milliseconds, sync_kind, sync_pill
from ui.widgets.sync_pill import SyncKind

REPORT = SyncReport(
    mono_ns=1,
    corrected_ms=1.8e12,
    role=Role.FOLLOWER,
    drift_ms=0.2,
    correction=Correction.NONE,
    clock_offset_ms=12.0,
    clock_uncertainty_ms=0.31,
    position_ms=1000.0,
    playlist_position=0,
    track_id="t",
    is_playing=True,
    leader_rate_ppm=2.0,
    underruns=0,
    jumps=0,
    silent=False,
    socket=SocketState.CONNECTED,
    error=None,
)


def facts(role=Role.FOLLOWER, socket=SocketState.CONNECTED, *, was=False, **changes):
    return SyncFacts(role, socket, replace(REPORT, role=role, **changes), was, "Ana")


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        (facts(), "In lockstep · 0.2 ms"),
        (facts(drift_ms=-45.2), "Catching up · 45 ms"),
        (facts(drift_ms=None), "Catching up"),
        (facts(socket=SocketState.RECONNECTING), "Reconnecting, playing on"),
        (facts(socket=SocketState.RECONNECTING, is_playing=False), "Reconnecting"),
        (facts(clock_uncertainty_ms=None), "Clock lost"),
        (facts(clock_uncertainty_ms=51.0, socket=SocketState.RECONNECTING), "Clock lost"),
        (facts(clock_lost=True), "Clock lost"),
        (facts(Role.LEADER, drift_ms=None, clock_lost=True), "Clock lost"),
        # Where the whole network is gone, it is the connection that people can do something about.
        (facts(clock_lost=True, socket=SocketState.RECONNECTING), "Reconnecting, playing on"),
        (facts(is_playing=False, drift_ms=None), "Waiting for Ana"),
        (facts(is_playing=False, drift_ms=None, leader_playing=True), "Preparing the music"),
        (replace(facts(is_playing=False, drift_ms=None, leader_playing=False), has_played=True), "Paused by Ana"),
        # What is not heard, or not known, is not in lockstep, whatever the last figure was.
        (facts(silent=True, error="USB headphones is unplugged"), "No sound"),
        (facts(Role.LEADER, drift_ms=None, silent=True, error="USB headphones is unplugged"), "No sound"),
        (replace(facts(silent=True, error="x"), silence_wanted=True), "In lockstep · 0.2 ms"),
        (facts(leader_silent=True, error="Nothing was heard of the leader for 9 s"), "Leader not heard, playing on"),
        (facts(leader_silent=True, is_playing=False), "Leader not heard"),
        (SyncFacts(Role.FOLLOWER, SocketState.CONNECTING), "Waiting for the leader"),
        (facts(Role.LEADER, drift_ms=None), "Leading · clock ± 0.3 ms"),
        (SyncFacts(Role.LEADER, SocketState.CONNECTING), "Leading"),
    ],
)
def test_words(given_, words):
    assert sync_pill(given_).text == words


def test_the_detail_names_clock_connection_drift_and_what_is_wrong():
    pill = sync_pill(facts(drift_ms=-0.2, error="The sound stutters"))
    assert pill.detail == "Clock synced ± 0.3 ms · Connected · 0.2 ms ahead of the leader · The sound stutters"
    assert sync_pill(facts(clock_uncertainty_ms=None)).detail.startswith("Clock lost · Connected")
    lost = sync_pill(facts(clock_lost=True)).detail
    assert lost == "Clock lost, going on by its last reading ± 0.3 ms · Connected · 0.2 ms behind of the leader"


def test_a_leaders_pill_has_the_leaders_colour():
    assert sync_pill(facts(Role.LEADER, drift_ms=None)).tone is Tone.LEADING
    assert sync_pill(facts(Role.LEADER, drift_ms=None, clock_uncertainty_ms=None)).tone is None


def test_words_do_not_change_to_and_fro_at_the_bound():
    assert sync_kind(facts(drift_ms=7.0)) is SyncKind.CATCHING_UP
    assert sync_kind(facts(drift_ms=7.0, was=True)) is SyncKind.IN_LOCKSTEP
    assert sync_kind(facts(drift_ms=10.1, was=True)) is SyncKind.CATCHING_UP


@given(st.floats(-1e7, 1e7))
def test_a_time_is_short_and_has_no_sign(value_ms):
    words = milliseconds(value_ms)
    assert not words.startswith("-")
    assert len(words) <= 11

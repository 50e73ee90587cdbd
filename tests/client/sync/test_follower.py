"""What a follower makes of its leader's events, whatever their order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.sync.follower import STALE_HEARTBEATS, LeaderView
from protocol.events import Position, Snapshot, Transport, TransportAction
from protocol.playback import PlaybackPosition, RemoteTransport
from protocol.timeline import Timeline

START = 1_750_000_000_000
DURATIONS_MS = {0: 30_000.5, 1: 40_000.25}


@pytest.fixture
def view() -> LeaderView:
    return LeaderView(DURATIONS_MS.get)


def snapshot(position_ms=60_000, at=0, playing=True, track=0, track_id: str | None = "a") -> Snapshot:
    return Snapshot(
        playlist_id="p",
        playlist_position=track,
        track_id=track_id,
        position_ms=position_ms,
        is_playing=playing,
        corrected_ms=START + at,
    )


def transport(action, position_ms=0, at=0, track=0, track_id="a") -> Transport:
    return Transport(
        action=action, corrected_ms=START + at, position_ms=position_ms, playlist_position=track, track_id=track_id
    )


def heartbeat(position_ms=0, at=0, playing=True, track=0, track_id="a") -> Position:
    return Position(
        corrected_ms=START + at,
        position_ms=position_ms,
        is_playing=playing,
        playlist_position=track,
        track_id=track_id,
    )


def line(position_ms, at, playing=True) -> Timeline:
    return Timeline(position_ms, START + at, playing)


def test_a_snapshot_without_a_track_says_nothing(view):
    assert view.on_snapshot(snapshot(track_id=None)) is None
    assert view.remote() is None
    assert view.drift_ms(PlaybackPosition(0, "a", 1.0, True, 0), START) is None


def test_the_first_snapshot_makes_the_follower_jump_there(view):
    assert view.on_snapshot(snapshot()) == RemoteTransport(0, "a", line(60_000, 0), jump=True)


@pytest.mark.parametrize(
    ("action", "was_playing", "plays"),
    [
        (TransportAction.PLAY, False, True),
        (TransportAction.PAUSE, True, False),
        (TransportAction.SEEK, True, True),
        (TransportAction.SEEK, False, False),
        (TransportAction.SKIP_NEXT, True, True),
        (TransportAction.SKIP_PREV, False, False),
        (TransportAction.TRACK_CHANGE, False, False),
    ],
)
def test_a_transport_is_a_jump_anchored_at_its_own_instant(view, action, was_playing, plays):
    view.on_snapshot(snapshot(playing=was_playing))
    remote = view.on_transport(transport(action, 5000, 1000, track=1, track_id="b"))
    assert remote == RemoteTransport(1, "b", line(5000, 1000, plays), jump=True)


def test_heartbeats_refine_without_a_jump(view):
    view.on_transport(transport(TransportAction.PLAY))
    remote = view.on_position(heartbeat(250, 250))
    assert remote is not None
    assert not remote.jump
    assert remote.timeline.position_at(START + 1000) == pytest.approx(1000, abs=0.001)


def test_heartbeats_from_before_a_transport_are_ignored_even_if_they_come_after_it(view):
    view.on_transport(transport(TransportAction.PLAY))
    view.on_transport(transport(TransportAction.SEEK, 60_000, 5000))
    assert view.on_position(heartbeat(4990, 4990)) is None
    assert view.remote() == RemoteTransport(0, "a", line(60_000, 5000), jump=False)
    assert view.on_position(heartbeat(60_100, 5100)) is not None


def test_a_leader_whose_clock_was_set_back_is_believed_after_two_seconds(view):
    view.on_transport(transport(TransportAction.PLAY, 0, 3_600_000))
    for beat in range(STALE_HEARTBEATS - 1):
        assert view.on_position(heartbeat(250 * beat, 250 * beat)) is None
    at = 250 * STALE_HEARTBEATS
    assert view.on_position(heartbeat(at, at)) == RemoteTransport(0, "a", line(at, at), jump=True)
    assert view.on_position(heartbeat(at + 250, at + 250)) is not None


def test_a_state_that_no_transport_announced_is_a_jump(view):
    view.on_transport(transport(TransportAction.PLAY))
    remote = view.on_position(heartbeat(250, 250, playing=False))
    assert remote == RemoteTransport(0, "a", line(250, 250, False), jump=True)


def test_playing_on_into_the_next_track_is_no_jump(view):
    view.on_transport(transport(TransportAction.PLAY, 20_000))
    for at in range(250, 10_001, 250):
        view.on_position(heartbeat(20_000 + at, at))
    remote = view.on_transport(transport(TransportAction.TRACK_CHANGE, 0, 10_001, track=1, track_id="b"))
    assert remote is not None
    assert (remote.playlist_position, remote.track_id, remote.jump) == (1, "b", False)
    assert remote.timeline.position_at(START + 10_001) == pytest.approx(0.5, abs=0.2)


def test_heartbeats_may_say_it_before_the_track_change_does(view):
    view.on_transport(transport(TransportAction.PLAY, 20_000))
    for at in range(250, 10_001, 250):
        view.on_position(heartbeat(20_000 + at, at))
    remote = view.on_position(heartbeat(249, 10_250, track=1, track_id="b"))
    assert remote is not None
    assert (remote.playlist_position, remote.jump) == (1, False)


def test_a_track_chosen_by_hand_is_a_jump(view):
    view.on_transport(transport(TransportAction.PLAY, 20_000))
    remote = view.on_transport(transport(TransportAction.TRACK_CHANGE, 0, 5000, track=1, track_id="b"))
    assert remote == RemoteTransport(1, "b", line(0, 5000), jump=True)


def test_a_track_change_after_a_track_of_unknown_length_is_a_jump(view):
    view.on_transport(transport(TransportAction.PLAY, 20_000, track=7, track_id="h"))
    remote = view.on_transport(transport(TransportAction.TRACK_CHANGE, 0, 5000, track=8, track_id="i"))
    assert remote is not None
    assert remote.jump


def test_a_snapshot_after_a_short_loss_of_the_network_changes_nothing(view):
    view.on_transport(transport(TransportAction.PLAY))
    view.on_position(heartbeat(250, 250))
    assert view.on_snapshot(snapshot(250, 250)) is None
    agreeing = view.on_snapshot(snapshot(20_000, 20_000))
    assert agreeing is not None
    assert not agreeing.jump
    assert view.on_snapshot(snapshot(9_000, 21_000)) == RemoteTransport(0, "a", line(9_000, 21_000), jump=True)


def test_a_snapshot_from_before_the_last_transport_is_ignored(view):
    view.on_transport(transport(TransportAction.PAUSE, 9000, 5000))
    assert view.on_snapshot(snapshot(4000, 4000, playing=True)) is None


def test_drift_is_the_plans_formula(view):
    view.on_transport(transport(TransportAction.PLAY, 1000))
    assert view.drift_ms(PlaybackPosition(0, "a", 1480.0, True, 0), START + 500) == 20.0


def test_an_announced_change_counts_for_drift_from_its_own_instant_on(view):
    view.on_transport(transport(TransportAction.PLAY, 1000))
    view.on_transport(transport(TransportAction.SEEK, 60_000, at=800))
    assert view.drift_ms(PlaybackPosition(0, "a", 1700.0, True, 0), START + 700) == pytest.approx(0, abs=0.001)
    assert view.drift_ms(PlaybackPosition(0, "a", 60_100.0, True, 0), START + 900) == pytest.approx(0, abs=0.001)


def test_there_is_no_drift_from_a_move_that_is_still_to_come(view):
    view.on_transport(transport(TransportAction.PLAY, 1000, at=60))
    assert view.drift_ms(PlaybackPosition(0, "a", 1000.0, False, 0), START + 59) is None
    assert view.drift_ms(PlaybackPosition(0, "a", 1000.0, True, 0), START + 60) == 0.0


def test_drift_across_a_track_boundary_is_measured_in_one_track(view):
    view.on_transport(transport(TransportAction.PLAY, 29_000))
    ahead = PlaybackPosition(1, "b", 4.5, True, 0)
    assert view.drift_ms(ahead, START + 1000) == pytest.approx(30_000 - 30_005, abs=0.001)
    view.on_transport(transport(TransportAction.SKIP_NEXT, 0, 2000, track=1, track_id="b"))
    behind = PlaybackPosition(0, "a", 29_999.5, True, 0)
    assert view.drift_ms(behind, START + 2004) == pytest.approx(5, abs=0.001)


def test_drift_against_a_track_that_is_no_neighbour_is_unknown(view):
    view.on_transport(transport(TransportAction.PLAY, 10_000))
    assert view.drift_ms(PlaybackPosition(7, "h", 0.0, True, 0), START) is None


events = st.one_of(
    st.builds(heartbeat, st.integers(0, 10**6), st.integers(0, 10**6), st.booleans(), st.integers(0, 2)),
    st.builds(transport, st.sampled_from(TransportAction), st.integers(0, 10**6), st.integers(0, 10**6)),
    st.builds(snapshot, st.integers(0, 10**6), st.integers(0, 10**6), st.booleans(), st.integers(0, 2)),
)


@given(st.lists(events, max_size=60))
def test_any_order_of_events_leaves_a_usable_line(stream):
    view = LeaderView(DURATIONS_MS.get)
    for event in stream:
        if isinstance(event, Transport):
            remote = view.on_transport(event)
            assert remote is not None
            assert remote.playlist_position == event.playlist_position
        elif isinstance(event, Position):
            remote = view.on_position(event)
        else:
            remote = view.on_snapshot(event)
        if remote is not None:
            assert abs(remote.timeline.rate - 1) < 0.5

"""What a leader says of itself: whole pairs on the line, errors that cancel, a beat that doesn't drift."""

from hypothesis import given, settings
from hypothesis import strategies as st

from client.sync.leader import HEARTBEAT_NS, LeaderVoice
from protocol.events import TransportAction
from protocol.playback import LocalTransport, PlaybackPosition
from protocol.timeline import NS_PER_MS, ClockMapping

START_MS = 1_750_000_000_000.0
MAPPING = ClockMapping(0, START_MS)


def at(position_ms: float, mono_ns: int, is_playing: bool = True) -> PlaybackPosition:
    return PlaybackPosition(3, "spotify:track:a", position_ms, is_playing, mono_ns)


def play(position_ms: int, mono_ns: int) -> LocalTransport:
    return LocalTransport(TransportAction.PLAY, 3, "spotify:track:a", position_ms, True, mono_ns)


@settings(max_examples=200)
@given(st.floats(0, 10**7), st.lists(st.integers(0, 100 * NS_PER_MS), min_size=1, max_size=60))
def test_every_pair_lies_within_a_millisecond_and_all_together_within_half_of_one(first_ms, steps_ns):
    voice, mono_ns, sum_ms = LeaderVoice(), 0, 0.0
    for step_ns in steps_ns:
        mono_ns += step_ns
        event = voice.position(at(first_ms + mono_ns / NS_PER_MS, mono_ns), MAPPING)
        error_ms = event.position_ms - (first_ms + event.corrected_ms - START_MS)
        assert abs(error_ms) < 1.01
        assert abs(event.corrected_ms - (START_MS + mono_ns / NS_PER_MS)) <= 0.51
        sum_ms += error_ms
        assert abs(sum_ms) <= 0.51


def test_an_exact_transport_is_followed_by_exact_heartbeats():
    voice = LeaderVoice()
    event = voice.transport(play(45_123, 7 * NS_PER_MS), MAPPING)
    assert (event.position_ms, event.corrected_ms) == (45_123, START_MS + 7)
    for beat in range(1, 50):
        mono_ns = 7 * NS_PER_MS + beat * 250_400_300
        heartbeat = voice.position(at(45_123 + (mono_ns / NS_PER_MS - 7), mono_ns), MAPPING)
        assert heartbeat.position_ms - heartbeat.corrected_ms == event.position_ms - event.corrected_ms


def test_the_rounding_of_a_natural_track_change_is_made_good_by_the_heartbeats():
    voice, start_ns = LeaderVoice(), 7_400_000
    change = LocalTransport(TransportAction.TRACK_CHANGE, 4, "spotify:track:b", 0, True, start_ns)
    event = voice.transport(change, MAPPING)
    sum_ms = event.position_ms - (event.corrected_ms - START_MS - 7.4)
    for beat in range(1, 20):
        mono_ns = start_ns + beat * 250_000_000
        heartbeat = voice.position(at(beat * 250.0, mono_ns), MAPPING)
        sum_ms += heartbeat.position_ms - (heartbeat.corrected_ms - START_MS - 7.4)
        assert abs(sum_ms) <= 0.51


def test_a_paused_position_is_named_as_it_stands():
    event = LeaderVoice().position(at(45_123.0, 400_000, is_playing=False), MAPPING)
    assert (event.position_ms, event.corrected_ms, event.is_playing) == (45_123, START_MS, False)


def test_just_before_the_start_the_instant_of_the_start_is_named():
    event = LeaderVoice().position(at(-20.0, 0), MAPPING)
    assert (event.position_ms, event.corrected_ms) == (0, START_MS + 20)


def test_the_first_heartbeat_is_due_at_once_and_the_others_on_one_beat():
    voice = LeaderVoice()
    assert voice.heartbeat_due_in_ns(1000) <= 0
    voice.heartbeat_done(1000)
    assert voice.heartbeat_due_in_ns(1000) == HEARTBEAT_NS
    late_ns = 1000 + HEARTBEAT_NS + 7_000_000
    voice.heartbeat_done(late_ns)
    assert voice.heartbeat_due_in_ns(late_ns) == HEARTBEAT_NS - 7_000_000


def test_beats_that_were_slept_through_are_not_caught_up():
    voice = LeaderVoice()
    voice.heartbeat_done(0)
    voice.heartbeat_done(10 * HEARTBEAT_NS + 5)
    assert voice.heartbeat_due_in_ns(10 * HEARTBEAT_NS + 5) == HEARTBEAT_NS - 5


def test_after_a_transport_a_heartbeat_is_due_as_soon_as_it_has_happened():
    voice = LeaderVoice()
    voice.heartbeat_done(0)
    voice.transport(play(0, 40 * NS_PER_MS), MAPPING)
    assert voice.heartbeat_due_in_ns(10 * NS_PER_MS) == 30 * NS_PER_MS
    voice.hurry(10 * NS_PER_MS)
    assert voice.heartbeat_due_in_ns(10 * NS_PER_MS) == 30 * NS_PER_MS


def test_after_a_reconnect_a_heartbeat_is_due_at_once():
    voice = LeaderVoice()
    voice.heartbeat_done(0)
    voice.hurry(10 * NS_PER_MS)
    assert voice.heartbeat_due_in_ns(10 * NS_PER_MS) == 0

import pytest

from client.outbox import MAX_WAITING, Outbox
from protocol.events import Leave, Ping, Position, Ready, Transport, TransportAction

NOW_MS = 1_800_000_000_000


def position(number=0):
    return Position(
        corrected_ms=NOW_MS + number, position_ms=number, is_playing=True, playlist_position=0, track_id="t"
    )


def transport(number=0):
    return Transport(
        action=TransportAction.SEEK, corrected_ms=NOW_MS, position_ms=number, playlist_position=0, track_id="t"
    )


@pytest.fixture
def online():
    outbox = Outbox()
    outbox.go_online()
    return outbox


def drain(outbox):
    events = []
    while (event := outbox.take()) is not None:
        events.append(event)
    return events


def test_online_everything_goes_out_in_order(online):
    events = [position(1), transport(1), Ping(id=3), position(2), Ready(), transport(2), Leave()]
    assert all(online.put(event) for event in events)
    assert drain(online) == events


def test_offline_positions_and_pings_are_dropped():
    outbox = Outbox()
    assert not outbox.put(position())
    assert not outbox.put(Ping())
    assert drain(outbox) == []


def test_offline_only_the_newest_transport_is_kept():
    outbox = Outbox()
    assert all(outbox.put(event) for event in [transport(1), Ready(), transport(2), transport(3)])
    assert drain(outbox) == [Ready(), transport(3)]


def test_going_offline_drops_what_would_be_stale_on_reconnect(online):
    for event in [transport(1), position(1), transport(2), position(2)]:
        online.put(event)
    online.go_offline()
    assert drain(online) == [transport(2)]


def test_what_was_in_flight_is_kept_unless_something_newer_waits(online):
    online.go_offline(transport(1))
    assert drain(online) == [transport(1)]
    online.go_online()
    online.put(transport(2))
    online.go_offline(transport(1))
    assert drain(online) == [transport(2)]
    online.go_offline(position(1))
    assert drain(online) == []


def test_when_nothing_gets_through_the_oldest_positions_go_first(online):
    online.put(transport(1))
    for number in range(MAX_WAITING + 5):
        assert online.put(position(number))
    events = drain(online)
    assert len(events) == MAX_WAITING
    assert events[0] == transport(1)
    assert events[1:] == [position(number) for number in range(6, MAX_WAITING + 5)]


def test_a_queue_full_of_transports_takes_no_more(online):
    for number in range(MAX_WAITING):
        assert online.put(transport(number))
    assert not online.put(transport(MAX_WAITING))
    assert len(online) == MAX_WAITING

"""Reading and writing the events of the wire."""

import json
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from protocol import limits
from protocol.events import (
    EVENT_TYPES,
    EndReason,
    Event,
    Leave,
    Participant,
    ParticipantState,
    Ping,
    Pong,
    Position,
    Ready,
    Role,
    SessionEnd,
    Snapshot,
    Transport,
    TransportAction,
    parse_event,
)
from protocol.wire import ProtocolError

TRANSPORT: dict[str, Any] = {
    "type": "transport",
    "action": "seek",
    "correctedMs": 1717171717171,
    "positionMs": 45123,
    "playlistPosition": 3,
    "trackId": "spotify:track:abc",
}


def vectors(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(files("protocol").joinpath("vectors", name).read_text("utf-8"))["vectors"]
    return found


def by_name(vector: dict[str, Any]) -> str:
    return str(vector["name"])


@pytest.mark.parametrize("vector", vectors("valid.json"), ids=by_name)
def test_valid_vector_is_read_and_written_again_by_its_wire_names(vector):
    event = parse_event(vector["message"])
    assert (event and event.to_wire()) == vector["event"]
    assert parse_event(vector["message"].encode()) == event
    if event is not None:
        assert json.loads(event.to_json()) == vector["event"]


@pytest.mark.parametrize("vector", vectors("invalid.json"), ids=by_name)
def test_invalid_vector_is_refused_with_its_field_named(vector):
    for frame in (vector["message"], vector["message"].encode("utf-8")):
        with pytest.raises(ProtocolError) as refusal:
            parse_event(frame)
        assert refusal.value.field == vector["field"]
        assert str(refusal.value).startswith(f"{vector['field']}: " if vector["field"] else refusal.value.reason)


@pytest.mark.parametrize("name", ["valid.json", "invalid.json"])
def test_every_event_type_has_vectors_and_each_its_own_name(name):
    found = vectors(name)
    assert len({vector["name"] for vector in found}) == len(found)
    messages = "".join(vector["message"] for vector in found)
    missing = {kind for kind in EVENT_TYPES if f'"{kind}"' not in messages}
    # `ready` and `leave` have no fields that could be wrong.
    assert missing <= ({"ready", "leave"} if name == "invalid.json" else set())


@pytest.mark.parametrize(
    "frame",
    [
        b"\xff\xfe\x00",
        b'{"type":"ping\xff"}',
        '{"type":"ping"}'.encode("utf-16"),
        b"\x00",
        "\ud800",
        '{"type":"\ud800"}',
    ],
    ids=repr,
)
def test_a_frame_that_is_not_utf8_is_refused_as_a_whole(frame):
    with pytest.raises(ProtocolError) as refusal:
        parse_event(frame)
    assert refusal.value.field == ""
    assert refusal.value.reason.startswith("not JSON")


@pytest.mark.parametrize("opening", ["[", '{"type":', '{"type":"ping","id":['])
@pytest.mark.parametrize("depth", [150, 500])
def test_deep_nesting_is_refused_without_exhausting_the_stack(opening, depth):
    with pytest.raises(ProtocolError, match=r"recursion limit|not JSON"):
        parse_event(opening + "[" * depth)


def test_a_frame_at_the_size_limit_is_read_and_one_byte_more_is_refused():
    bare = json.dumps(TRANSPORT | {"padding": ""})
    at_limit = json.dumps(TRANSPORT | {"padding": "x" * (limits.MAX_EVENT_BYTES - len(bare))})
    assert len(at_limit) == limits.MAX_EVENT_BYTES
    assert isinstance(parse_event(at_limit), Transport)
    with pytest.raises(ProtocolError, match="longer than 8192"):
        parse_event(at_limit + " ")


def test_a_refusal_does_not_repeat_what_the_other_side_sent():
    with pytest.raises(ProtocolError) as refusal:
        parse_event(json.dumps(TRANSPORT | {"trackId": {"secret": "hunter2"}}))
    assert "hunter2" not in str(refusal.value)


def test_the_first_of_several_wrong_fields_is_named():
    with pytest.raises(ProtocolError) as refusal:
        parse_event(json.dumps(TRANSPORT | {"correctedMs": 0, "trackId": 1}))
    assert refusal.value.field == "correctedMs"


ids = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=limits.MAX_ID_LENGTH)
corrected = st.integers(limits.MIN_CORRECTED_MS, limits.MAX_CORRECTED_MS)
position = st.integers(0, limits.MAX_POSITION_MS)
index = st.integers(0, limits.MAX_PLAYLIST_POSITION)
line = {"corrected_ms": corrected, "position_ms": position, "playlist_position": index}


def built(model: type[Event], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Event]:
    # `st.builds` would read pydantic's signature, which has the wire names.
    return st.fixed_dictionaries(fields).map(lambda drawn: model(**drawn))


ping_ids = st.none() | st.integers(0, limits.MAX_PING_ID)
events = st.one_of(
    built(Transport, action=st.sampled_from(TransportAction), track_id=ids, **line),
    built(Position, is_playing=st.booleans(), track_id=ids, **line),
    built(Snapshot, playlist_id=ids, track_id=st.none() | ids, is_playing=st.booleans(), **line),
    built(SessionEnd, reason=st.sampled_from(EndReason).map(str)),
    built(Participant, state=st.sampled_from(ParticipantState), display_name=st.none() | ids),
    built(Ping, id=ping_ids),
    built(Pong, id=ping_ids),
    built(Ready),
    built(Leave),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(events)
def test_every_event_survives_the_wire(event):
    assert parse_event(event.to_json()) == event
    assert parse_event(json.dumps(event.to_wire())) == event


@given(events, st.dictionaries(st.text(min_size=1, max_size=12), json_values, max_size=3))
def test_unknown_fields_change_nothing(event, extra):
    wire = event.to_wire()
    names = {field.alias or name for name, field in type(event).model_fields.items()}
    unknown = {key: value for key, value in extra.items() if key not in names}
    assert parse_event(json.dumps(wire | unknown)) == event


@given(
    st.text(max_size=30).filter(lambda kind: kind not in EVENT_TYPES),
    st.dictionaries(st.text(max_size=12), json_values),
)
def test_unknown_types_are_ignored_whatever_they_carry(kind, fields):
    assert parse_event(json.dumps(fields | {"type": kind})) is None


@given(st.binary(max_size=200) | st.text(st.characters(exclude_categories=[]), max_size=200))
def test_arbitrary_frames_raise_nothing_but_protocol_error(frame):
    _read_or_refuse(frame)


@given(st.sampled_from(sorted(EVENT_TYPES)), st.data())
def test_known_types_with_arbitrary_fields_raise_nothing_but_protocol_error(kind, data):
    names = [field.alias or name for name, field in EVENT_TYPES[kind].model_fields.items() if name != "type"]
    fields = {name: data.draw(json_values | st.just(TRANSPORT.get(name, True))) for name in names}
    refusal = _read_or_refuse(json.dumps(fields | {"type": kind}))
    assert refusal is None or refusal.field in names


@given(events, st.integers(0, 400), st.integers(0, 255))
def test_a_damaged_byte_raises_nothing_but_protocol_error(event, at, value):
    frame = bytearray(event.to_json().encode())
    frame[at % len(frame)] = value
    _read_or_refuse(bytes(frame))


@given(events, st.integers(0, 400))
def test_a_truncated_event_is_refused(event, length):
    frame = event.to_json().encode()
    with pytest.raises(ProtocolError):
        parse_event(frame[: length % len(frame)])


def _read_or_refuse(frame: str | bytes) -> ProtocolError | None:
    try:
        parse_event(frame)
    except ProtocolError as refusal:
        return refusal
    return None


@pytest.mark.parametrize(
    ("action", "when_playing", "when_paused"),
    [
        ("play", True, True),
        ("pause", False, False),
        ("seek", True, False),
        ("skip_next", True, False),
        ("skip_prev", True, False),
        ("track_change", True, False),
    ],
)
def test_only_play_and_pause_change_whether_the_leader_plays(action, when_playing, when_paused):
    event = parse_event(json.dumps(TRANSPORT | {"action": action}))
    assert isinstance(event, Transport)
    assert event.is_playing_after(True) is when_playing
    assert event.is_playing_after(False) is when_paused


def test_code_names_fields_in_snake_case_and_is_held_to_the_same_limits():
    assert Ping(id=1).to_wire() == {"type": "ping", "id": 1}
    assert Participant(state=ParticipantState.LEFT).role is Role.FOLLOWER
    with pytest.raises(ValidationError):
        Position(corrected_ms=1717171717171, position_ms=-1, is_playing=True, playlist_position=0, track_id="a")
    with pytest.raises(ValidationError):
        Ready().type = "ready"  # type: ignore[misc]

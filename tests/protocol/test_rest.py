"""The bodies of the REST routes."""

import json
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic.alias_generators import to_camel, to_snake

from protocol import limits, rest
from protocol.export import REST_MODELS, schemas
from protocol.wire import ProtocolError, WireModel

SNAPSHOT: dict[str, Any] = {
    "playlistId": "pl",
    "playlistPosition": 0,
    "positionMs": 0,
    "isPlaying": False,
    "correctedMs": 1717171717171,
}
ENTRY: dict[str, Any] = {
    "sessionId": "s",
    "hostDisplayName": "Ann",
    "playlistId": "pl",
    "playlistName": "Running",
    "pairedTrackCount": 3,
    "createdAt": 1717171717171,
}
BODIES: dict[type[WireModel], dict[str, Any]] = {
    rest.CreateSessionRequest: {"playlistId": "pl", "playlistName": "Running", "pairedTrackCount": 3},
    rest.CreateSessionResponse: {
        "sessionId": "s",
        "joinCode": "ABC346",
        "wsUrl": "ws://host/runbuddy/ws",
        "wsToken": "t",
        "snapshot": SNAPSHOT,
    },
    rest.BillboardEntry: ENTRY,
    rest.Billboard: {"sessions": [ENTRY]},
    rest.SessionDetail: {**ENTRY, "status": "waiting", "snapshot": SNAPSHOT},
    rest.JoinResponse: {"wsUrl": "ws://host/runbuddy/ws", "wsToken": "t", "snapshot": SNAPSHOT},
    rest.StatusResponse: {"status": "ended"},
    rest.LocalAccountRequest: {"displayName": "Ann"},
    rest.LocalAccountResponse: {"accountId": "a", "accessToken": "t"},
    rest.ServerInfo: {
        "name": "Lockstep",
        "version": "0.1.0",
        "accounts": "local",
        "limits": {
            "maxEventBytes": 8192,
            "maxEventsPerSecond": 40,
            "maxPairedTrackCount": 100_000,
            "joinCodeLength": 6,
            "maxBillboardPage": 200,
            "idleTtlMs": 7_200_000,
            "leaderGraceMs": 10_000,
            "seatHoldMs": 30_000,
            "tokenTtlMs": 600_000,
        },
    },
    rest.ErrorBody: {"error": "full", "message": "This session already has a follower."},
}
models = pytest.mark.parametrize("model", BODIES, ids=lambda model: model.__name__)


def test_every_exported_body_is_tested_here():
    assert set(BODIES) == set(REST_MODELS)


@models
def test_body_is_read_and_written_by_its_wire_names(model):
    body = BODIES[model]
    assert model.from_json(json.dumps(body)).to_wire() == body
    assert model.from_wire(body | {"fieldOfALaterVersion": [1]}).to_wire() == body


@models
def test_each_missing_or_null_field_is_named(model):
    for name in BODIES[model]:
        without = {key: value for key, value in BODIES[model].items() if key != name}
        assert refused_field(model, without) == name
        assert refused_field(model, without | {name: None}) == name


@models
def test_each_field_of_the_wrong_type_is_named(model):
    for name, value in BODIES[model].items():
        wrong: list[Any] = [True, 1.5, float("nan"), float("inf"), b"x".hex() if not isinstance(value, str) else 5, {}]
        for replacement in wrong:
            assert (refused_field(model, BODIES[model] | {name: replacement}) or "").split(".")[0] == name


@models
def test_names_in_snake_case_are_not_the_wire(model):
    snake = {_to_snake(name): value for name, value in BODIES[model].items()}
    if snake != BODIES[model]:
        assert refused_field(model, snake) is not None


@pytest.mark.parametrize(
    ("model", "name", "value"),
    [
        (rest.CreateSessionRequest, "pairedTrackCount", 0),
        (rest.CreateSessionRequest, "pairedTrackCount", -1),
        (rest.CreateSessionRequest, "pairedTrackCount", 100_001),
        (rest.CreateSessionRequest, "pairedTrackCount", 3.0),
        (rest.CreateSessionRequest, "playlistId", ""),
        (rest.CreateSessionRequest, "playlistId", "x" * 257),
        (rest.CreateSessionRequest, "playlistName", "x" * 301),
        (rest.CreateSessionRequest, "playlistName", "a\x00b"),
        (rest.LocalAccountRequest, "displayName", "\x1b[2J"),
        (rest.LocalAccountRequest, "displayName", "\ud800"),
        (rest.BillboardEntry, "createdAt", 1717171717),
        (rest.StatusResponse, "status", "paused"),
    ],
)
def test_values_out_of_range_are_refused_by_name(model, name, value):
    assert refused_field(model, BODIES[model] | {name: value}) == name


def test_a_fault_inside_a_list_or_an_object_is_named_by_its_path():
    assert refused_field(rest.Billboard, {"sessions": [ENTRY, ENTRY | {"createdAt": 1}]}) == "sessions.1.createdAt"
    body = BODIES[rest.JoinResponse] | {"snapshot": SNAPSHOT | {"positionMs": -1}}
    assert refused_field(rest.JoinResponse, body) == "snapshot.positionMs"


def test_an_empty_billboard_is_a_billboard():
    assert rest.Billboard.from_json(b'{"sessions":[]}').sessions == []


@pytest.mark.parametrize(
    "text", [b"", b"<html>502</html>", b"[]", b"null", b"\xff", "\ud800", b'{"sessions":'], ids=repr
)
def test_what_is_not_a_json_object_is_refused_as_a_whole(text):
    with pytest.raises(ProtocolError) as refusal:
        rest.Billboard.from_json(text)
    assert refusal.value.field == ""


@given(st.sampled_from(list(BODIES)), st.binary(max_size=100) | st.text(max_size=100))
def test_arbitrary_bodies_raise_nothing_but_protocol_error(model, text):
    try:
        model.from_json(text)
    except ProtocolError:
        return
    raise AssertionError("no arbitrary text is a body")


QUEUE_VECTORS: list[dict[str, Any]] = json.loads(
    files("protocol").joinpath("vectors", "queue.json").read_text("utf-8")
)["vectors"]


@pytest.mark.parametrize("vector", QUEUE_VECTORS, ids=lambda vector: vector["name"])
def test_a_queue_is_read_or_refused_as_the_vectors_say_and_the_schemas_agree(vector):
    model = getattr(rest, vector["model"])
    assert refused_field(model, vector["body"]) == vector["field"]
    schema = Draft202012Validator(schemas()[f"{to_snake(vector['model'])}.json"])
    # Of these the schema can't tell one: its `$` may stand before the last line's end.
    assert schema.is_valid(vector["body"]) == (vector["field"] is None) or "line's end" in vector["name"]


def test_a_client_of_the_plan_reads_a_body_with_a_queue_and_one_of_ours_reads_one_without():
    body = BODIES[rest.CreateSessionRequest]
    assert rest.CreateSessionRequest.from_wire(body).queue is None
    assert rest.CreateSessionRequest.from_wire(body | {"queue": None}).queue is None
    track = {"playlistPosition": 1, "trackId": "t"}
    assert rest.CreateSessionRequest.from_wire(body | {"queue": [track]}).to_wire() == body | {"queue": [track]}


def longest_queue(count: int) -> list[rest.QueueTrack]:
    fingerprint = rest.TrackFingerprint(
        audio_hash="f" * 32, samples=limits.MAX_SAFE_INTEGER, sample_rate=limits.MAX_SAFE_INTEGER
    )
    track = rest.QueueTrack(
        playlist_position=limits.MAX_PLAYLIST_POSITION, track_id="x" * limits.MAX_ID_LENGTH, fingerprint=fingerprint
    )
    return [track] * count


def test_the_longest_queue_fits_the_body_that_the_server_takes_and_proxies_let_through():
    request = rest.CreateSessionRequest(
        playlist_id="\U0001f3c3" * limits.MAX_ID_LENGTH,
        playlist_name="\U0001f3c3" * limits.MAX_NAME_LENGTH,
        paired_track_count=limits.MAX_PAIRED_TRACK_COUNT,
        queue=longest_queue(limits.MAX_QUEUE_TRACKS),
    )
    assert len(request.to_json()) < len(json.dumps(request.to_wire())) <= limits.MAX_CREATE_BODY_BYTES < 1024**2


def test_a_longer_queue_is_refused():
    body = BODIES[rest.CreateSessionRequest] | {
        "queue": [track.to_wire() for track in longest_queue(limits.MAX_QUEUE_TRACKS + 1)]
    }
    assert refused_field(rest.CreateSessionRequest, body) == "queue"


def refused_field(model: type[WireModel], body: dict[str, Any]) -> str | None:
    try:
        model.from_wire(body)
    except ProtocolError as refusal:
        return refusal.field
    return None


def _to_snake(name: str) -> str:
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    assert to_camel(snake) == name
    return snake

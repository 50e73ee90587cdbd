"""The JSON Schemas that other implementations are held against."""

import json
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from protocol.events import EVENT_TYPES
from protocol.export import REST_MODELS, SCHEMA_DIRECTORY, main, schemas, stale, write

REGISTRY = Registry().with_resources([(name, Resource.from_contents(schema)) for name, schema in schemas().items()])
EVENT = Draft202012Validator(schemas()["event.json"], registry=REGISTRY)


def test_the_schemas_in_the_tree_are_current():
    assert stale(SCHEMA_DIRECTORY) == [], "run python -m protocol.export"


def test_every_event_and_every_body_has_a_sound_schema():
    assert len(schemas()) == len(EVENT_TYPES) + len(REST_MODELS) + 1
    for schema in schemas().values():
        Draft202012Validator.check_schema(schema)


def test_schemas_speak_wire_names_only():
    text = json.dumps({name: schema for name, schema in schemas().items() if name != "event.json"})
    for snake in ("corrected_ms", "position_ms", "track_id", "playlist_position", "created_at", "ws_url"):
        assert snake not in text


def test_schemas_accept_what_the_contract_accepts():
    for vector in _vectors("valid.json"):
        if vector["event"] is not None:
            assert EVENT.is_valid(json.loads(vector["message"])), vector["name"]


def test_schemas_refuse_the_vectors_that_say_so():
    for vector in _vectors("invalid.json"):
        try:
            message = json.loads(vector["message"])
        except (ValueError, RecursionError):
            assert not vector["schemaCatches"], vector["name"]
            continue
        if vector["schemaCatches"]:
            assert not EVENT.is_valid(message), vector["name"]


def test_check_names_what_is_missing_changed_or_left_over(tmp_path, capsys):
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
    (tmp_path / "ping.json").unlink()
    (tmp_path / "pong.json").write_text("{}")
    (tmp_path / "gone.json").write_text("{}")
    assert main(["--check"], tmp_path) == 1
    assert capsys.readouterr().err == "out of date: gone.json, ping.json, pong.json; run python -m protocol.export\n"
    assert stale(tmp_path) == ["gone.json", "ping.json", "pong.json"]


def test_writing_again_repairs_the_folder(tmp_path):
    (tmp_path / "gone.json").write_text("{}")
    write(tmp_path)
    assert stale(tmp_path) == []
    assert not (tmp_path / "gone.json").exists()


def test_an_unknown_option_is_refused(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--chekc"])
    assert stopped.value.code == 2
    assert "--chekc" in capsys.readouterr().err


def _vectors(name):
    return json.loads(files("protocol").joinpath("vectors", name).read_text("utf-8"))["vectors"]

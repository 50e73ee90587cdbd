"""APP.json: what an app can be told to do by itself."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.scripted.script import AppScript, ScriptError, load_app_script

STEPS = [{"atMs": 0, "action": "play"}, {"atMs": 900, "action": "end"}]


def test_a_leader_and_a_follower_are_read(tmp_path):
    path = tmp_path / "app.json"
    path.write_text(json.dumps({"title": "Ana", "side": "left", "lead": {"playlistId": "x", "steps": STEPS}}))
    lead = load_app_script(path).lead
    assert lead is not None
    assert [step.action for step in lead.steps] == ["play", "end"]
    path.write_text(json.dumps({"reportEveryMs": 50, "follow": {"code": "-"}}))
    assert load_app_script(path).report_every_ms == 50


def test_what_it_writes_it_reads(tmp_path):
    script = AppScript.model_validate({"lead": {"playlistId": "x", "steps": STEPS}})
    path = tmp_path / "app.json"
    path.write_text(script.model_dump_json(by_alias=True, exclude_none=True))
    assert load_app_script(path) == script


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ({}, "exactly one of lead and follow"),
        ({"lead": {"playlistId": "x", "steps": STEPS}, "follow": {"code": "A"}}, "exactly one"),
        ({"follow": {}}, "follow.code"),
        ({"follow": {"code": "A"}, "side": "top"}, "side"),
        ({"lead": {"playlistId": "x", "steps": [{"atMs": 0, "action": "jump"}]}}, "lead.steps.0"),
        ({"follow": {"code": "A"}, "reportEveryMs": 1}, "reportEveryMs"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path, document, named):
    path = tmp_path / "app.json"
    path.write_text(json.dumps(document))
    with pytest.raises(ScriptError, match=named):
        load_app_script(path)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ScriptError, match="can't be read"):
        load_app_script(tmp_path / "nothing.json")


@given(st.binary(max_size=300))
def test_no_bytes_are_more_than_a_script_that_can_not_be_used(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("s") / "app.json"
    path.write_bytes(data)
    with pytest.raises(ScriptError):
        load_app_script(path)

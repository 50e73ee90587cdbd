"""S.json: what is taken, in which order, and what is said of what isn't."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ui.cli.failures import CommandError
from ui.cli.script import PlainStep, SeekStep, TrackStep, load_script


def write(tmp_path, content):
    path = tmp_path / "s.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def test_steps_are_sorted_by_time_and_those_of_one_moment_keep_their_order(tmp_path):
    steps = load_script(
        write(
            tmp_path,
            [
                {"atMs": 9, "action": "end"},
                {"atMs": 5, "action": "seek", "positionMs": 60_000},
                {"atMs": 5, "action": "track_change", "playlistPosition": 2},
                {"atMs": 0, "action": "play"},
            ],
        )
    )
    assert steps == (
        PlainStep(atMs=0, action="play"),
        SeekStep(atMs=5, action="seek", positionMs=60_000),
        TrackStep(atMs=5, action="track_change", playlistPosition=2),
        PlainStep(atMs=9, action="end"),
    )


def test_the_byte_order_mark_of_a_windows_editor_is_no_error(tmp_path):
    assert len(load_script(write(tmp_path, b'\xef\xbb\xbf[{"atMs":0,"action":"play"}]'))) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file: Invalid JSON"),
        (b"[", "the file: Invalid JSON"),
        ({}, "the file"),
        ([], "the file"),
        ([{"atMs": 0, "action": "play"}, {"action": "play"}], "step 2: atMs is missing"),
        ([{"atMs": 0}], "step 1"),
        ([{"atMs": 0, "action": "dance"}], "step 1"),
        ([{"atMs": -1, "action": "play"}], "step 1, atMs"),
        ([{"atMs": "0", "action": "play"}], "step 1, atMs"),
        ([{"atMs": 1.5, "action": "play"}], "step 1, atMs"),
        ([{"atMs": 0, "action": "seek"}], "step 1: positionMs is missing"),
        ([{"atMs": 0, "action": "seek", "positionMs": -5}], "step 1, positionMs"),
        ([{"atMs": 0, "action": "track_change"}], "step 1: playlistPosition is missing"),
        ([{"atMs": 0, "action": "play", "positionMs": 5}], "step 1, positionMs"),
    ],
)
def test_the_finding_names_step_and_field(tmp_path, content, words):
    with pytest.raises(CommandError) as refused:
        load_script(write(tmp_path, content))
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_cannot_be_read_is_said(tmp_path):
    for path in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(CommandError, match="can't be read"):
            load_script(path)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(lambda x: [x]))
def test_nothing_but_a_clear_refusal_comes_of_nonsense(tmp_path, content):
    with pytest.raises(CommandError):
        load_script(write(tmp_path, content))

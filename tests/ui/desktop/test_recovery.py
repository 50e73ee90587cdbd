"""The way back into a session after a crash."""

import json

import pytest

from ui.desktop.recovery import FILE_NAME, WORTH_OFFERING_S, Recovery

FACTS = {
    "server": "http://127.0.0.1:8765",
    "session_id": "s1",
    "role": "leader",
    "playlist_id": "spotify:playlist:1",
    "playlist_name": "Morning run",
    "join_code": "47RBXH",
}


async def test_a_session_that_was_not_ended_is_found_again(tmp_path):
    before_the_crash = Recovery(tmp_path)
    before_the_crash.keep(**FACTS)
    before_the_crash.keep(playlist_position=3, position_ms=61_000)
    before_the_crash.keep(other="Ben")
    await before_the_crash.flush()
    note = Recovery(tmp_path).found()
    assert note is not None
    assert (note.session_id, note.role, note.join_code, note.other) == ("s1", "leader", "47RBXH", "Ben")
    assert (note.playlist_position, note.position_ms) == (3, 61_000)


async def test_what_the_player_tells_before_the_session_is_noted_is_no_note(tmp_path):
    recovery = Recovery(tmp_path)
    recovery.keep(playlist_position=3, position_ms=61_000)
    await recovery.flush()
    assert list(tmp_path.iterdir()) == []


async def test_a_polite_end_leaves_nothing(tmp_path):
    recovery = Recovery(tmp_path)
    recovery.keep(**FACTS)
    recovery.forget()
    await recovery.flush()
    assert list(tmp_path.iterdir()) == []
    assert Recovery(tmp_path).found() is None


async def test_a_session_that_must_be_over_is_not_offered(tmp_path):
    recovery = Recovery(tmp_path, wall_s=lambda: 1000.0)
    recovery.keep(**FACTS)
    await recovery.flush()
    assert Recovery(tmp_path, wall_s=lambda: 1000.0 + WORTH_OFFERING_S + 1).found() is None
    assert Recovery(tmp_path, wall_s=lambda: 900.0).found() is not None


@pytest.mark.parametrize("content", ["{", "[]", '{"sessionId": 3}', "null", json.dumps({**FACTS, "role": "king"})])
def test_a_damaged_note_is_none(tmp_path, content):
    (tmp_path / FILE_NAME).write_text(content, "utf-8")
    assert Recovery(tmp_path).found() is None


async def test_a_folder_that_cannot_be_written_costs_the_way_back_only(tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    recovery = Recovery(tmp_path / "file")
    recovery.keep(**FACTS)
    await recovery.flush()
    recovery.forget()
    await recovery.flush()

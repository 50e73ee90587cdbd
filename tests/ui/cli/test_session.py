"""A leader and a follower by command line, on a real server, each a process of its own, without sound."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def script(tmp_path):
    def write(*steps: dict) -> str:
        path = tmp_path / "script.json"
        path.write_text(json.dumps(steps), "utf-8")
        return str(path)

    return write


def test_a_script_is_played_by_both_and_ends_both_as_asked(site, script):
    steps = script(
        {"atMs": 0, "action": "play"},
        {"atMs": 600, "action": "seek", "positionMs": 20_000},
        {"atMs": 1200, "action": "pause"},
        {"atMs": 1500, "action": "play"},
        {"atMs": 2000, "action": "skip_next"},
        {"atMs": 3000, "action": "end"},
    )
    leader = site.lead("--script", steps, "--report-every", "0.1")
    follower = site.follow("--code", site.join_code(leader).lower(), "--report-every", "0.1")
    assert (leader.end(), leader.stderr) == (0, "")
    assert (follower.end(), follower.stderr) == (0, "")
    session = leader.of_type("session")[0]
    assert follower.of_type("session")[0]["sessionId"] == session["sessionId"]
    assert [state for state in leader.states() if state.startswith("follower_")][:2] == [
        "follower_joined",
        "follower_ready",
    ]
    for command in (leader, follower):
        heard = [state for state in command.states() if state in {"playing", "paused", "track"}]
        assert heard[:5] == ["playing", "track", "paused", "playing", "track"]
    reports = [line for line in follower.of_type("sync") if line["driftMs"] is not None and line["isPlaying"]]
    assert any(20_000 < line["positionMs"] < 21_500 for line in reports)
    assert reports[-1]["playlistPosition"] == 1
    assert abs(reports[-1]["driftMs"]) < 30
    wanted = {"driftMs", "correction", "clockOffsetMs", "clockUncertaintyMs", "positionMs", "trackId", "underruns"}
    assert wanted <= reports[-1].keys()
    summary = follower.of_type("summary")[0]
    assert summary["reason"] == "ended_by_leader"
    assert summary["driftMs"]["median"] < 30
    lines = Path(summary["trace"]).read_text("utf-8").splitlines()
    actions = [json.loads(line).get("event", {}).get("action") for line in lines]
    assert [action for action in actions if action] == ["play", "seek", "pause", "play", "skip_next"]


def test_a_follower_finds_the_session_on_the_billboard_and_joins_music_that_plays(site):
    leader = site.lead("--no-wait")
    leader.wait_for(lambda line: line["type"] == "state" and line["state"] == "playing")
    follower = site.follow("--first", "--report-every", "0.1")
    heard = follower.wait_for(lambda line: line["type"] == "sync" and line["isPlaying"] and line["driftMs"] is not None)
    assert heard["positionMs"] > 0
    follower.interrupt(signal.SIGTERM)
    assert follower.end() == 0
    assert follower.of_type("summary")[0]["reason"] == "left"
    leader.wait_for(lambda line: line.get("state") == "follower_left")
    leader.interrupt()
    assert leader.end() == 0
    assert leader.of_type("summary")[0]["reason"] == "ended_by_leader"


def test_seconds_end_a_followers_part_and_a_leaders_session(site):
    leader = site.lead("--no-wait")
    session_id = leader.wait_for(lambda line: line["type"] == "session")["sessionId"]
    follower = site.follow("--session", session_id, "--seconds", "1")
    leader.wait_for(lambda line: line.get("state") == "follower_left")
    assert follower.end() == 0
    leader.interrupt()
    assert leader.end() == 0
    assert site.lead("--no-wait", "--seconds", "1").end() == 0


def test_a_track_that_cannot_be_played_is_refused_by_name_and_the_session_goes_on(site, broken_pairing):
    leader = site.lead("--no-wait")
    leader.wait_for(lambda line: line.get("state") == "playing")
    follower = site.follow("--first", pairing=broken_pairing)
    refused = follower.wait_for(lambda line: line.get("state") == "track_refused")
    assert refused["playlistPosition"] == 0
    assert "can't be played" in refused["message"]
    leader.wait_for(lambda line: line.get("state") == "follower_ready")
    leader.interrupt()
    assert leader.end() == 0
    assert follower.end() == 0


def test_when_the_leader_is_killed_the_follower_ends_with_its_own_code(site):
    leader = site.lead("--no-wait")
    follower = site.follow("--code", site.join_code(leader))
    follower.wait_for(lambda line: line.get("state") == "following")
    leader.wait_for(lambda line: line.get("state") == "follower_joined")
    leader.process.kill()
    assert follower.end() == 9
    assert "leader's connection was lost" in follower.stderr
    assert "Traceback" not in follower.stderr


def test_when_the_server_is_killed_both_play_on_and_leave_when_asked(site):
    leader = site.lead("--no-wait")
    follower = site.follow("--code", site.join_code(leader))
    leader.wait_for(lambda line: line.get("state") == "follower_ready")
    site.server.process.kill()
    for command in (leader, follower):
        lost = command.wait_for(lambda line: line.get("socket") == "reconnecting" and line["type"] == "state")
        assert lost["message"].startswith("Reconnecting, playing on")
    seen = len(follower.of_type("sync"))
    playing = follower.wait_for(lambda line: line["type"] == "sync" and len(follower.of_type("sync")) > seen + 1)
    assert playing is not None
    assert follower.of_type("sync")[-1]["isPlaying"]
    for command in (follower, leader):
        command.interrupt()
        assert command.end() == 0
        assert command.stderr == ""


def test_a_reader_that_goes_away_ends_the_session_politely(site):
    arguments = ["lead", site.pairing, *site.options("Al"), "--no-wait", "--report-every", "0.05"]
    command = [sys.executable, "-m", "ui.cli.app", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as leader:
        while json.loads(leader.stdout.readline())["type"] != "sync":
            pass
        leader.stdout.close()
        assert (leader.wait(60), leader.stderr.read()) == (0, "")

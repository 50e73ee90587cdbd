"""Before joining, with real processes: steps told, what is missing named, other recordings asked about."""

import json
import shutil
from pathlib import Path

import httpx
import pytest

from tests.ui.cli.conftest import DEMO, Site
from tests.ui.cli.pseudo_terminal import PseudoTerminal
from ui.cli.exit_codes import ExitCode

STEPS = ["signed_in", "same_playlist", "enough_paired", "tracks_paired", "same_music"]


@pytest.fixture
def pairing(tmp_path):
    """Return a function that writes the demo's pairing with its tracks changed by position."""

    def write(changes: dict[int, dict], *more: dict) -> Path:
        folder = tmp_path / "music"
        shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        path = folder / "pairing.json"
        content = json.loads(path.read_text("utf-8"))
        tracks = [entry | changes.get(number, {}) for number, entry in enumerate(content["tracks"])]
        path.write_text(json.dumps(content | {"tracks": [*tracks, *more]}), "utf-8")
        return path

    return write


def checks(command) -> dict[str, str]:
    return {line["step"]: line["outcome"] for line in command.of_type("state") if line["state"] == "check"}


def other_master(pairing) -> Path:
    """Return a pairing whose first track is another recording."""
    files = [entry["file"] for entry in json.loads((DEMO / "pairing.json").read_text("utf-8"))["tracks"]]
    return pairing({0: {"file": files[1]}})


def same_music(line) -> bool:
    return line.get("step") == "same_music"


def test_with_the_same_files_every_step_is_told_and_passed_by_leader_and_follower(site: Site):
    leader = site.lead("--no-wait")
    follower = site.follow("--code", site.join_code(leader))
    told = follower.wait_for(same_music)
    assert list(checks(follower)) == STEPS
    assert set(checks(follower).values()) == {"passed"}
    assert told["message"] == "Checked: 3 of 3 files hold the leader's very recording."
    # What was read is kept for the next time.
    assert (site.folder / "Bo" / "fingerprints.db").stat().st_size > 0
    leader.wait_for(lambda line: line.get("state") == "follower_ready")
    leader.interrupt()
    assert (leader.end(), follower.end()) == (0, 0)


def test_a_track_that_only_the_leader_has_is_refused_by_name_before_anything_is_joined(site: Site, pairing):
    extra = {"trackId": "spotify:track:extra", "title": "Extra", "artist": "Me", "file": "last-lap.mp3"}
    leader = site.lead("--no-wait")
    code = site.join_code(leader)
    follower = site.follow("--code", code, pairing=pairing({1: {"file": None}}, extra))
    assert follower.end() == ExitCode.PAIRING
    title = json.loads((DEMO / "pairing.json").read_text("utf-8"))["tracks"][1]["title"]
    assert "the leader plays a track that is not paired here: " in follower.stderr
    assert title in follower.stderr
    assert list(checks(follower)) == STEPS[:3]
    leader.interrupt()
    assert leader.end() == 0
    assert "follower_joined" not in leader.states()


def test_a_file_that_is_gone_is_told_and_refused_by_its_tracks_name_before_anything_is_joined(site: Site, pairing):
    leader = site.lead("--no-wait")
    follower = site.follow("--code", site.join_code(leader), pairing=pairing({1: {"file": "gone.mp3"}}))
    assert follower.end() == ExitCode.PAIRING
    title = json.loads((DEMO / "pairing.json").read_text("utf-8"))["tracks"][1]["title"]
    assert f"(without a file: Lockstep - {title})" in follower.stderr
    told = next(line for line in follower.of_type("state") if line["state"] == "files_gone")
    assert title in told["message"]
    assert [Path(file).name for file in told["files"]] == ["gone.mp3"]
    leader.interrupt()
    assert leader.end() == 0
    assert "follower_joined" not in leader.states()


def test_a_leader_tells_only_of_files_that_are_there(site: Site, pairing):
    path = pairing({1: {"file": "gone.mp3"}})
    leader = site.lead("--no-wait", pairing=path)
    follower = site.follow("--code", site.join_code(leader), pairing=path)
    assert follower.wait_for(same_music)["outcome"] == "passed"
    leader.interrupt()
    assert (leader.end(), follower.end()) == (0, 0)


def test_another_master_is_warned_of_by_name_and_where_nobody_can_be_asked_it_goes_on(site: Site, pairing):
    leader = site.lead("--no-wait")
    follower = site.follow("--code", site.join_code(leader), pairing=other_master(pairing))
    warned = follower.wait_for(same_music)
    assert (warned["outcome"], len(warned["tracks"])) == ("warning", 1)
    assert warned["tracks"][0] in warned["message"]
    leader.wait_for(lambda line: line.get("state") == "follower_ready")
    leader.interrupt()
    assert (leader.end(), follower.end()) == (0, 0)


@pytest.mark.parametrize(("key", "more"), [("y", ()), ("n", ()), (None, ("--accept-different",))])
def test_on_a_terminal_a_person_is_asked_unless_it_was_said_already(site: Site, pairing, key, more):
    leader = site.lead("--no-wait")
    options = [option for option in site.options("Bo") if option != "--json"]
    arguments = ("follow", other_master(pairing), *options, "--code", site.join_code(leader), *more)
    with PseudoTerminal(*arguments) as terminal:
        terminal.wait_for("Warning: one of your files is not the leader's recording")
        if key is not None:
            terminal.wait_for("Join all the same?")
            terminal.press(key)
        if key == "n":
            assert terminal.end() == ExitCode.PAIRING
            assert "not joined: the two of you have different recordings" in terminal.shown
        else:
            leader.wait_for(lambda line: line.get("state") == "follower_ready")
    leader.interrupt()
    assert leader.end() == 0
    assert ("follower_joined" in leader.states()) == (key != "n")


def test_a_leader_that_sends_no_queue_is_followed_by_count_and_snapshot(site: Site):
    """As an Android leader that knows only the plan."""
    account = httpx.post(f"{site.url}/local/accounts", json={"displayName": "Ann"}, verify=False).json()
    headers = {"Authorization": f"Bearer {account['accessToken']}"}
    content = json.loads((DEMO / "pairing.json").read_text("utf-8"))
    body = {"playlistId": content["playlistId"], "playlistName": content["playlistName"], "pairedTrackCount": 3}
    created = httpx.post(f"{site.url}/runbuddy/sessions", json=body, headers=headers, verify=False).json()
    follower = site.follow("--code", created["joinCode"])
    told = follower.wait_for(same_music)
    assert (told["outcome"], told["message"]) == (
        "skipped",
        "Checked: the leader does not say which recordings it has.",
    )
    follower.wait_for(lambda line: line.get("state") == "following")
    end = httpx.post(f"{site.url}/runbuddy/sessions/{created['sessionId']}/end", headers=headers, verify=False)
    assert end.status_code == 200
    assert follower.end() == 0

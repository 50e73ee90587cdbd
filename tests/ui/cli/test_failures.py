"""Whatever goes wrong ends with its own exit code and one sentence, never with a traceback."""

import json
import socket
from pathlib import Path

import pytest

from ui.cli.exit_codes import MEANINGS, ExitCode


def assert_refused(command, exit_code: int, *words: str) -> None:
    assert command.end() == exit_code, command.stderr
    lines = command.stderr.strip().splitlines()
    assert len(lines) == 1, command.stderr
    assert lines[0].startswith("lockstep: ")
    for word in words:
        assert word in lines[0]
    if "--json" in command.process.args:
        (error,) = command.of_type("error")
        assert lines[0] == f"lockstep: {error['message']}"


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_no_clock_means_no_session_for_leader_and_follower(shared_site, closed_port):
    leader = shared_site.lead("--no-wait")
    code = shared_site.join_code(leader)
    blind = ("--ntp", f"127.0.0.1:{closed_port}")
    assert_refused(shared_site.follow("--code", code, *blind), ExitCode.CLOCK, "clock sync failed")
    assert_refused(
        shared_site.start("lead", *_pairing(), *shared_site.options("Cy"), *blind), ExitCode.CLOCK, "clock sync failed"
    )


def test_no_server(shared_site, closed_port):
    nowhere = ("--server", f"http://127.0.0.1:{closed_port}")
    assert_refused(shared_site.lead(*nowhere), ExitCode.SERVER, "can't be reached")
    assert_refused(shared_site.follow("--first", *nowhere), ExitCode.SERVER, "can't be reached")


def test_a_wrong_address(shared_site):
    assert_refused(shared_site.lead("--server", "not a server"), ExitCode.SERVER)


def test_a_wrong_token(shared_site, tmp_path):
    command = shared_site.start(
        "lead",
        *_pairing(),
        *(
            "--server",
            shared_site.url,
            "--ntp",
            shared_site.ntp,
            "--audio",
            "none",
            "--data-dir",
            tmp_path / "x",
            "--json",
        ),
        LOCKSTEP_TOKEN="wrong-token",
    )
    assert_refused(command, ExitCode.NOT_ALLOWED)
    assert "wrong-token" not in command.stderr
    assert "wrong-token" not in (tmp_path / "x" / "lockstep.log").read_text()


def test_a_full_session_and_an_ended_one(shared_site):
    leader = shared_site.lead("--no-wait")
    code = shared_site.join_code(leader)
    follower = shared_site.follow("--code", code)
    follower.wait_for(lambda line: line.get("state") == "following")
    assert_refused(shared_site.follow("--code", code, name="Cy"), ExitCode.SESSION_FULL, "follows this session already")
    leader.interrupt()
    assert leader.end() == 0
    assert follower.end() == 0
    assert_refused(shared_site.follow("--code", code, name="Di"), ExitCode.SESSION_OVER, "over")


def test_an_unknown_code_and_an_empty_billboard(site):
    assert_refused(site.follow("--code", "AAAAAA"), ExitCode.NO_SUCH_SESSION, "no session")
    assert_refused(site.follow("--session", "nothing/../here"), ExitCode.NO_SUCH_SESSION)
    assert_refused(site.follow("--first"), ExitCode.NO_SUCH_SESSION, "no session waits")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (None, "no such file"),
        ("", "empty"),
        ("{", "not JSON"),
        ("[]", "pairing.json"),
        (json.dumps({"playlistId": "p", "playlistName": "P", "tracks": []}), "empty"),
        (
            json.dumps(
                {
                    "playlistId": "p",
                    "playlistName": "P",
                    "tracks": [{"trackId": "t", "title": "T", "artist": "A", "file": None}],
                }
            ),
            "no track of this playlist has a file",
        ),
        (
            json.dumps(
                {
                    "playlistId": "p",
                    "playlistName": "P",
                    "tracks": [{"trackId": "t", "title": "T", "artist": "A", "file": "missing.mp3"}],
                }
            ),
            "none of its files is there",
        ),
    ],
)
def test_an_unusable_pairing(shared_site, tmp_path, content, word):
    path = tmp_path / "pairing.json"
    if content is not None:
        path.write_text(content, "utf-8")
    assert_refused(shared_site.lead(pairing=path), ExitCode.PAIRING, word)


def test_a_pairing_of_another_playlist(site, tmp_path):
    site.join_code(site.lead("--no-wait"))
    path = tmp_path / "pairing.json"
    track = {"trackId": "t", "title": "T", "artist": "A", "file": "t.mp3"}
    path.write_text(json.dumps({"playlistId": "p", "playlistName": "P", "tracks": [track]}), "utf-8")
    assert_refused(site.follow("--first", pairing=path), ExitCode.PAIRING, "playlist")


def test_nothing_that_can_be_played(shared_site, tmp_path):
    path = tmp_path / "pairing.json"
    track = {"trackId": "t", "title": "T", "artist": "A", "file": "t.mp3"}
    path.write_text(json.dumps({"playlistId": "p", "playlistName": "P", "tracks": [track]}), "utf-8")
    (tmp_path / "t.mp3").write_bytes(b"this is no music")
    command = shared_site.lead(pairing=path)
    assert_refused(command, ExitCode.SOUND, "none of the tracks")
    assert "“T” by A can't be played" in command.of_type("state")[-1]["message"]


def test_an_unusable_script(shared_site, tmp_path):
    path = tmp_path / "script.json"
    path.write_text('[{"atMs":0,"action":"dance"}]', "utf-8")
    assert_refused(shared_site.lead("--script", path), ExitCode.SCRIPT, "step 1")


def test_a_data_directory_that_cannot_be_written(shared_site, tmp_path):
    (tmp_path / "file").write_text("")
    command = shared_site.lead("--data-dir", tmp_path / "file" / "below")
    assert_refused(command, ExitCode.DATA_DIR, "choose another --data-dir")


def test_a_port_that_is_taken(shared_site, lockstep, tmp_path):
    port = shared_site.url.rsplit(":", 1)[1]
    command = lockstep("serve", "--port", port, "--json", "--data-dir", tmp_path / "second")
    assert_refused(command, ExitCode.CANNOT_SERVE, port)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("follow",), "say which session"),
        (("follow", "--first", "--code", "AAAAAA"), "say which session"),
        (("follow", "--code", ""), "--code"),
        (("follow", "--session", " "), "--session"),
        (("lead", "--seconds", "0"), "--seconds"),
        (("lead", "--volume", "101"), "--volume needs a number from 0 to 100"),
        (("follow", "--first", "--volume", "-1"), "--volume"),
        (("lead", "--account", " "), "--account"),
        (("lead", "--account", "a\x1b"), "--account"),
        (("lead", "--ntp", "a:b:c"), "not an NTP server"),
    ],
)
def test_options_that_do_not_go_together(shared_site, arguments, word):
    assert_refused(
        shared_site.start(arguments[0], *_pairing(), *shared_site.options("Al"), *arguments[1:]), ExitCode.USAGE, word
    )


def test_nobody_to_be(lockstep, monkeypatch):
    monkeypatch.delenv("LOCKSTEP_TOKEN", raising=False)
    assert_refused(lockstep("lead", *_pairing(), "--server", "http://x"), ExitCode.USAGE, "say who you are")


def test_every_exit_code_is_explained():
    assert set(MEANINGS) == set(ExitCode)


def _pairing() -> tuple[str, ...]:
    return (str(Path(__file__).parents[3] / "assets" / "demo" / "pairing.json"),)

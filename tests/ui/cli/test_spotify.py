"""`lockstep spotify` as people use it: every command is a process, Spotify a stand-in over real HTTP."""

import json
import os
import signal
import subprocess
import sys
import threading

import httpx
import pytest

from server.spotify_stand_in.faults import Fault, FaultKind
from server.spotify_stand_in.library import DEMO_PLAYLIST
from server.spotify_stand_in.running import stand_in
from server.spotify_stand_in.state import StandInState
from tests.patience import WAIT_S
from tests.ui.cli.conftest import DEMO

CLIENT_ID = "0123456789abcdef0123456789abcdef"
# No keyring: neither that of this machine nor a dialogue.
ENVIRONMENT = os.environ | {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "NO_PROXY": "127.0.0.1"}


@pytest.fixture(scope="module")
def spotify():
    with stand_in(StandInState(signs_in="ann")) as running:
        yield running


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "ui.cli.app", "spotify", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )


def run(*arguments):
    process = start(*arguments)
    stdout, stderr = process.communicate(timeout=WAIT_S)
    assert "Traceback" not in stderr
    return process.returncode, stdout, stderr


def lines(stdout):
    return [json.loads(line) for line in stdout.splitlines()]


def log_in(url, folder):
    """Sign in with a browser of the test's own; return the JSON lines and what was said to a person."""
    process = start(
        *("login", "--no-browser", "--json", "--client-id", CLIENT_ID, "--spotify-url", url, "--data-dir", folder)
    )
    first = json.loads(process.stdout.readline())
    visit = threading.Thread(target=lambda: httpx.get(first["url"], follow_redirects=True, verify=False))
    visit.start()
    stdout, stderr = process.communicate(timeout=WAIT_S)
    visit.join()
    assert process.returncode == 0, stderr
    return [first, *lines(stdout)], stderr


def test_a_person_signs_in_sees_playlists_and_tracks_and_signs_out(spotify, tmp_path):
    folder = str(tmp_path)
    said, stderr = log_in(spotify.url, folder)
    assert [line["type"] for line in said] == ["sign_in", "notice", "account"]
    assert said[-1]["name"] == "Ann"
    assert str(tmp_path / "spotify-token") in stderr

    # Where Spotify is, and the client id, are known from the sign-in.
    code, stdout, _ = run("playlists", "--data-dir", folder)
    assert code == 0
    assert "Lockstep Demo" in stdout
    assert "followed: Spotify lets no app read it" in stdout
    assert "https://open.spotify.com" in stdout

    code, stdout, _ = run("playlists", f"spotify:playlist:{DEMO_PLAYLIST}", "--json", "--data-dir", folder)
    tracks = [line for line in lines(stdout) if line["type"] == "track"]
    assert [track["title"] for track in tracks] == ["Morning Mile", "Long Way Round", "Last Lap"]
    assert tracks[0]["trackId"] == "spotify:track:lockstepdemo0000000001"
    assert lines(stdout)[0] == {"type": "progress", "done": 3, "total": 3}

    code, stdout, _ = run("playlists", "followed00000000000000", "--json", "--data-dir", folder)
    assert (code, lines(stdout)[-1]["code"]) == (6, "spotify_not_readable")

    code, stdout, _ = run("logout", "--data-dir", folder)
    assert (code, "Signed out Ann" in stdout) == (0, True)
    assert not (tmp_path / "spotify-token").exists()
    code, stdout, _ = run("playlists", "--json", "--data-dir", folder)
    assert (code, lines(stdout)[-1]["code"]) == (6, "spotify_signed_out")
    log = (tmp_path / "lockstep.log").read_text()
    assert "access-" not in log
    assert "refresh-" not in log


def test_spotify_in_trouble_has_the_exit_code_of_a_server_that_is_not_there(spotify, tmp_path):
    log_in(spotify.url, str(tmp_path))
    spotify.state.faults.add(Fault(path="/v1/me/playlists", kind=FaultKind.GARBAGE))
    code, _, stderr = run("playlists", "--data-dir", str(tmp_path))
    assert code == 5
    assert "can't be understood" in stderr


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_ctrl_c_cancels_a_sign_in(spotify, tmp_path):
    process = start(
        "login", "--no-browser", "--client-id", CLIENT_ID, "--spotify-url", spotify.url, "--data-dir", str(tmp_path)
    )
    assert "Open this address" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=WAIT_S)
    assert process.returncode == 130
    assert "Traceback" not in stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("login",), 6, "docs/spotify.md"),
        (("login", "--client-id", "x"), 6, "no Spotify client id"),
        (("login", "--callback-port", "70000"), 2, "from 0 to 65535"),
        (("login", "--spotify-url", "ftp://x", "--client-id", CLIENT_ID), 5, "must look like http://HOST:PORT"),
        (("playlists",), 6, "not signed in"),
        (("stand-in", "--auto-allow", "eve"), 2, "ann, ben"),
        (("stand-in", "--port", "99999"), 12, "99999"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(tmp_path, arguments, code, said):
    found, _, stderr = run(*arguments, "--data-dir", str(tmp_path))
    assert (found, said in stderr) == (code, True), stderr


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_the_stand_in_runs_until_ctrl_c(tmp_path):
    process = start("stand-in", "--port", "0", "--json", "--auto-allow", "ben", "--data-dir", str(tmp_path))
    url = json.loads(process.stdout.readline())["url"]
    said, _ = log_in(url, str(tmp_path))
    assert said[-1]["name"] == "Ben"
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=WAIT_S)
    assert (process.returncode, stderr) == (0, "")


def test_whoever_is_signed_in_leads_and_follows_without_a_further_word(spotify, tmp_path, lockstep):
    folders = {person: tmp_path / person for person in ("ann", "ben")}
    for person, folder in folders.items():
        spotify.state.signs_in = person
        log_in(spotify.url, str(folder))
    spotify.state.signs_in = "ann"
    server = lockstep(
        *("serve", "--port", 0, "--ntp-port", 0, "--spotify-url", spotify.url, "--json", "--data-dir", tmp_path / "s")
    )
    ready = server.wait_for(lambda line: line["type"] == "serving")

    def play(command, person, *more):
        return lockstep(
            *(command, DEMO / "pairing.json", "--server", ready["url"], "--ntp", f"127.0.0.1:{ready['ntpPort']}"),
            *("--audio", "none", "--data-dir", folders[person], "--json", *more),
            PYTHON_KEYRING_BACKEND=ENVIRONMENT["PYTHON_KEYRING_BACKEND"],
        )

    leader = play("lead", "ann")
    code = leader.wait_for(lambda line: line["type"] == "session")["joinCode"]
    follower = play("follow", "ben", "--code", code)
    assert follower.wait_for(lambda line: line["type"] == "session")["hostDisplayName"] == "Ann"
    for command in (follower, leader):
        command.interrupt()
        assert command.end() == 0

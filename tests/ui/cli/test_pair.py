"""`lockstep pair`: from a playlist and a folder to a PAIRING.json, and every way in which that ends."""

import asyncio
import json
import os
import signal
import sys
import threading

import httpx
import keyring.backends.fail
import pytest
from typer.testing import CliRunner

from client.pairing import load_pairing
from client.spotify.account import SpotifyAccount
from client.spotify.endpoints import stand_in_endpoints
from server.spotify_stand_in.running import stand_in
from server.spotify_stand_in.state import StandInState
from tests.client.music_files import write_mp3
from ui.cli import pair as command

HEAD = "Track URI,Track Name,Artist Name(s),Album Name,Duration (ms)\n"
NAMES = ("First Light", "Second Wind", "Third Rail")
IDS = tuple(f"spotify:track:{number:022}" for number in range(3))


def song(path, title, duration_ms, album="Numbers"):
    return write_mp3(path, title, "Ann", album, duration_ms=duration_ms, frames=round(duration_ms * 44.1 / 1152))


@pytest.fixture
def playlist(tmp_path):
    rows = [f"{IDS[number]},{name},Ann,Numbers,{20_000 + 1000 * number}" for number, name in enumerate(NAMES)]
    path = tmp_path / "Morning run.csv"
    path.write_text(HEAD + "\n".join(rows) + "\n")
    return path


@pytest.fixture
def music(tmp_path):
    """The first song as it should be, the second of another length, the third not at all."""
    folder = tmp_path / "music"
    song(folder / "1.mp3", NAMES[0], 20_000)
    song(folder / "sub" / "2.mp3", NAMES[1], 27_500)
    return folder


def run(folder, *arguments):
    return CliRunner().invoke(command.app, ["--data-dir", str(folder / "data"), *map(str, arguments)])


async def sign_in(folder, url):
    folder.mkdir()
    async with await SpotifyAccount.open(folder, stand_in_endpoints(url)) as account:

        def browse(page):
            threading.Thread(target=httpx.get, args=(page,), kwargs={"follow_redirects": True}, daemon=True).start()

        await account.login(browse, client_id="0" * 32, timeout_s=20)


async def playlists_of(folder, url):
    async with await SpotifyAccount.open(folder, stand_in_endpoints(url)) as account:
        return await account.playlists()


def lines(answer, kind):
    return [line for line in map(json.loads, answer.stdout.splitlines()) if line["type"] == kind]


def test_a_playlist_is_paired_and_written(playlist, music, tmp_path):
    out = tmp_path / "pairing.json"
    answer = run(tmp_path, playlist, music, "--output", out, "--json")
    assert answer.exit_code == 0, answer.output
    matches = lines(answer, "match")
    assert [match["confidence"] for match in matches] == ["sure", "check", "missing"]
    assert (matches[0]["reason"], matches[0]["file"]) == ("exact", str(music / "1.mp3"))
    assert matches[0]["fingerprint"]["sampleRate"] == 44_100
    assert matches[1]["fingerprint"] is None
    assert "title 100" in matches[0]["explanation"]
    (summary,) = lines(answer, "pairing")
    assert (summary["paired"], summary["toCheck"], summary["pairable"]) == (1, 1, 3)
    assert (summary["fullyPaired"], summary["fingerprints"], summary["output"]) == (False, 1, str(out))
    assert lines(answer, "progress")
    pairing = load_pairing(out)
    assert pairing.playlist_name == "Morning run"
    assert [track.file for track in pairing.tracks] == [tmp_path / "music" / "1.mp3", None, None]


def test_people_get_a_table_that_says_why_and_what_is_missing(playlist, music, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    (music / "empty.mp3").touch()
    answer = run(tmp_path, playlist, music, "--no-fingerprints")
    assert answer.exit_code == 0
    shown = answer.stdout.splitlines()
    assert shown[1].split()[:7] == ["1", "Ann", "-", "First", "Light", "paired", "1.mp3"]
    assert "exact 100: title 100" in shown[1]
    assert ["check", os.path.join("sub", "2.mp3")] == shown[2].split()[5:7]  # noqa: PTH118 - as it is shown
    assert shown[3].split()[-1] == "missing"
    assert "empty.mp3: the file is empty" in answer.stdout
    assert "Morning run: 1 of 3 tracks are paired, 1 to check, 1 missing. 3 music files" in answer.stdout


def test_a_file_takes_the_id_of_the_playlist_that_it_was_exported_from(playlist, music, tmp_path):
    link = "https://open.spotify.com/playlist/37i9dQZF1DXcBWIGoYBM5M?si=x"
    answer = run(tmp_path, playlist, music, "--no-fingerprints", "--exported-from", link, "--json")
    assert lines(answer, "pairing")[0]["playlistId"] == "spotify:playlist:37i9dQZF1DXcBWIGoYBM5M"
    answer = run(tmp_path, playlist, music, "--exported-from", "nonsense", "--json")
    assert answer.exit_code == 3
    assert "nonsense" in lines(answer, "error")[0]["message"]


def test_what_comes_nearest_to_a_missing_track_is_told(playlist, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    song(tmp_path / "music" / "1.mp3", NAMES[0], 93_700, album="Others")
    answer = run(tmp_path, playlist, tmp_path / "music")
    told = next(line for line in answer.output.splitlines() if NAMES[0] in line)
    assert "missing" in told
    assert "nearest is 1.mp3" in told
    assert "+73.7 s" in told


def test_what_is_proposed_is_taken_when_asked_to_and_remembered(playlist, music, tmp_path):
    answer = run(tmp_path, playlist, music, "--accept-check", "--json", "--no-fingerprints")
    assert [match["confidence"] for match in lines(answer, "match")] == ["sure", "sure", "missing"]
    (music / "sub" / "2.mp3").rename(music / "renamed.mp3")
    # The folder is known by now, and so is the playlist, by its name.
    answer = run(tmp_path, "morning RUN", "--json", "--no-fingerprints")
    (summary,) = lines(answer, "pairing")
    assert summary["paired"] == 2
    assert lines(answer, "match")[1]["file"] == str(music / "renamed.mp3")
    assert lines(answer, "match")[1]["reason"] == "manual"


def test_a_pairing_may_be_paired_anew(playlist, music, tmp_path):
    out = tmp_path / "pairing.json"
    assert run(tmp_path, playlist, music, "--output", out, "--no-fingerprints").exit_code == 0
    answer = run(tmp_path / "other", out, music, "--json", "--no-fingerprints")
    assert lines(answer, "match")[0]["confidence"] == "sure"


@pytest.mark.parametrize(
    ("arguments", "exit_code", "code", "said"),
    [
        (["{playlist}"], 2, "usage", "say where your music is"),
        (["{playlist}", "{folder}/gone"], 3, "library", "is no folder"),
        (["nothing of this name", "{music}"], 3, "no_playlist", "lockstep spotify login"),
        (["{folder}/empty.csv", "{music}"], 3, "playlist_file", "the file is empty"),
        (["x" * 5000, "{music}"], 3, "no_playlist", "is no file"),
        (["spotify:playlist:0000000000000000000000", "{music}"], 6, "spotify_signed_out", "lockstep spotify login"),
        (["{playlist}", "{empty}"], 3, "pairing", "no track is paired"),
        (["{playlist}", "{music}", "--remove-folder", "{empty}"], 3, "library", "none of your music folders"),
        (["{playlist}", "{music}", "--output", "{folder}/gone/p.json"], 3, "pairing", "p.json"),
        (["{playlist}", "{music}", "--spotify-url", "ftp://x"], 5, "bad_address", "http"),
    ],
)
def test_what_can_not_be_done_is_a_sentence_and_an_exit_code(
    playlist, music, tmp_path, arguments, exit_code, code, said
):
    (tmp_path / "empty.csv").touch()
    (tmp_path / "empty").mkdir()
    names = {"playlist": playlist, "music": music, "folder": tmp_path, "empty": tmp_path / "empty"}
    answer = run(tmp_path, *(argument.format(**names) for argument in arguments), "--json", "--no-fingerprints")
    (error,) = lines(answer, "error")
    assert (answer.exit_code, error["code"]) == (exit_code, code), error
    assert said in error["message"]


def test_a_data_directory_that_can_not_be_used_is_said(playlist, music, tmp_path):
    (tmp_path / "data").write_text("x")
    answer = run(tmp_path, playlist, music, "--json")
    assert (answer.exit_code, lines(answer, "error")[0]["code"]) == (13, "data_dir")


def test_a_library_that_was_damaged_is_begun_anew_and_said(playlist, music, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "library.db").write_bytes(b"no database at all" * 100)
    answer = run(tmp_path, playlist, music, "--json", "--no-fingerprints")
    assert answer.exit_code == 0
    assert "library.damaged-1.db" in lines(answer, "notice")[0]["message"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's here")
def test_ctrl_c_ends_it_and_what_was_read_is_kept(lockstep, playlist, tmp_path):
    music = tmp_path / "many"
    first = write_mp3(music / "0.mp3", "x")
    for number in range(1, 3000):
        (music / f"{number}.mp3").write_bytes(first.read_bytes())
    options = ("--json", "--no-fingerprints", "--data-dir", tmp_path / "data")
    running = lockstep("pair", playlist, music, *options)
    running.wait_for(lambda line: line["type"] == "progress" and line["stage"] == "reading" and line["done"])
    running.interrupt(signal.SIGINT)
    assert running.end() == 130
    assert running.stderr == ""
    again = lockstep("pair", playlist, *options)
    assert again.end() == 3
    last = [line for line in again.of_type("progress") if line["stage"] == "reading"][-1]
    assert last["found"] == 3000
    assert 0 < last["total"] < 3000


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo terminal is POSIX's")
@pytest.mark.parametrize(
    ("keys", "shown"), [("xy", "2 of 3"), ("1", "2 of 3"), ("a", "2 of 3"), ("n", "1 of 3"), ("q", "1 to check")]
)
def test_a_person_is_asked_with_one_key_an_answer(playlist, music, tmp_path, keys, shown):
    from tests.ui.cli.pseudo_terminal import PseudoTerminal

    options = ("--no-fingerprints", "--data-dir", tmp_path / "data")
    with PseudoTerminal("pair", playlist, music, *options) as terminal:
        terminal.wait_for("Ann - Second Wind")
        terminal.wait_for("2.mp3")
        terminal.press(keys)
        terminal.wait_for(shown)
        assert terminal.end() == 0
        assert terminal.modes() == terminal.before


@pytest.fixture
def no_keyring():
    """Leave the keyring of whoever runs the tests alone."""
    before = keyring.get_keyring()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    yield
    keyring.set_keyring(before)


@pytest.mark.usefixtures("no_keyring")
def test_a_playlist_at_spotify_is_found_by_link_and_by_name(music, tmp_path):
    with stand_in(StandInState(signs_in="ann")) as running:
        asyncio.run(sign_in(tmp_path / "data", running.url))
        options = ("--json", "--no-fingerprints", "--spotify-url", running.url)
        listed = asyncio.run(playlists_of(tmp_path / "data", running.url))
        wanted = next(entry for entry in listed if entry.is_readable and entry.count_tracks)
        by_name = run(tmp_path, wanted.name, music, *options)
        by_uri = run(tmp_path, wanted.playlist_id, *options)
        for answer in (by_name, by_uri):
            # None of Ann's songs is in this folder.
            assert answer.exit_code == 3
            (summary,) = lines(answer, "pairing")
            assert (summary["playlistId"], summary["playlistName"]) == (wanted.playlist_id, wanted.name)
            assert summary["tracks"] == wanted.count_tracks

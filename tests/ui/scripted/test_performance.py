"""An app that a script uses: what it says on standard output where something is wrong, for nobody looks at it."""

import asyncio
import json
from dataclasses import replace

import pytest

from client.library.library import Library
from client.pairing import load_pairing
from client.playlist.json_file import playlist_of
from tests.server.harness import local_settings, running
from tests.ui.desktop.conftest import DEMO
from tests.ui.desktop.windows import until
from ui.desktop.app import App, AppOptions
from ui.scripted.performance import ScriptedPerformance
from ui.scripted.reporter import CODE_TROUBLE, JOIN_TROUBLE, PLAYLIST_TROUBLE
from ui.scripted.script import AppScript

STEPS = [{"atMs": 0, "action": "play"}, {"atMs": 900, "action": "end"}]


@pytest.fixture
def said(in_loop, tmp_path, capsys):
    """Run a script until it has said what is wanted, and return that line."""

    def run(script, wanted, *, server="http://127.0.0.1:1", ntp="127.0.0.1:1"):
        lines = []

        def heard():
            lines.extend(json.loads(line) for line in capsys.readouterr().out.splitlines())
            return [line for line in lines if wanted(line)]

        async def main():
            overrides = {"server": server, "ntp_server": ntp, "display_name": "Ana", "sound_device": "none"}
            performance = ScriptedPerformance(AppScript.model_validate(script))
            options = AppOptions(tmp_path / "Ana", {**overrides, "first_run_done": True}, performance=performance)
            app = App(options)
            await app.open()
            await until(heard, lambda: lines)
            app.window.close()
            await app.aclose()
            app.window.deleteLater()

        in_loop(main)
        return next(line for line in lines if wanted(line))

    return run


def is_error(line):
    return line["type"] == "error"


def test_a_playlist_that_is_not_in_the_library_is_an_error(said):
    line = said({"lead": {"playlistId": "spotify:playlist:nowhere", "steps": STEPS}}, is_error)
    assert "no playlist spotify:playlist:nowhere" in line["message"]
    assert line["code"] == PLAYLIST_TROUBLE


def test_a_server_that_is_gone_is_an_error(said):
    line = said({"follow": {"code": "4F7K3M"}}, is_error)
    assert "can't be reached" in line["message"]
    assert line["code"] == JOIN_TROUBLE


def test_a_code_that_nobody_gave_out_is_an_error(said, tmp_path):
    with running(local_settings(tmp_path / "server.db", ntp_port=0)) as server:
        ntp = f"127.0.0.1:{server.ntp_port}"
        line = said({"follow": {"code": "4F7K3M"}}, is_error, server=server.base_url, ntp=ntp)
    assert "has this code" in line["message"]
    assert line["code"] == CODE_TROUBLE


def test_a_playlist_that_is_not_fully_paired_says_what_is_missing(said, tmp_path):
    demo_pairing = load_pairing(DEMO / "pairing.json")
    tracks = tuple(replace(it, file=None) if it.playlist_position == 1 else it for it in demo_pairing.tracks)

    async def keep():
        library = await Library.open(tmp_path / "Ana")
        await library.save_playlist(playlist_of(replace(demo_pairing, tracks=tracks)))
        await library.aclose()

    asyncio.run(keep())
    script = {"lead": {"playlistId": demo_pairing.playlist_id, "steps": STEPS}}
    line = said(script, lambda line: line.get("state") == "locked" and "no file" in line["reason"])
    assert line["message"] == f"It can't be led yet: {line['reason']}."

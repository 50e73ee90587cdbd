"""`lockstep demo` as somebody runs it, for a few seconds."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from audio.measure.rig import RigUnavailableError, require_rig


def demo(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ui.cli.app", "demo", "--seconds", "4", "--report", str(folder), *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=100, env={**os.environ, **environment}
    )


def test_without_sound_it_works_and_says_what_it_could_not_show(tmp_path):
    result = demo(tmp_path, PATH=str(Path(sys.executable).parent), PULSE_SERVER=f"unix:{tmp_path}/nobody")
    assert (result.returncode, result.stderr) == (0, ""), result.stdout
    assert "The sound can't be captured" in result.stdout
    assert "not measured" in result.stdout
    figures = json.loads((tmp_path / "result.json").read_text())
    assert figures["heard"] is None
    assert "pulseaudio" in figures["not_heard_because"]
    assert figures["drift"]["count"] > 20
    assert figures["settled"][0][0] == "play"
    assert (tmp_path / "drift.png").stat().st_size > 10_000


def test_two_windows_play_by_their_own_buttons_and_are_measured(tmp_path):
    silent = {"PATH": str(Path(sys.executable).parent), "PULSE_SERVER": f"unix:{tmp_path}/nobody"}
    result = demo(tmp_path, "--windows", QT_QPA_PLATFORM="offscreen", **silent)
    assert (result.returncode, result.stderr) == (0, ""), result.stdout
    assert "Ben found the session" in result.stdout
    figures = json.loads((tmp_path / "result.json").read_text())
    assert figures["drift"]["count"] > 20
    assert figures["settled"][0][0] == "play"
    assert (tmp_path / "drift.png").stat().st_size > 10_000


@pytest.mark.acoustic
def test_with_two_sinks_it_measures_what_is_heard(tmp_path):
    try:
        require_rig()
    except RigUnavailableError as error:
        if os.environ.get("LOCKSTEP_REQUIRE_ACOUSTIC"):
            raise
        pytest.skip(str(error))
    result = demo(tmp_path)
    assert (result.returncode, result.stderr) == (0, ""), result.stdout
    assert "Ben found the session" in result.stdout
    heard = json.loads((tmp_path / "result.json").read_text())["heard"]
    assert heard["count"] > 10
    assert heard["median_ms"] < 5


def test_a_report_folder_that_can_not_be_written_is_said_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    result = demo(tmp_path / "file", PATH=str(Path(sys.executable).parent), PULSE_SERVER=f"unix:{tmp_path}/nobody")
    assert result.returncode == 13
    assert result.stderr.startswith("lockstep: the report can't be written to")
    assert "Traceback" not in result.stderr

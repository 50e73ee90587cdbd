from pathlib import Path

import pytest

from audio.measure.rig import PulseRig, RigUnavailableError


def test_a_machine_without_pulseaudio_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        pytest.raises(RigUnavailableError, match=r"needs pulseaudio, pactl, .*: install pulseaudio pulseaudio-utils"),
        PulseRig(),
    ):
        pass


def test_a_daemon_that_dies_is_reported_with_its_last_words_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("pulseaudio", "pactl", "parec", "pacat"):
        program = programs / name
        program.write_text("#!/bin/sh\necho 'E: shm_open failed' >&2\nexit 1\n")
        program.chmod(0o755)
    rooms = tmp_path / "tmp"
    rooms.mkdir()
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setattr("tempfile.tempdir", str(rooms))
    with pytest.raises(RigUnavailableError, match="shm_open failed"), PulseRig():
        pass
    assert list(rooms.iterdir()) == []


def test_a_rig_that_is_not_running_has_no_address() -> None:
    with pytest.raises(RigUnavailableError, match="not running"):
        PulseRig().environment("left")

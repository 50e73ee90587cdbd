import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ui.screenshots.__main__ import app

ROOT = Path(__file__).parents[3]


def test_the_command_writes_what_is_asked_for(tmp_path):
    options = ["--screen", "shell", "--state", "idle", "--scale", "2", "--size", "1000x640"]
    command = [sys.executable, "-m", "ui.screenshots", str(tmp_path / "new"), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    names = ["shell-idle-dark-1000x640@2x.png", "shell-idle-light-1000x640@2x.png"]
    assert sorted(file.name for file in (tmp_path / "new").iterdir()) == names
    assert [Path(line).name for line in done.stdout.splitlines()] == names


@pytest.mark.parametrize(
    ("option", "value"), [("--size", "wide"), ("--size", "0x10"), ("--theme", "pink"), ("--scale", "9")]
)
def test_what_can_not_be_drawn_is_refused_by_name(tmp_path, option, value):
    refused = CliRunner().invoke(app, [str(tmp_path), option, value, "--screen", "shell", "--state", "idle"])
    assert refused.exit_code == 2
    assert option in refused.output
    assert list(tmp_path.iterdir()) == []

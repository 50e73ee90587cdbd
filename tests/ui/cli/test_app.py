"""The `lockstep` command itself: quick, lazy, and complete."""

import importlib
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from typer.main import get_command as to_command
from typer.testing import CliRunner

from audio.engine.messages import DeviceProfile
from client.reports import SyncReport
from client.socket import SocketState
from protocol.correction import Correction
from protocol.events import Role
from ui.cli.app import COMMANDS
from ui.cli.click_screen import ClickStatus
from ui.cli.devices import DeviceRow
from ui.cli.exit_codes import MEANINGS
from ui.demo.player_process import DemoError


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "ui.cli.app", *arguments], capture_output=True, text=True, check=False)


def loaded_modules(*arguments: str) -> set[str]:
    code = (
        "import sys\n"
        f"sys.argv = ['lockstep', *{arguments!r}]\n"
        "from ui.cli.app import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print('\\nloaded:', *sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(answer.stdout.rpartition("loaded:")[2].split())


def test_help_lists_every_command_and_every_exit_code_and_loads_none_of_them():
    answer = run("--help")
    assert answer.returncode == 0
    for command, (_, text) in COMMANDS.items():
        assert command in answer.stdout
        assert text.split()[0] in answer.stdout
    assert "Exit codes: 0" in answer.stdout
    assert not {"pydantic", "httpx", "fastapi", "numpy", "PySide6"} & loaded_modules("--help")


def test_the_version_is_told():
    answer = run("--version")
    assert (answer.returncode, answer.stdout) == (0, f"lockstep {metadata.version('lockstep-desktop')}\n")


@pytest.mark.parametrize("command", ["serve", "lead", "follow", "click", "devices"])
def test_every_command_explains_itself_without_qt(command):
    answer = run(command, "--help")
    assert answer.returncode == 0
    assert f"Usage: lockstep {command}" in answer.stdout
    assert "PySide6" not in loaded_modules(command, "--help")


def test_a_player_loads_no_server():
    assert not {"fastapi", "sqlalchemy", "uvicorn"} & loaded_modules("follow", "--help")


@pytest.mark.parametrize(
    "arguments",
    [
        ("dance",),
        ("lead",),
        ("lead", "x.json", "--seconds", "soon"),
        ("lead", "x.json", "--engine", "loud"),
        ("serve", "--x"),
    ],
)
def test_wrong_usage_is_said_without_a_traceback(arguments):
    answer = run(*arguments)
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr
    assert "Usage: lockstep" in answer.stderr


def test_the_documentation_has_the_same_exit_codes():
    text = (Path(__file__).parents[3] / "docs" / "cli.md").read_text("utf-8")
    for code, meaning in MEANINGS.items():
        assert f"| {code.value} | {meaning} |" in text


def test_the_documentation_names_every_command_option_and_field():
    text = (Path(__file__).parents[3] / "docs" / "cli.md").read_text("utf-8")
    sync = SyncReport(
        *(0, 0.0, Role.FOLLOWER, 0.0, Correction.NONE, 0.0, 0.0, 0.0, 0, "", True, 0.0),
        *(0, 0, False, SocketState.CONNECTED, None),
    )
    click = ClickStatus(0, 0, "", "", False, 0.0, 0.0, 0.0, "", 0, None)
    device = DeviceRow("", "", "", False, True, DeviceProfile(""))
    for report in (sync, click, device):
        for field in report.to_json():
            assert f"`{field}`" in text
    for command in COMMANDS:
        assert f"lockstep {command}" in text
        module = importlib.import_module(COMMANDS[command][0])
        for parameter in to_command(module.app).params:
            for option in parameter.opts:
                assert not option.startswith("--") or option == "--help" or option in text, (command, option)


@pytest.mark.parametrize(
    "arguments",
    [
        ("lead", "{path}", "--server", "x", "--account", " "),
        ("follow", "{path}", "--server", "x", "--account", " ", "--first"),
        ("lead", "{path}", "--server", "x", "--account", "Al", "--script", "{path}"),
        ("lead", "{path}", "--server", "x", "--account", " ", "--data-dir", "{path}"),
        ("serve", "--data-dir", "{path}"),
        ("demo", "--report", "{path}"),
    ],
)
def test_a_path_that_may_not_be_read_is_for_the_command_to_refuse(arguments, tmp_path, monkeypatch):
    path = tmp_path / "unreadable"
    path.write_text("")
    # Tests may run as root, who may read everything.
    monkeypatch.setattr("os.access", lambda *_: False)
    command, *rest = arguments
    monkeypatch.setattr("ui.cli.demo.scenario", _stop)
    module = importlib.import_module(COMMANDS[command][0])
    answer = CliRunner().invoke(module.app, [argument.format(path=path) for argument in rest])
    assert "Usage:" not in answer.output
    assert "not readable" not in answer.output


def _stop(_seconds: int) -> None:
    raise DemoError("it stops here")

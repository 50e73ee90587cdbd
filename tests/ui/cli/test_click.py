"""`lockstep click` without sound: what it says, how it ends, and that the terminal is left as it was."""

import json
import signal
import socket
import sys

import pytest
from typer.testing import CliRunner

from ui.cli.click import app

if sys.platform == "win32":
    pytest.skip("there are no pseudo terminals", allow_module_level=True)

from tests.ui.cli.pseudo_terminal import PseudoTerminal

PLAYING = "nothing is heard"


@pytest.fixture
def terminal(shared_site, tmp_path):
    """A terminal on which the click is to run."""
    with PseudoTerminal("click", "--ntp", shared_site.ntp, "--audio", "none", "--data-dir", tmp_path / "a") as running:
        yield running


def test_a_program_gets_a_line_a_click(shared_site, tmp_path):
    click = shared_site.start(
        *(
            "click",
            "--ntp",
            shared_site.ntp,
            "--audio",
            "none",
            "--data-dir",
            tmp_path / "a",
            "--json",
            "--seconds",
            "3.5",
        )
    )
    assert (click.end(), click.stderr) == (0, "")
    assert click.states()[:2] == ["starting", "clicking"]
    first, second, *_ = click.of_type("click")
    assert second["second"] == first["second"] + 1
    # What the clock learns in between is far less than a millisecond.
    assert second["monoNs"] - first["monoNs"] == pytest.approx(1e9, abs=1e6)
    assert (first["device"], first["silent"], first["outputDelayMs"]) == ("none", True, 0.0)
    assert first["clockUncertaintyMs"] < 30


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_it_as_asked(shared_site, tmp_path, number):
    click = shared_site.start(
        "click", "--ntp", shared_site.ntp, "--audio", "none", "--data-dir", tmp_path / "a", "--json"
    )
    click.wait_for(lambda line: line["type"] == "click")
    click.interrupt(number)
    assert (click.end(), click.stderr) == (0, "")


def test_a_delay_without_a_device_is_refused_in_a_sentence(shared_site, tmp_path):
    arguments = ("--ntp", shared_site.ntp, "--audio", "none", "--data-dir", tmp_path / "a", "--delay", "5", "--json")
    click = shared_site.start("click", *arguments)
    assert click.end() == 11
    assert "no sound device is in use" in click.stderr
    assert click.of_type("error")[0]["code"] == "sound"


def test_without_a_clock_there_is_no_click(lockstep, tmp_path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    click = lockstep("click", "--ntp", f"127.0.0.1:{port}", "--audio", "none", "--data-dir", tmp_path, "--json")
    assert click.end() == 10
    assert "clock sync failed" in click.stderr
    assert "Traceback" not in click.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--delay", "5001"), "--delay: an output delay is a number of ms from -2000 to 5000"),
        (("--delay", "nan"), "--delay: an output delay"),
        (("--seconds", "0"), "--seconds needs"),
        (("--ntp", "a b"), "--ntp: "),
        (("--volume", "101"), "--volume needs a number from 0 to 100"),
        (("--volume", "nan"), "--volume needs"),
    ],
)
def test_what_is_no_option_is_refused_before_anything_starts(tmp_path, arguments, said):
    answer = CliRunner().invoke(app, ["--data-dir", str(tmp_path), "--json", *arguments])
    assert answer.exit_code == 2
    assert said in answer.stderr
    assert said in json.loads(answer.stdout)["message"]


@pytest.mark.parametrize("how", ["q", "\x03", "\x04", signal.SIGTERM])
def test_however_it_ends_the_terminal_is_left_as_it_was(terminal, how):
    terminal.wait_for(PLAYING)
    assert terminal.modes() != terminal.before
    terminal.press(how) if isinstance(how, str) else terminal.interrupt(how)
    assert terminal.end() == 0
    assert terminal.modes() == terminal.before
    assert "\x1b[?25h" in terminal.shown, "the cursor is back"
    assert "Traceback" not in terminal.shown


def test_a_key_that_can_not_be_obeyed_says_why(terminal):
    terminal.wait_for(PLAYING)
    terminal.press("x+")
    terminal.wait_for("no sound device is in use")
    terminal.press("q")
    assert terminal.end() == 0


def test_an_interrupt_while_it_opens_leaves_the_terminal_as_it_was(terminal):
    terminal.wait_for("Getting ready")
    terminal.interrupt(signal.SIGINT)
    assert terminal.end() in (0, 130)
    assert terminal.modes() == terminal.before
    assert "Traceback" not in terminal.shown

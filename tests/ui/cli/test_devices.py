"""`lockstep devices`: what it lists, and what it sets."""

import json
from io import StringIO

import pytest
from rich.console import Console
from typer.testing import CliRunner

from audio.device_profiles import DeviceProfiles
from audio.engine.devices import Device
from audio.engine.messages import DeviceProfile
from audio.errors import EngineError
from ui.cli import devices as command
from ui.cli.devices import choose_row, device_rows, show
from ui.cli.failures import CommandError

SPEAKER = Device("alsa_output.pci", "Built-in Audio", is_default=True, api="pulse")
HEADSET = Device("bluez_output.12_34", "Ann's Headset", is_default=False, api="pulse")


@pytest.fixture
def connected(monkeypatch):
    """The devices of this machine, as the test says."""
    found = [SPEAKER, HEADSET]

    async def listed():
        if found == ["broken"]:
            raise EngineError("listing the sound devices broke off; see “lockstep doctor”")
        return found

    monkeypatch.setattr(command, "output_devices", listed)
    return found


def run(folder, *arguments: str):
    return CliRunner().invoke(command.app, ["--data-dir", str(folder), *arguments])


def test_all_that_is_connected_or_known_is_listed(connected, tmp_path):
    profiles = DeviceProfiles(tmp_path)
    profiles.keep(HEADSET.name, output_delay_ms=180.0, ppm=-3.21)
    profiles.keep("speaker at home", output_delay_ms=-2.0)
    answer = run(tmp_path, "--json")
    assert answer.exit_code == 0
    rows = [json.loads(line) for line in answer.stdout.splitlines()]
    assert [row["type"] for row in rows] == ["device"] * 3
    assert rows[1] == {
        "type": "device",
        "name": HEADSET.name,
        "label": HEADSET.label,
        "api": "pulse",
        "isDefault": False,
        "connected": True,
        "outputDelayMs": 180.0,
        "ppm": -3.21,
    }
    assert (rows[0]["isDefault"], rows[0]["outputDelayMs"]) == (True, 0.0)
    assert (rows[2]["name"], rows[2]["connected"], rows[2]["outputDelayMs"]) == ("speaker at home", False, -2.0)


def test_people_get_a_table(connected, tmp_path):
    DeviceProfiles(tmp_path).keep(HEADSET.name, output_delay_ms=180.0, ppm=-3.21)
    speaker, headset = run(tmp_path).stdout.splitlines()[1:3]
    assert speaker.split() == ["Built-in", "Audio", SPEAKER.name, "0", "ms", "not", "known", "default"]
    assert headset.split() == ["Ann's", "Headset", HEADSET.name, "+180", "ms", "-3.2", "ppm"]


def test_no_device_is_no_error(connected, tmp_path):
    connected.clear()
    answer = run(tmp_path)
    assert (answer.exit_code, answer.stdout) == (
        0,
        "This computer has no sound device; a session plays to a silent clock.\n",
    )


@pytest.mark.parametrize("name", ["headset", "ANN'S HEADSET", HEADSET.name, "bluez"])
@pytest.mark.parametrize("delay", ["180", "-20.5"])
def test_a_delay_is_kept_for_the_device_of_that_name(connected, tmp_path, name, delay):
    DeviceProfiles(tmp_path).keep(HEADSET.name, ppm=2.0)
    answer = run(tmp_path, "--delay", name, delay, "--json")
    assert (answer.exit_code, json.loads(answer.stdout)["outputDelayMs"]) == (0, float(delay))
    assert DeviceProfiles(tmp_path).read() == {HEADSET.name: DeviceProfile(HEADSET.name, float(delay), 2.0)}


def test_a_device_that_is_not_connected_can_be_set_when_it_is_known(connected, tmp_path):
    DeviceProfiles(tmp_path).keep("speaker at home", output_delay_ms=1.0)
    assert run(tmp_path, "--delay", "at home", "7").exit_code == 0
    assert DeviceProfiles(tmp_path).read()["speaker at home"].output_delay_ms == 7.0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("nobody", "5"),
            "“nobody”; there is “Built-in Audio” (alsa_output.pci), “Ann's Headset” (bluez_output.12_34)",
        ),
        (
            ("output", "5"),
            "“output” may be any of “Built-in Audio” (alsa_output.pci), “Ann's Headset” (bluez_output.12_34); give",
        ),
        (("", "5"), "no sound device is called"),
        (("headset", "5001"), "from -2000 to 5000"),
        (("headset", "nan"), "from -2000 to 5000"),
    ],
)
def test_what_can_not_be_set_is_refused_in_a_sentence(connected, tmp_path, arguments, said):
    answer = run(tmp_path, "--delay", *arguments)
    assert answer.exit_code == 2
    assert said in answer.stderr
    assert DeviceProfiles(tmp_path).read() == {}


def test_what_is_wrong_is_said_as_json_too(connected, tmp_path):
    connected[:] = ["broken"]
    answer = run(tmp_path, "--json")
    assert answer.exit_code == 11
    assert json.loads(answer.stdout)["code"] == "sound"
    assert "broke off" in answer.stderr


def test_a_data_directory_that_can_not_be_written_is_said(connected, tmp_path):
    (tmp_path / "file").write_text("")
    answer = run(tmp_path / "file" / "folder")
    assert answer.exit_code == 13
    assert "can't be written" in answer.stderr


def test_a_name_that_is_part_of_another_is_chosen_whole():
    rows = device_rows([Device("hw", "Speaker", False, "x"), Device("hw2", "Speaker 2", False, "x")], {})
    assert choose_row(rows, "speaker").name == "hw"
    with pytest.raises(CommandError):
        choose_row(rows, "speak")


def test_a_device_s_name_is_no_markup():
    console = Console(file=StringIO(), width=100, markup=False, emoji=False, highlight=False)
    show(device_rows([Device("a", "[red]loud[/red]\n:smile:", True, "x")], {}), console)
    assert "[red]loud[/red] :smile:" in console.file.getvalue()

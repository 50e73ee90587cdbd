"""`lockstep devices`: the output devices of this machine, and what is kept of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from audio.device_profiles import DeviceProfiles, ProfileError, check_output_delay
from audio.engine.devices import Device, output_devices
from audio.engine.messages import DeviceProfile
from client.errors import one_line
from ui.cli.click_screen import delay_text
from ui.cli.exit_codes import EPILOG, ExitCode
from ui.cli.failures import CommandError, log_to, run_command
from ui.cli.options import DataDirOption, JsonOption, data_folder, usage_error
from ui.cli.output import JsonOutput, refuse, teller

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device and what is kept of it; one that is not connected has its name alone."""

    name: str
    label: str
    api: str
    is_default: bool
    connected: bool
    profile: DeviceProfile

    def to_json(self) -> dict[str, Any]:
        """Return the JSON line's fields."""
        return {
            "name": self.name,
            "label": self.label,
            "api": self.api,
            "isDefault": self.is_default,
            "connected": self.connected,
            "outputDelayMs": self.profile.output_delay_ms,
            "ppm": self.profile.ppm,
        }


@app.command(epilog=EPILOG)
def devices(
    *,
    delay: Annotated[
        tuple[str, float] | None,
        typer.Option(
            metavar="NAME MS",
            help="Set a device's output delay: how many ms later it is heard than its driver says. "
            "A part of the name will do. “lockstep click” finds the delay by ear.",
        ),
    ] = None,
    data_dir: DataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the output devices: which is played to, and the output delay and the clock error that are kept of each.

    A device's name, or a part of it, is what --audio takes.
    """
    try:
        if delay is not None:
            _check(delay[1])
        folder = data_folder(data_dir)
        log_file = log_to(folder)
    except CommandError as error:
        refuse(error, as_json=as_json)
        raise typer.Exit(error.exit_code) from None
    raise typer.Exit(run_command(lambda: _devices(delay, folder, as_json=as_json), log_file, teller(as_json=as_json)))


async def _devices(delay: tuple[str, float] | None, folder: Path, *, as_json: bool) -> ExitCode:
    profiles = DeviceProfiles(folder)
    rows = device_rows(await output_devices(), profiles.read())
    if delay is not None:
        name, delay_ms = delay
        row = choose_row(rows, name)
        rows = [replace(row, profile=profiles.keep(row.name, output_delay_ms=delay_ms))]
    show_json(rows) if as_json else show(rows, Console(markup=False, emoji=False, highlight=False))
    return ExitCode.OK


def device_rows(found: Sequence[Device], known: Mapping[str, DeviceProfile]) -> list[DeviceRow]:
    """Return a row for each device that is connected, in order, and then for each other one that is known."""
    rows = [
        DeviceRow(
            device.name,
            device.label,
            device.api,
            device.is_default,
            connected=True,
            profile=known.get(device.name, DeviceProfile(device.name)),
        )
        for device in found
    ]
    connected = {device.name for device in found}
    gone = [profile for name, profile in sorted(known.items()) if name not in connected]
    rows += [DeviceRow(it.device, it.device, "", is_default=False, connected=False, profile=it) for it in gone]
    return rows


def choose_row(rows: Sequence[DeviceRow], wanted: str) -> DeviceRow:
    """Return the one device that is called so, or of which this is a part. Errors: CommandError (usage)."""
    sought = wanted.casefold().strip()
    names = [(row, (row.name.casefold(), row.label.casefold())) for row in rows]
    exact = [row for row, texts in names if sought in texts]
    partial = [row for row, texts in names if sought and any(sought in text for text in texts)]
    found = exact or partial
    if len(found) == 1:
        return found[0]
    listed = ", ".join(_called(row) for row in found or rows)
    if found:
        raise usage_error(f"“{one_line(wanted, 60)}” may be any of {listed}; give more of the name")
    raise usage_error(f"no sound device is called “{one_line(wanted, 60)}”; there is {listed or 'none'}")


def _called(row: DeviceRow) -> str:
    name = "" if row.name == row.label else f" ({one_line(row.name, 60)})"
    return f"“{one_line(row.label, 60)}”{name}"


def show_json(rows: Sequence[DeviceRow]) -> None:
    """Print one object a device."""
    output = JsonOutput()
    for row in rows:
        output.line("device", row.to_json())


def show(rows: Sequence[DeviceRow], console: Console) -> None:
    """Print the table for people."""
    if not rows:
        console.print(Text("This computer has no sound device; a session plays to a silent clock."))
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("device", "name", "output delay", "clock error", ""):
        table.add_column(Text(heading, style="dim"), overflow="fold")
    for row in rows:
        note = "default" if row.is_default else "" if row.connected else "not connected"
        table.add_row(
            Text(one_line(row.label), style="bold" if row.is_default else ""),
            Text("" if row.label == row.name else one_line(row.name), style="dim"),
            Text(delay_text(row.profile.output_delay_ms)),
            Text(f"{row.profile.ppm:+.1f} ppm" if row.profile.ppm else "not known"),
            Text(note, style="dim"),
        )
    console.print(table)


def _check(delay_ms: float) -> None:
    try:
        check_output_delay(delay_ms)
    except ProfileError as error:
        raise usage_error(f"--delay: {error}") from None

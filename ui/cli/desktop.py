"""`lockstep app`, and `lockstep` alone: the window. What a window does not need is loaded when it is seen."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ui.cli.exit_codes import EPILOG, ExitCode
from ui.data_dir import begin_log, cannot_write, default_data_dir

if TYPE_CHECKING:
    from ui.desktop.app import Performance

_EXIT_CODES: Final = {
    "no_display": ExitCode.NO_DISPLAY,
    "already_running": ExitCode.DATA_DIR,
    "script": ExitCode.SCRIPT,
}

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command(epilog=EPILOG)
def desktop(
    *,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            readable=False,
            help="Where settings, library, log and decoded music are kept; one window for each.",
        ),
    ] = None,
    server: Annotated[
        str | None, typer.Option(metavar="URL", help="The session server, for this start instead of the settings'.")
    ] = None,
    account: Annotated[
        str | None, typer.Option(metavar="NAME", help="Your name, on a server with accounts of its own.")
    ] = None,
    ntp: Annotated[str | None, typer.Option(metavar="HOST[:PORT]", help="The NTP server, the same for both.")] = None,
    audio: Annotated[
        str | None, typer.Option(metavar="DEVICE|none", help="The sound device; none plays to a silent clock.")
    ] = None,
    spotify_url: Annotated[
        str | None, typer.Option(metavar="URL", help="A stand-in for Spotify (“lockstep spotify stand-in”).")
    ] = None,
    script: Annotated[
        Path | None,
        typer.Option(metavar="APP.json", readable=False, hidden=True, help="Lead or follow by itself (docs/qa.md)."),
    ] = None,
) -> None:
    """Open the app."""
    folder = (data_dir or default_data_dir()).absolute()
    given = {"server": server, "display_name": account, "ntp_server": ntp, "sound_device": audio}
    overrides = {name: value for name, value in given.items() if value is not None}
    raise typer.Exit(_open(folder, overrides, spotify_url, script))


def _open(folder: Path, overrides: dict[str, Any], spotify_url: str | None, script: Path | None) -> ExitCode:
    # The display is looked at first: Qt itself would end the process without a word of ours.
    from ui.desktop.display import require_display  # noqa: PLC0415 - errors only, and no Qt
    from ui.desktop.errors import DesktopError  # noqa: PLC0415

    wrong = _what_is_wrong(overrides, spotify_url)
    if wrong is not None:
        _tell(wrong)
        return ExitCode.USAGE
    try:
        require_display()
        begin_log(folder)
        from ui.desktop.app import AppOptions, run_app  # noqa: PLC0415 - Qt, which other commands do without

        performance = None if script is None else _performance(script)
        return ExitCode(run_app(AppOptions(folder, overrides, spotify_url, performance), _tell))
    except DesktopError as error:
        _tell(str(error))
        return _EXIT_CODES.get(error.code, ExitCode.UNEXPECTED)
    except OSError as error:
        _tell(cannot_write(folder, error))
        return ExitCode.DATA_DIR


def _what_is_wrong(overrides: dict[str, Any], spotify_url: str | None) -> str | None:
    """Return why these options can't be used, None when they can; a server's address is made whole."""
    from client.errors import AddressError  # noqa: PLC0415 - this and the rest are what no other command needs
    from ui.desktop.errors import SettingsError  # noqa: PLC0415

    try:
        if "server" in overrides:
            from client.server_address import checked_address  # noqa: PLC0415

            overrides["server"] = checked_address(overrides["server"])
        if overrides:
            from ui.desktop.settings import Settings  # noqa: PLC0415

            Settings().changed(**overrides)
        if spotify_url is not None:
            from client.spotify.endpoints import stand_in_endpoints  # noqa: PLC0415

            stand_in_endpoints(spotify_url)
    except (AddressError, SettingsError) as error:
        return str(error)
    return None


def _performance(script: Path) -> "Performance":
    from ui.scripted.performance import ScriptedPerformance  # noqa: PLC0415 - what few starts need
    from ui.scripted.script import load_app_script  # noqa: PLC0415

    return ScriptedPerformance(load_app_script(script))


def _tell(sentence: str) -> None:
    sys.stderr.write(f"lockstep: {sentence}\n")
    sys.stderr.flush()

"""What the commands of `lockstep spotify` share: the account opened and closed, notices told, Ctrl+C."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Final

import typer

from client.spotify.account import SpotifyAccount
from client.spotify.endpoints import stand_in_endpoints
from ui.cli.exit_codes import ExitCode
from ui.cli.failures import as_command_error, log_to, run_command, tell_on_stderr
from ui.cli.options import data_folder
from ui.cli.output import JsonOutput, refuse, teller
from ui.cli.running import interruptible

SpotifyUrlOption = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="A stand-in for Spotify (“lockstep spotify stand-in”); by default the Spotify of the last sign-in.",
    ),
]
SpotifyDataDirOption = Annotated[
    Path | None,
    typer.Option(metavar="DIR", readable=False, help="Where the log, the client id and read playlists are kept."),
]

ATTRIBUTION: Final = "Names of playlists and tracks by Spotify: https://open.spotify.com"


def run_with_account(
    work: Callable[[SpotifyAccount], Awaitable[ExitCode]],
    *,
    data_dir: Path | None,
    spotify_url: str | None,
    as_json: bool,
) -> None:
    """Open the account, do the work, end with its exit code; every error becomes a sentence."""
    try:
        folder = data_folder(data_dir)
        endpoints = None if spotify_url is None else stand_in_endpoints(spotify_url)
        log_file = log_to(folder)
    except Exception as error:
        expected = as_command_error(error)
        if expected is None:
            raise
        refuse(expected, as_json=as_json)
        raise typer.Exit(expected.exit_code) from None

    async def opened() -> ExitCode:
        with interruptible():
            account = await SpotifyAccount.open(folder, endpoints, on_notice=lambda text: tell(text, as_json=as_json))
            async with account:
                return await work(account)

    raise typer.Exit(run_command(opened, log_file, teller(as_json=as_json)))


def tell(text: str, *, as_json: bool) -> None:
    """Tell a notice: what a person should know, and nothing went wrong."""
    if as_json:
        JsonOutput().line("notice", {"message": text})
    tell_on_stderr(text)

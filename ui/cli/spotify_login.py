"""`lockstep spotify login`: sign in in the browser."""

import sys
import threading
import webbrowser
from typing import Annotated

import typer

from client.errors import one_line
from client.spotify.account import SpotifyAccount
from client.spotify.sign_in import SIGN_IN_TIMEOUT_S
from ui.cli.exit_codes import EPILOG, ExitCode
from ui.cli.options import JsonOption, usage_error
from ui.cli.output import JsonOutput, refuse
from ui.cli.spotify_command import SpotifyDataDirOption, SpotifyUrlOption, run_with_account

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command(epilog=EPILOG)
def login(
    *,
    client_id: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The client id of your own Spotify app; it is kept for the next time."),
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only show the address: open it in a browser on this machine.")
    ] = False,
    callback_port: Annotated[
        int, typer.Option(metavar="N", help="The port on which the browser comes back; 0 for any that is free.")
    ] = 0,
    spotify_url: SpotifyUrlOption = None,
    data_dir: SpotifyDataDirOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sign in to Spotify in the browser; whoever was signed in before is signed out by it.

    Spotify wants a client id of your own: docs/spotify.md says how to make one in two minutes.
    """
    if not 0 <= callback_port <= 65535:
        error = usage_error("--callback-port needs a number from 0 to 65535")
        refuse(error, as_json=as_json)
        raise typer.Exit(error.exit_code)

    async def work(account: SpotifyAccount) -> ExitCode:
        profile = await account.login(
            _show_nothing if no_browser else open_browser,
            on_url=lambda url: _show_address(url, as_json=as_json, no_browser=no_browser),
            client_id=client_id,
            port=callback_port,
        )
        if as_json:
            JsonOutput().line("account", {"name": profile.name, "accountId": profile.account_id})
        else:
            sys.stdout.write(f"Signed in to Spotify as {one_line(profile.name)}.\n")
        return ExitCode.OK

    run_with_account(work, data_dir=data_dir, spotify_url=spotify_url, as_json=as_json)


def open_browser(url: str) -> None:
    """Open the address in a thread: some browsers keep their caller waiting until they are closed."""
    threading.Thread(target=webbrowser.open, args=(url,), name="browser", daemon=True).start()


def _show_nothing(_url: str) -> None:
    """Open no browser."""


def _show_address(url: str, *, as_json: bool, no_browser: bool) -> None:
    if as_json:
        JsonOutput().line("sign_in", {"url": url})
        return
    first = "Open this address" if no_browser else "Your browser opens Spotify's page; if not, open this address"
    sys.stdout.write(
        f"{first} on this machine:\n\n{url}\n\nWaiting for {SIGN_IN_TIMEOUT_S / 60:.0f} minutes. Ctrl+C cancels.\n"
    )
    sys.stdout.flush()

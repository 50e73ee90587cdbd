"""`lockstep spotify logout`: delete the sign-in and all that belongs to it."""

import sys

import typer

from client.errors import one_line
from client.spotify.account import SpotifyAccount
from ui.cli.exit_codes import EPILOG, ExitCode
from ui.cli.options import JsonOption
from ui.cli.output import JsonOutput
from ui.cli.spotify_command import SpotifyDataDirOption, run_with_account

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command(epilog=EPILOG)
def logout(*, data_dir: SpotifyDataDirOption = None, as_json: JsonOption = False) -> None:
    """Sign out: delete token, name and saved playlists from this machine.

    The client id stays. What Spotify itself knows of the app is removed at spotify.com/account/apps.
    """

    async def work(account: SpotifyAccount) -> ExitCode:
        profile = account.state.profile
        await account.logout()
        if as_json:
            JsonOutput().line("account", {"name": None, "accountId": None})
        elif profile is None:
            sys.stdout.write("Nobody was signed in to Spotify here.\n")
        else:
            sys.stdout.write(
                f"Signed out {one_line(profile.name)}; nothing of the account is kept here. To take the app's "
                "permission back, remove it at https://www.spotify.com/account/apps\n"
            )
        return ExitCode.OK

    run_with_account(work, data_dir=data_dir, spotify_url=None, as_json=as_json)

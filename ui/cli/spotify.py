"""`lockstep spotify`: signing in to Spotify, and what is there."""

from typing import Final

import typer

from ui.cli.exit_codes import EPILOG
from ui.cli.lazy_group import lazy_group

#: Command: (module, help).
COMMANDS: Final = {
    "login": ("ui.cli.spotify_login", "Sign in to Spotify in the browser."),
    "logout": ("ui.cli.spotify_logout", "Sign out, and delete all that is kept of your Spotify account."),
    "playlists": ("ui.cli.spotify_playlists", "List your playlists, or the tracks of one."),
    "stand-in": ("ui.cli.spotify_stand_in", "Run a stand-in for Spotify: for tests, and demos without an account."),
}

app = typer.Typer(
    cls=lazy_group(COMMANDS),
    help="Sign in to Spotify; see your playlists.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def _spotify() -> None:
    """Sign in to Spotify; see your playlists."""

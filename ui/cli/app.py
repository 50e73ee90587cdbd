"""The `lockstep` command: which commands there are, each in a module that is loaded when it is used."""

import sys
from importlib import metadata
from typing import Annotated, Final

import typer

from ui.cli.exit_codes import EPILOG
from ui.cli.lazy_group import lazy_group

#: Command: (module, help).
COMMANDS: Final = {
    "app": ("ui.cli.desktop", "Open the app, which is what “lockstep” alone does."),
    "serve": ("ui.cli.serve", "Run the session server."),
    "lead": ("ui.cli.lead", "Lead a session: play, and let a buddy follow."),
    "follow": ("ui.cli.follow", "Follow a leader: the same music, at the same moment."),
    "pair": ("ui.cli.pair", "Pair a playlist with your own music."),
    "spotify": ("ui.cli.spotify", "Sign in to Spotify; see your playlists."),
    "click": ("ui.cli.click", "Hear whether two laptops are one, and trim their output delay."),
    "devices": ("ui.cli.devices", "List the sound devices, and what is kept of each."),
    "demo": ("ui.cli.demo", "Leader and follower on this machine, measured."),
    "doctor": ("ui.cli.doctor", "Check this machine: what works, what to mend."),
}


app = typer.Typer(
    cls=lazy_group(COMMANDS, default="app"),
    help="Two laptops play the same music in lockstep. Options without a command are those of “app”.",
    epilog=EPILOG,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"lockstep {metadata.version('lockstep-desktop')}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Two laptops play the same music in lockstep."""


def main() -> None:
    """Run the command line; the exit code says how it went (docs/cli.md)."""
    try:
        app(prog_name="lockstep")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()

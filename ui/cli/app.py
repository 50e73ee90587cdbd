"""The `lockstep` command: which commands there are, each in a module that is loaded when it is used."""

import importlib
import sys
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command as to_command

from ui.cli.exit_codes import EPILOG

#: Command: (module, help). The module has a Typer `app` with the one command in it.
COMMANDS: Final = {
    "serve": ("ui.cli.serve", "Run the session server."),
    "lead": ("ui.cli.lead", "Lead a session: play, and let a buddy follow."),
    "follow": ("ui.cli.follow", "Follow a leader: the same music, at the same moment."),
    "click": ("ui.cli.click", "Hear whether two laptops are one, and trim their output delay."),
    "devices": ("ui.cli.devices", "List the sound devices, and what is kept of each."),
    "demo": ("ui.cli.demo", "Leader and follower on this machine, measured."),
    "doctor": ("ui.cli.doctor", "Check this machine: what works, what to mend."),
}


class LazyGroup(TyperGroup):
    """List the commands without loading them, so that `--help` is quick and a player loads no server."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is typer's
        """Return the names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the signature is typer's
        """Return what the list of commands shows of one, or None when there is no such command."""
        if cmd_name not in COMMANDS:
            return None
        return TyperCommand(cmd_name, help=COMMANDS[cmd_name][1])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that is to run, loaded."""
        name, _, rest = super().resolve_command(ctx, args)
        if name is None:
            return name, None, rest
        module = importlib.import_module(COMMANDS[name][0])
        command = to_command(module.app)
        command.name = name
        return name, command, rest


app = typer.Typer(
    cls=LazyGroup,
    help="Two laptops play the same music in lockstep.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _root() -> None:
    """Two laptops play the same music in lockstep."""


def main() -> None:
    """Run the command line; the exit code says how it went (docs/cli.md)."""
    try:
        app(prog_name="lockstep")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()

"""Groups of commands, each in a module that is loaded when it is used."""

import importlib
from collections.abc import Mapping
from typing import Any, Final

from typer.core import TyperCommand, TyperGroup
from typer.main import get_command as to_command

#: Options of the group itself.
_OF_THE_GROUP: Final = frozenset({"-h", "--help", "--version"})


def lazy_group(commands: Mapping[str, tuple[str, str]], default: str | None = None) -> type[TyperGroup]:
    """Return a group that lists `commands`, name: (module, help), without loading them: `--help` is quick.

    A module has a Typer `app` with the one command in it, or with a group of its own. `default` is the command that is
    meant where none is named.
    """

    class LazyGroup(TyperGroup):
        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
            """Read the command line; one that begins with an option of a command means the default one."""
            unnamed = not args or (args[0].startswith("-") and args[0] not in _OF_THE_GROUP)
            return super().parse_args(ctx, [default, *args] if default is not None and unnamed else args)

        def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is typer's
            """Return the names of the commands."""
            return list(commands)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the signature is typer's
            """Return what the list of commands shows of one, or None when there is no such command."""
            if cmd_name not in commands:
                return None
            return TyperCommand(cmd_name, help=commands[cmd_name][1])

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            """Return the command that is to run, loaded."""
            name, _, rest = super().resolve_command(ctx, args)
            if name is None:
                return name, None, rest
            command = to_command(importlib.import_module(commands[name][0]).app)
            command.name = name
            return name, command, rest

    return LazyGroup

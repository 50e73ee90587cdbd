"""One signature for `lead` and `follow`: their own options, and those of SessionOptions."""

from collections.abc import Callable
from dataclasses import MISSING, fields
from inspect import Parameter, Signature, signature
from typing import Any, Concatenate, ParamSpec

import typer

from ui.cli.bearer import is_signed_in
from ui.cli.exit_codes import ExitCode
from ui.cli.failures import CommandError
from ui.cli.options import SessionOptions, checked
from ui.cli.output import refuse

_P = ParamSpec("_P")


def session_command(work: Callable[Concatenate[SessionOptions, _P], ExitCode]) -> Callable[..., None]:
    """Return a command for typer, which reads signatures: what `work` takes, then the fields of SessionOptions.

    The command hands `work` its checked options; what is refused is told in a sentence. It ends with typer.Exit.
    """
    own = list(signature(work, eval_str=True).parameters.values())[1:]

    def command(**given: Any) -> None:
        own_values = {parameter.name: given.pop(parameter.name) for parameter in own}
        options = SessionOptions(**given)
        try:
            exit_code = work(checked(options, is_signed_in=is_signed_in), **own_values)  # type: ignore[call-arg]
        except CommandError as error:
            refuse(error, as_json=options.as_json)
            exit_code = error.exit_code
        raise typer.Exit(exit_code)

    command.__doc__ = work.__doc__
    command.__signature__ = Signature([*own, *_session_parameters()])  # type: ignore[attr-defined]
    return command


def _session_parameters() -> list[Parameter]:
    return [
        Parameter(
            field.name,
            Parameter.KEYWORD_ONLY,
            default=Parameter.empty if field.default is MISSING else field.default,
            annotation=field.type,
        )
        for field in fields(SessionOptions)
    ]

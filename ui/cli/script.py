"""S.json: what a leader does by itself, and when."""

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from client.errors import one_line
from protocol.wire import PlaylistPosition, PositionMs
from ui.cli.exit_codes import ExitCode
from ui.cli.failures import CommandError

MAX_BYTES: Final = 1024 * 1024
DAY_MS: Final = 24 * 3600 * 1000


class _Step(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=False, extra="forbid", frozen=True, strict=True
    )

    at_ms: Annotated[int, Field(ge=0, le=DAY_MS)]


class PlainStep(_Step):
    """Do something that needs nothing more said."""

    action: Literal["play", "pause", "skip_next", "skip_prev", "end"]


class SeekStep(_Step):
    """Go to a place in the track."""

    action: Literal["seek"]
    position_ms: PositionMs


class TrackStep(_Step):
    """Go to a track."""

    action: Literal["track_change"]
    playlist_position: PlaylistPosition


Step = PlainStep | SeekStep | TrackStep

Steps = Annotated[list[Annotated[Step, Field(discriminator="action")]], Field(min_length=1, max_length=10_000)]

_STEPS: Final = TypeAdapter[list[Step]](Steps)


def load_script(path: Path) -> tuple[Step, ...]:
    """Read a script and return its steps in the order of their times. Errors: CommandError names place and reason."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise _unusable(path, f"it can't be read ({one_line(reason or str(error))})") from None
    if len(data) > MAX_BYTES:
        raise _unusable(path, "it is larger than 1 MB")
    try:
        steps = _STEPS.validate_json(data.removeprefix(b"\xef\xbb\xbf"))
    except ValidationError as error:
        raise _unusable(path, _finding(error)) from None
    return tuple(sorted(steps, key=lambda step: step.at_ms))


def _finding(error: ValidationError) -> str:
    finding = error.errors(include_url=False, include_input=False)[0]
    index, *rest = finding["loc"] or (None,)
    # Behind the step's number pydantic names the kind of step before the field.
    field = next((str(part) for part in reversed(rest) if isinstance(part, str)), None)
    place = f"step {index + 1}" if isinstance(index, int) else "the file"
    if finding["type"] == "missing" and field is not None:
        return f"{place}: {field} is missing"
    named = f"{place}, {field}" if field is not None and len(rest) > 1 else place
    return f"{named}: {one_line(finding['msg'])}"


def _unusable(path: Path, reason: str) -> CommandError:
    return CommandError(ExitCode.SCRIPT, "script", f"the script {path} can't be used: {reason}")

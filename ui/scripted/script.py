"""APP.json: what an app does by itself, and how its window stands."""

from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from client.errors import one_line
from ui.cli.script import MAX_BYTES, Steps
from ui.desktop.errors import DesktopError

#: A follower with this code reads the real one from a line on standard input.
FROM_INPUT: Final = "-"


class ScriptError(DesktopError):
    """The script can't be used."""

    code = "script"


class _Model(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, extra="forbid", frozen=True, strict=True)


class LeadPart(_Model):
    """Lead a playlist of the library; the steps are those of `lockstep lead --script`, timed from the buddy's ready."""

    playlist_id: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    steps: Steps


class FollowPart(_Model):
    """Follow by a join code, typed at the billboard."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=100)]


class AppScript(_Model):
    """Lead or follow; `side` is the half of the screen that the window takes."""

    title: Annotated[str, StringConstraints(max_length=200)] = ""
    side: Literal["left", "right"] | None = None
    report_every_ms: Annotated[int, Field(ge=20, le=60_000)] = 500
    lead: LeadPart | None = None
    follow: FollowPart | None = None

    @model_validator(mode="after")
    def _one_part(self) -> Self:
        if (self.lead is None) == (self.follow is None):
            raise ValueError("exactly one of lead and follow is needed")
        return self


def load_app_script(path: Path) -> AppScript:
    """Read a script. Errors: ScriptError names the place and the reason."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _unusable(path, f"it can't be read ({error.strerror or error})") from None
    if len(data) > MAX_BYTES:
        raise _unusable(path, "it is larger than 1 MB")
    try:
        return AppScript.model_validate_json(data.removeprefix(b"\xef\xbb\xbf"))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise _unusable(path, f"{place}: {one_line(first['msg'])}") from None


def _unusable(path: Path, reason: str) -> ScriptError:
    return ScriptError(f"the script {one_line(str(path))} can't be used: {reason}")

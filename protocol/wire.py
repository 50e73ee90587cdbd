"""The base of everything that travels: camelCase names, strict types, unknown fields ignored."""

from typing import Annotated, Any, Self, cast

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import from_json

from protocol import limits


class ProtocolError(ValueError):
    """Say which field of a message breaks the contract, and how.

    `field` is the wire name ("positionMs", or "" when the message as a whole is wrong).
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.field = field
        self.reason = reason

    @classmethod
    def from_validation(cls, error: ValidationError) -> "ProtocolError":
        """Return the first finding of a pydantic error under its wire name, without the offending value."""
        finding = error.errors(include_url=False, include_input=False, include_context=False)[0]
        return cls(".".join(str(part) for part in finding["loc"]), finding["msg"])


class WireModel(BaseModel):
    """A frozen message: attributes are snake_case here and camelCase on the wire."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=True,
        serialize_by_alias=True,
        extra="ignore",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
    )

    def to_wire(self) -> dict[str, Any]:
        """Return the JSON object as it travels; optional fields that are unset stay away."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    def to_json(self) -> str:
        """Return the JSON text as it travels."""
        return self.model_dump_json(by_alias=True, exclude_none=True)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Return the message in a JSON text, read by its wire names alone.

        Errors: `ProtocolError` names the field that is missing, of the wrong type or out of range.
        """
        return cls.from_wire(read_json(text))

    @classmethod
    def from_wire(cls, payload: object) -> Self:
        """Return the message in a decoded JSON object; errors as `from_json`."""
        if not isinstance(payload, dict):
            raise ProtocolError("", "not a JSON object")
        try:
            return cls.model_validate(payload, by_name=False)
        except ValidationError as error:
            raise ProtocolError.from_validation(error) from None


def read_json(text: str | bytes) -> object:
    """Return what a JSON text (UTF-8) says; NaN and Infinity are read, so that their field can be named.

    Errors: `ProtocolError` without a field.
    """
    # pydantic_core raises TypeError for a str with lone surrogates; as bytes they are merely invalid UTF-8.
    encoded = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    try:
        return cast("object", from_json(encoded, allow_inf_nan=True))
    except ValueError as error:
        raise ProtocolError("", f"not JSON: {error}") from None


CorrectedMs = Annotated[int, Field(ge=limits.MIN_CORRECTED_MS, le=limits.MAX_CORRECTED_MS)]
"""NTP-corrected epoch milliseconds (plan, section 2)."""

PositionMs = Annotated[int, Field(ge=0, le=limits.MAX_POSITION_MS)]
"""Milliseconds from the start of the track."""

PlaylistPosition = Annotated[int, Field(ge=0, le=limits.MAX_PLAYLIST_POSITION)]
"""Index in the Spotify playlist, unpaired tracks counted too (plan, section 3: track identity)."""

Identifier = Annotated[
    str, StringConstraints(min_length=1, max_length=limits.MAX_ID_LENGTH, pattern=limits.NO_CONTROL_CHARACTERS)
]
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=limits.MAX_NAME_LENGTH, pattern=limits.NO_CONTROL_CHARACTERS)
]

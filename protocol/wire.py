"""The base of everything that travels: camelCase names, strict types, unknown fields ignored."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

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


CorrectedMs = Annotated[int, Field(ge=limits.MIN_CORRECTED_MS, le=limits.MAX_CORRECTED_MS)]
"""NTP-corrected epoch milliseconds (plan, section 2)."""

PositionMs = Annotated[int, Field(ge=0, le=limits.MAX_POSITION_MS)]
"""Milliseconds from the start of the track."""

PlaylistPosition = Annotated[int, Field(ge=0, le=limits.MAX_PLAYLIST_POSITION)]
"""Index in the Spotify playlist, unpaired tracks counted too (plan, section 3: track identity)."""

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=limits.MAX_ID_LENGTH)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=limits.MAX_NAME_LENGTH)]

"""`python -m protocol.export [--check]`: write the contract as JSON Schemas, or say which file is out of date."""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any, Final

from pydantic.alias_generators import to_camel, to_snake
from pydantic.json_schema import GenerateJsonSchema

from protocol import rest
from protocol.events import EVENT_TYPES
from protocol.wire import WireModel

SCHEMA_DIRECTORY: Final = Path(__file__).parent / "schemas"

REST_MODELS: Final[tuple[type[WireModel], ...]] = (
    rest.CreateSessionRequest,
    rest.CreateSessionResponse,
    rest.BillboardEntry,
    rest.Billboard,
    rest.SessionDetail,
    rest.JoinResponse,
    rest.StatusResponse,
    rest.LocalAccountRequest,
    rest.LocalAccountResponse,
    rest.ServerInfo,
    rest.ErrorBody,
)


class _WireSchema(GenerateJsonSchema):
    """pydantic's generator without the titles that it makes up from field names."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - the overridden signature
        return False


def schemas() -> dict[str, dict[str, Any]]:
    """Return every JSON Schema (draft 2020-12) by file name: one an event, one a REST body, and any `event.json`."""
    found = {f"{kind}.json": _event_schema(kind, model) for kind, model in EVENT_TYPES.items()}
    found.update({f"{to_snake(model.__name__)}.json": _schema(model) for model in REST_MODELS})
    found["event.json"] = {
        "title": "Event",
        "description": "Any event of this version. A reader ignores events of other types.",
        "oneOf": [{"$ref": f"{kind}.json"} for kind in EVENT_TYPES],
    }
    return {name: {"$schema": GenerateJsonSchema.schema_dialect, **schema} for name, schema in found.items()}


def write(directory: Path) -> None:
    """Write all schemas and remove those of models that are gone."""
    directory.mkdir(parents=True, exist_ok=True)
    texts = _texts()
    for path in directory.glob("*.json"):
        if path.name not in texts:
            path.unlink()
    for name, text in texts.items():
        (directory / name).write_text(text, encoding="utf-8", newline="\n")


def stale(directory: Path) -> list[str]:
    """Return the names of files that are missing, changed or no longer wanted."""
    wanted = _texts()
    present = {path.name: path.read_text(encoding="utf-8") for path in directory.glob("*.json")}
    return sorted(name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name))


def main(arguments: list[str] | None = None, directory: Path = SCHEMA_DIRECTORY) -> int:
    """Run the command; exit status 1 when `--check` finds something stale."""
    parser = argparse.ArgumentParser(
        prog="python -m protocol.export", description="Write the wire contract as JSON Schemas."
    )
    parser.add_argument("--check", action="store_true", help="change nothing, fail when a schema is out of date")
    if not parser.parse_args(arguments).check:
        write(directory)
        return 0
    out_of_date = stale(directory)
    if out_of_date:
        sys.stderr.write(f"out of date: {', '.join(out_of_date)}; run python -m protocol.export\n")
    return 1 if out_of_date else 0


def _texts() -> dict[str, str]:
    return {name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in schemas().items()}


def _schema(model: type[WireModel]) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True, mode="validation", schema_generator=_WireSchema)
    renamed: dict[str, Any] = _with_wire_names(schema)
    return renamed


def _event_schema(kind: str, model: type[WireModel]) -> dict[str, Any]:
    schema = _schema(model)
    # The model has a default for `type` so that code need not repeat it; on the wire it must be there.
    del schema["properties"]["type"]["default"]
    schema["required"] = ["type", *schema.get("required", [])]
    assert schema["properties"]["type"]["const"] == kind
    return schema


def _with_wire_names(node: Any) -> Any:
    """Return the schema with `snake_case` names in its descriptions as they are on the wire."""
    if isinstance(node, list):
        return [_with_wire_names(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: re.sub(r"`([a-z_]+)`", lambda name: f"`{to_camel(name[1])}`", value)
        if key == "description" and isinstance(value, str)
        else _with_wire_names(value)
        for key, value in node.items()
    }


if __name__ == "__main__":
    sys.exit(main())

"""docs/protocol.md names everything that the server and the contract have."""

import re
from pathlib import Path

from protocol import limits, rest
from protocol.events import EVENT_TYPES, EndReason, ParticipantState, TransportAction, parse_event
from protocol.wire import WireModel
from server import effects
from server.app import create_app
from server.settings import Settings
from tests.server.harness import local_settings

_ROOT = Path(__file__).parents[2]
_PAGE = (_ROOT / "docs" / "protocol.md").read_text()


def test_every_route_is_on_the_page(tmp_path: Path) -> None:
    settings: Settings = local_settings(tmp_path / "server.db")
    for path, methods in create_app(settings).openapi()["paths"].items():
        for method in methods:
            assert f"{method.upper()} `{path}`" in _PAGE


def test_every_event_body_and_field_is_on_the_page() -> None:
    bodies = [model for model in vars(rest).values() if isinstance(model, type) and issubclass(model, WireModel)]
    for kind in EVENT_TYPES:
        assert f"| `{kind}`" in _PAGE
    for model in [*EVENT_TYPES.values(), *bodies]:
        for name, field in model.model_fields.items():
            assert f"`{field.alias or name}`" in _PAGE or f'"{field.alias or name}"' in _PAGE, (model, name)
    for value in [*TransportAction, *ParticipantState, *EndReason, *rest.SessionStatus]:
        assert f"`{value.value}`" in _PAGE


def test_every_error_and_close_code_is_on_the_page() -> None:
    source = "".join(file.read_text() for file in sorted((_ROOT / "server").glob("*.py")))
    codes = set(re.findall(r'RefusedError\(\s*\d{3},\s*"(\w+)"', source))
    assert {"session_full", "unauthorized", "invalid_request"} <= codes
    for code in codes:
        assert f"`{code}`" in _PAGE, code
    for name, code in vars(effects).items():
        if name.startswith("CLOSE_"):
            assert f"| {code} |" in _PAGE


def test_the_limits_on_the_page_are_those_of_the_contract() -> None:
    assert f"`{limits.JOIN_CODE_ALPHABET}`" in _PAGE
    assert f"at most {limits.MAX_EVENT_BYTES} bytes" in _PAGE
    assert f"at most {limits.MAX_QUEUE_TRACKS:,} tracks" in _PAGE
    assert f"more than\n{limits.MAX_CREATE_BODY_BYTES:,} bytes" in _PAGE
    assert f"{limits.MAX_CREATE_BODY_BYTES // 1024:,} KB" in _PAGE


def test_every_example_on_the_page_is_valid() -> None:
    (block,) = re.findall(r"```json\n(.*?)```", _PAGE, re.DOTALL)
    for line in block.splitlines():
        assert parse_event(line) is not None

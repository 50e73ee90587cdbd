"""Schemathesis holds the server to its own OpenAPI: no 5xx, no undeclared status, every answer by its schema."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.server.harness import Start

_CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,negative_data_rejection"
)

#: What says no to a request that breaks the schema: its own, and 413, which a queue that is too long may meet first.
_EXPECTED = "[checks]\nnegative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 409, 410, 413, 422, 429]\n"


@pytest.mark.parametrize("phases", ["coverage,fuzzing", "fuzzing"], ids=["unknown-sessions", "a-real-session"])
def test_every_answer_is_as_the_openapi_says(start: Start, tmp_path: Path, phases: str) -> None:
    server = start()
    ann = server.person("Ann")
    config = tmp_path / "schemathesis.toml"
    is_real = phases == "fuzzing"
    # Somebody else's: whatever Ann does to it, it goes on.
    session_id = server.person("Bob").create().session_id
    parameters = f'[parameters]\n"path.id_or_code" = "{session_id}"\n' if is_real else ""
    config.write_text(f"{parameters}{_EXPECTED}")
    command = [
        sys.executable,
        "-m",
        "schemathesis.cli",
        "--config-file",
        str(config),
        "run",
        "--no-color",
        "--seed",
        "1",
    ]
    command += ["--max-examples", "10", "--phases", phases, "--checks", _CHECKS]
    command += ["--header", f"Authorization: Bearer {ann.token}", f"{server.base_url}/openapi.json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
    assert ("repeatedly returned 404" in done.stdout) == (not is_real)

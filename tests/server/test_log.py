"""The log's lines: for people, for machines, and never with a token."""

import asyncio
import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from server.log import HumanFormatter, JsonFormatter, of_session, without_secrets
from tests.patience import WAIT_S
from tests.server.harness import RunningServer


def record(message: str, *arguments: object, **more: Any) -> logging.LogRecord:
    found = logging.LogRecord("server.hub", logging.INFO, __file__, 1, message, arguments, more.pop("exc_info", None))
    for name, value in more.items():
        setattr(found, name, value)
    return found


def test_a_line_for_people_names_the_session_where_there_is_one() -> None:
    line = HumanFormatter().format(record("the %s connected", "leader", **of_session("s1")))
    assert line.endswith("INFO server.hub: the leader connected [session s1]")
    assert HumanFormatter().format(record("hello")).endswith("INFO server.hub: hello")


def test_a_line_for_machines_is_one_json_object() -> None:
    line = JsonFormatter().format(record('said "%s"\nand left', "Zoë", **of_session("s1")))
    assert "\n" not in line
    found = json.loads(line)
    assert found["message"] == 'said "Zoë"\nand left'
    assert (found["level"], found["logger"], found["sessionId"]) == ("info", "server.hub", "s1")
    assert found["time"].endswith("+00:00")
    assert "sessionId" not in json.loads(JsonFormatter().format(record("hello")))


def test_an_exception_stays_in_its_line_and_loses_its_token() -> None:
    try:
        int("GET /runbuddy/ws?sessionId=s1&token=abcdefgh-secret")
    except ValueError:
        line = JsonFormatter().format(record("broken", exc_info=sys.exc_info()))
    assert "ValueError" in json.loads(line)["exception"]
    assert "secret" not in line


@pytest.mark.parametrize(
    "text",
    [
        "GET /runbuddy/ws?sessionId=1&token=SECRETSECRET HTTP/1.1",
        "Authorization: Bearer SECRETSECRET",
        "authorization: bearer SECRETSECRET==",
        '{"wsToken":"SECRETSECRET","accessToken": "SECRETSECRET"}',
        "access_token=SECRETSECRET&x=1",
    ],
)
def test_what_looks_like_a_token_is_hidden(text: str) -> None:
    assert "SECRET" not in without_secrets(text)
    assert "[hidden]" in without_secrets(text)


def test_other_text_is_left_alone() -> None:
    assert without_secrets("the token of session s1 was refused") == "the token of session s1 was refused"


def serve_on_the_command_line(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "from ui.cli.entry import main; main()", "serve", "--accounts", "local"]
    options = ["--port", "0", "--data-dir", str(folder), "--log-json", "--log-stderr", "--json"]
    with (folder / "stderr").open("w") as log:
        return subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=log, text=True)


async def test_a_real_server_logs_json_lines_with_the_session_and_without_any_token(tmp_path: Path) -> None:
    process = serve_on_the_command_line(tmp_path)
    try:
        assert process.stdout is not None
        server = RunningServer(json.loads(process.stdout.readline())["port"], None)
        ann = await asyncio.to_thread(server.person, "Ann")
        session = await asyncio.to_thread(ann.create)
        leader = await server.socket(session.session_id, session.ws_token)
        await leader.send("leave")
        await leader.closed()
        await leader.connection.close()
        process.terminate()
        printed = process.communicate(timeout=WAIT_S)[0] + (tmp_path / "stderr").read_text()
    finally:
        process.kill()
        process.communicate()
    lines = [json.loads(line) for line in (tmp_path / "stderr").read_text().splitlines()]
    about = [line["message"] for line in lines if line.get("sessionId") == session.session_id]
    assert "the leader connected" in about
    assert "ended (ended_by_leader)" in about
    assert [line for line in lines if line["message"].startswith("POST /runbuddy/sessions: 201 in ")]
    for secret in (ann.token, session.ws_token):
        assert secret not in printed
